// Attention and MultiHeadAttention of ONNX Runtime: with projections, biases and masks of their own.
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/attention.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// What both have in common.
struct HeadAttributes {
  std::uint64_t heads = 0;
  float hidden = 0;  ///< what is added to the scores of keys that a mask hides
  std::optional<float> scale;
  bool causal = false;

  explicit HeadAttributes(Node& node)
      : heads(count_attribute(node, "num_heads")),
        hidden(node.number("mask_filter_value", -10000)),
        causal(node.integer("unidirectional", 0) != 0) {
    if (heads == 0) {
      throw InputError("attribute 'num_heads' is missing or 0");
    }
    const float given = node.number("scale", 0);
    if (given != 0) {  // which stands for the usual one
      scale = given;
    }
  }
};

/// A mask of INT32, or of INT64 that is known, as numbers of the graph.
Value mask_numbers(Node& node, std::size_t index) {
  const Value& given = node.any_input(index);
  if (const auto* known = std::get_if<IntegerValue>(&given)) {
    return constant_of(node.builder(), node.output() + ".mask", *known, ElementType::kI32);
  }
  return node.input(index);
}

/// Keys that are hidden, as numbers to be added: of a mask [batch, keys] or [batch, queries, keys], 1 where they are seen,
/// or of the numbers of keys [batch].
ScoreMask key_mask(Node& node, std::size_t index, std::uint64_t keys, std::uint64_t batches,
                   float hidden) {
  GraphBuilder& builder = node.builder();
  const Value mask = mask_numbers(node, index);
  const Dims dims = dims_of(mask);
  const std::string name = node.output() + ".mask";
  const auto chosen = [&](const char* comparison, std::vector<Argument> arguments) {
    return Expression{
        {make_step(comparison, std::move(arguments)),
         make_step("where", {Argument::step(0), Argument::number(0), Argument::number(hidden)})}};
  };
  if (dims == Dims{batches}) {
    std::vector<double> numbers(keys);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = static_cast<double>(i);
    }
    const Value positions =
        builder.add_constant(name + ".keys", {keys}, ElementType::kF32, numbers);
    return {map_values_to(builder, name, ElementType::kF32,
                          chosen("less", {Argument::operand(0), Argument::operand(1)}),
                          {positions, reshaped(mask, {batches, 1, 1, 1})})};
  }
  const bool of_keys = dims == Dims{batches, keys};
  if (!of_keys && (dims.size() != 3 || dims[0] != batches || dims[2] != keys)) {
    throw InputError("input " + std::to_string(index) + ", a mask, has the shape " +
                     to_string(dims) + "; supported: [" + std::to_string(batches) + "], [" +
                     std::to_string(batches) + "," + std::to_string(keys) + "] and [" +
                     std::to_string(batches) + ",queries," + std::to_string(keys) + "]");
  }
  const Value aligned =
      reshaped(mask, of_keys ? Dims{batches, 1, 1, keys} : Dims{batches, 1, dims[1], keys});
  return {map_values_to(builder, name, ElementType::kF32,
                        chosen("greater", {Argument::operand(0), Argument::number(0)}), {aligned})};
}

struct Heads {
  Value q;
  Value k;
  Value v;
};

/// Columns of a packed value, or elements of a packed bias.
Value columns(GraphBuilder& builder, const Value& value, std::uint64_t first, std::uint64_t count) {
  return part_of(builder, value, dims_of(value).size() - 1, {first, count, 1});
}

Value biased(GraphBuilder& builder, const std::string& output, const Value& value,
             const Value& bias) {
  if (dims_of(bias) != Dims{dims_of(value).back()}) {
    throw InputError("a bias of shape " + to_string(dims_of(bias)) + " for " +
                     to_string(dims_of(value)));
  }
  return map_values(builder, output, "add", {value, bias});
}

/// How many columns queries, keys and values have in a projection of all three.
std::vector<std::uint64_t> packed_sizes(Node& node, std::uint64_t all, std::uint64_t heads) {
  std::vector<std::uint64_t> sizes(3, all / 3);
  const std::vector<std::int64_t> given = node.integer_list("qkv_hidden_sizes");
  bool legal = given.empty() ? all % 3 == 0 : given.size() == 3;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < 3 && legal; ++i) {
    if (!given.empty()) {
      legal = given[i] > 0 && given[i] <= static_cast<std::int64_t>(kMaxDimension);
      sizes[i] = static_cast<std::uint64_t>(given[i]);
    }
    legal = legal && sizes[i] % heads == 0;
    sum += sizes[i];
  }
  if (!legal || (!given.empty() && sum != all)) {
    throw InputError("its " + std::to_string(all) +
                     " columns are not queries, keys and values of " + std::to_string(heads) +
                     " heads each");
  }
  return sizes;
}

/// With the past in front, [2, batch, heads, positions, size]; how many positions that has.
std::uint64_t prepend_past(Node& node, std::size_t index, Heads& of) {
  if (!node.has_input(index)) {
    return 0;
  }
  GraphBuilder& builder = node.builder();
  const Value& past = node.input(index);
  const Dims dims = dims_of(past);
  if (dims.size() != 5 || dims[0] != 2) {
    throw InputError("its past has the shape " + to_string(dims) +
                     "; it has to be of 2, batch, heads, positions and size of a head");
  }
  const auto half = [&](std::uint64_t which) {
    return reshaped(part_of(builder, past, 0, {which, 1, 1}), {dims.begin() + 1, dims.end()});
  };
  of.k = concatenated(builder, {half(0), of.k}, 2);
  of.v = concatenated(builder, {half(1), of.v}, 2);
  return dims[3];
}

/// Keys and values as one, [2, batch, heads, positions, size].
Value stacked(GraphBuilder& builder, const Heads& of) {
  std::vector<Value> parts;
  for (const Value& value : {of.k, of.v}) {
    Dims dims = dims_of(value);
    dims.insert(dims.begin(), 1);
    parts.push_back(reshaped(value, dims));
  }
  return concatenated(builder, parts, 0);
}

Value attended(Node& node, const HeadAttributes& attributes, const Heads& of, std::uint64_t past,
               std::optional<std::size_t> mask, std::optional<std::size_t> added) {
  GraphBuilder& builder = node.builder();
  AttentionOptions options{.output = node.output()};
  options.scale = attention_scale(attributes.scale, dims_of(of.q)[3]);
  if (mask && node.has_input(*mask)) {
    options.masks.push_back(
        key_mask(node, *mask, dims_of(of.k)[2], dims_of(of.q)[0], attributes.hidden));
  }
  if (added && node.has_input(*added)) {
    float_type(builder, node.input(*added));
    options.masks.push_back({node.input(*added)});
  }
  if (attributes.causal) {
    options.causal = CausalMask{past};
  }
  return merged_heads(builder, attend(builder, options, of.q, of.k, of.v));
}

/// Queries, keys and values of MultiHeadAttention as heads, with their biases, which are one behind the other.
class HeadInputs {
 public:
  HeadInputs(Node& node, std::uint64_t heads) : node_(node), heads_(heads) {}

  Heads heads() {
    const Value& query = node_.input(0);
    const Dims& dims = dims_of(query);
    if (!node_.has_input(1) && is_packed(query, 3)) {
      const Value q = packed(query, 0, ".q");
      const Value k = packed(query, 1, ".k");
      return {q, k, packed(query, 2, ".v")};
    }
    if (dims.size() != 3 || !node_.has_input(1)) {
      throw InputError("its query has the shape " + to_string(dims) +
                       "; it has to be of batch, positions and columns, with a key, or packed as "
                       "batch, positions, " +
                       std::to_string(heads_) + " heads, 3 and size of a head, without one");
    }
    const Value q = separate(query, ".q");
    const Value& key = node_.input(1);
    if (!node_.has_input(2) && is_packed(key, 2)) {
      const Value k = packed(key, 0, ".k");
      return {q, k, packed(key, 1, ".v")};
    }
    const Value k = separate(key, ".k");
    return {q, k, separate(node_.input(2), ".v")};
  }

  void require_whole_bias() const {
    if (node_.has_input(3) && dims_of(node_.input(3)) != Dims{biases_}) {
      throw InputError("its bias has the shape " + to_string(dims_of(node_.input(3))) +
                       "; it has to be " + to_string(Dims{biases_}));
    }
  }

 private:
  bool is_packed(const Value& value, std::uint64_t count) const {
    const Dims& of = dims_of(value);
    return of.size() == 5 && of[2] == heads_ && of[3] == count;
  }

  /// The next part of the bias.
  Value bias(std::uint64_t count) {
    const Value& all = node_.input(3);
    if (dims_of(all).size() != 1 || biases_ + count > dims_of(all).front()) {
      throw InputError("its bias has the shape " + to_string(dims_of(all)) +
                       ", which is not that of queries, keys and values");
    }
    biases_ += count;
    return part_of(node_.builder(), all, 0, {biases_ - count, count, 1});
  }

  Value separate(const Value& value, const char* name) {
    if (dims_of(value).size() == 4 && !node_.has_input(3)) {
      return value;
    }
    if (dims_of(value).size() != 3) {
      throw InputError(
          "a value of shape " + to_string(dims_of(value)) +
          "; it has to be of batch, positions and columns, or, for keys and values without "
          "a bias, of batch, heads, positions and size of a head");
    }
    return split_heads(node_.builder(),
                       node_.has_input(3) ? map_values(node_.builder(), node_.output() + name,
                                                       "add", {value, bias(dims_of(value)[2])})
                                          : value,
                       heads_);
  }

  Value packed(const Value& value, std::uint64_t which, const char* name) {
    GraphBuilder& builder = node_.builder();
    const Dims& of = dims_of(value);
    Value part = reshaped(part_of(builder, value, 3, {which, 1, 1}), {of[0], of[1], of[2], of[4]});
    if (node_.has_input(3)) {
      part = map_values(builder, node_.output() + name, "add",
                        {part, reshaped(bias(of[2] * of[4]), {of[2], of[4]})});
    }
    return transposed(builder, part, {0, 2, 1, 3});
  }

  Node& node_;
  std::uint64_t heads_;
  std::uint64_t biases_ = 0;
};

}  // namespace

Value import_packed_attention(Node& node) {
  GraphBuilder& builder = node.builder();
  const HeadAttributes attributes(node);
  for (const char* unsupported :
       {"do_rotary", "rotary_embedding_dim", "past_present_share_buffer"}) {
    if (node.integer(unsupported, 0) != 0) {
      throw InputError(std::string("attribute '") + unsupported +
                       "' is not 0, which is not supported");
    }
  }
  if (node.has_input(6)) {
    throw InputError("input 6, past_sequence_length, is given, which is not supported");
  }
  const Value& x = node.input(0);
  const Value& weights = node.input(1);
  if (dims_of(x).size() != 3 || dims_of(weights).size() != 2) {
    throw InputError("its input and weights have the shapes " + to_string(dims_of(x)) + " and " +
                     to_string(dims_of(weights)) +
                     "; they have to be of batch, positions and columns, and a matrix");
  }
  const std::uint64_t all = dims_of(weights).back();
  const std::vector<std::uint64_t> sizes = packed_sizes(node, all, attributes.heads);
  Value projected = multiply_floats(builder, node.output() + ".qkv", x, weights);
  if (node.has_input(2)) {
    projected = biased(builder, node.output() + ".biased", projected, node.input(2));
  }
  const auto heads = [&](std::uint64_t first, std::uint64_t count) {
    return split_heads(builder, columns(builder, projected, first, count), attributes.heads);
  };
  Heads of{heads(0, sizes[0]), heads(sizes[0], sizes[1]), heads(sizes[0] + sizes[1], sizes[2])};
  const std::uint64_t past = prepend_past(node, 4, of);
  if (node.wants_output(1)) {
    node.give(1, stacked(builder, of));
  }
  return attended(node, attributes, of, past, 3, 5);
}

Value import_multi_head_attention(Node& node) {
  GraphBuilder& builder = node.builder();
  const HeadAttributes attributes(node);
  HeadInputs inputs(node, attributes.heads);
  Heads of = inputs.heads();
  inputs.require_whole_bias();
  std::uint64_t past = 0;
  if (node.has_input(6) || node.has_input(7)) {
    const Value& past_key = node.input(6);
    const Value& past_value = node.input(7);
    if (dims_of(past_key).size() != 4 || dims_of(past_value).size() != 4) {
      throw InputError("its past has the shapes " + to_string(dims_of(past_key)) + " and " +
                       to_string(dims_of(past_value)) +
                       "; it has to be of batch, heads, positions and size of a head");
    }
    past = dims_of(past_key)[2];
    of.k = concatenated(builder, {past_key, of.k}, 2);
    of.v = concatenated(builder, {past_value, of.v}, 2);
  }
  for (std::size_t unsupported = 8; unsupported < node.input_count(); ++unsupported) {
    if (node.has_input(unsupported)) {
      throw InputError("input " + std::to_string(unsupported) +
                       " is given, which is not supported");
    }
  }
  node.give(1, of.k);
  node.give(2, of.v);
  return attended(node, attributes, of, past, 4, 5);
}

}  // namespace tilewave
