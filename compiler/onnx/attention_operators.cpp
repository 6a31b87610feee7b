// ONNX's own Attention, and GroupQueryAttention of ONNX Runtime: queries, keys and values are there already.
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/attention.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/truth_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

std::optional<float> given_number(Node& node, const char* name) {
  const bool given = node.attribute(name, onnx::AttributeProto::FLOAT) != nullptr;
  return given ? std::optional(node.number(name, 0)) : std::nullopt;
}

void require_integer(Node& node, const char* name, std::int64_t only) {
  const std::int64_t given = node.integer(name, only);
  if (given != only) {
    throw InputError(std::string("attribute '") + name + "' is " + std::to_string(given) +
                     "; supported: " + std::to_string(only));
  }
}

std::uint64_t required_count(Node& node, const char* name) {
  const std::uint64_t count = count_attribute(node, name);
  if (count == 0) {
    throw InputError(std::string("attribute '") + name + "' is missing or 0");
  }
  return count;
}

/// Of two, or of neither.
std::optional<std::pair<Value, Value>> past_of(const Node& node, std::size_t first) {
  if (!node.has_input(first) && !node.has_input(first + 1)) {
    return std::nullopt;
  }
  std::pair<Value, Value> past(node.input(first), node.input(first + 1));
  for (const Value& value : {past.first, past.second}) {
    if (dims_of(value).size() != 4) {
      throw InputError("its past has the shape " + to_string(dims_of(value)) +
                       "; it has to be of batch, heads, positions and size of a head");
    }
  }
  return past;
}

/// Of ONNX's Attention: three dimensions with the number of heads as an attribute, or four.
Value heads_of(Node& node, std::size_t index, const char* attribute) {
  const Value& value = node.input(index);
  const std::size_t rank = dims_of(value).size();
  const std::uint64_t heads = count_attribute(node, attribute);
  if (rank == 3 && heads == 0) {
    throw InputError(std::string("attribute '") + attribute + "' is missing or 0");
  }
  if (rank != 3 && rank != 4) {
    throw InputError("input " + std::to_string(index) + " has the shape " +
                     to_string(dims_of(value)) + "; it has to have three or four dimensions");
  }
  if (rank == 4 && heads != 0 && heads != dims_of(value)[1]) {
    throw InputError(std::string("attribute '") + attribute + "' is " + std::to_string(heads) +
                     ", but input " + std::to_string(index) + " has " +
                     std::to_string(dims_of(value)[1]) + " heads");
  }
  return rank == 3 ? split_heads(node.builder(), value, heads) : value;
}

/// A mask that is added, or, of BOOL, hides.
ScoreMask mask_of(Node& node, std::size_t index) {
  const Value& given = node.any_input(index);
  if (const auto* truth = std::get_if<TruthValue>(&given)) {
    return {truth->of->values, true};
  }
  const auto* known = std::get_if<IntegerValue>(&given);
  if (known != nullptr && known->type == OnnxType::kBool) {
    return {constant_of(node.builder(), node.output() + ".mask", *known, ElementType::kU8), true};
  }
  const Value& mask = node.input(index);
  float_type(node.builder(), mask);
  return {mask, false};
}

/// Tokens behind the past, and with it, of GroupQueryAttention: all rows of the batch are full.
void require_full_rows(Node& node, std::uint64_t batches, std::uint64_t total) {
  const auto last = whole_numbers(node.builder(), node.any_input(5));
  const auto length = whole_numbers(node.builder(), node.any_input(6));
  if (!last || !length) {
    throw InputError(
        "its seqlens_k and total_sequence_length (inputs 5 and 6) are not known: constants, or "
        "inputs "
        "with data");
  }
  const bool fits = last->size() == batches &&
                    *length == std::vector<std::int64_t>{static_cast<std::int64_t>(total)};
  for (const std::int64_t position : *last) {
    if (!fits || position + 1 != static_cast<std::int64_t>(total)) {
      throw InputError("its seqlens_k and total_sequence_length do not say that each of " +
                       std::to_string(batches) + " rows of the batch has " + std::to_string(total) +
                       " keys, which alone is supported");
    }
  }
}

struct Projections {
  Value q;
  Value k;
  Value v;
};

/// Three inputs, or the first one with all of them side by side.
Projections grouped_projections(Node& node, std::uint64_t heads, std::uint64_t kv_heads) {
  GraphBuilder& builder = node.builder();
  const Value& first = node.input(0);
  if (node.has_input(1) || node.has_input(2)) {
    return {split_heads(builder, first, heads), split_heads(builder, node.input(1), kv_heads),
            split_heads(builder, node.input(2), kv_heads)};
  }
  const Dims& dims = dims_of(first);
  const std::uint64_t all = heads + 2 * kv_heads;
  if (dims.size() != 3 || dims[2] % all != 0) {
    throw InputError("shape " + to_string(dims) + " is not batch, positions and " +
                     std::to_string(all) + " heads of one size");
  }
  const std::uint64_t size = dims[2] / all;
  const auto part = [&](std::uint64_t from, std::uint64_t count) {
    return split_heads(builder, part_of(builder, first, 2, {from * size, count * size, 1}), count);
  };
  return {part(0, heads), part(heads, kv_heads), part(heads + kv_heads, kv_heads)};
}

/// Queries and keys turned by their positions, which begin behind the past.
void rotate(Node& node, Projections& of, std::uint64_t past) {
  GraphBuilder& builder = node.builder();
  const bool interleaved = node.integer("rotary_interleaved", 0) != 0;
  const Dims dims = dims_of(of.q);
  std::vector<std::int64_t> positions;
  std::uint64_t batches = 1;
  if (node.has_input(9)) {
    const auto given = whole_numbers(builder, node.any_input(9));
    if (!given || given->size() != dims[0] * dims[2]) {
      throw InputError("its position_ids (input 9) are not " + std::to_string(dims[0]) + " times " +
                       std::to_string(dims[2]) + " known numbers");
    }
    positions = *given;
    batches = dims[0];
  } else {
    for (std::uint64_t i = 0; i < dims[2]; ++i) {
      positions.push_back(static_cast<std::int64_t>(past + i));
    }
  }
  Rotation rotation = rotation_at(builder, node.output(), node.input(7), node.input(8),
                                  std::move(positions), batches);
  rotation.interleaved = interleaved;
  of.q = rotated(builder, node.output() + ".q", of.q, rotation);
  of.k = rotated(builder, node.output() + ".k", of.k, rotation);
}

}  // namespace

Value import_attention(Node& node) {
  GraphBuilder& builder = node.builder();
  AttentionOptions options{.output = node.output()};
  Projections of{heads_of(node, 0, "q_num_heads"), heads_of(node, 1, "kv_num_heads"),
                 heads_of(node, 2, "kv_num_heads")};
  const bool packed = dims_of(node.input(0)).size() == 3;
  if (packed != (dims_of(node.input(1)).size() == 3) ||
      packed != (dims_of(node.input(2)).size() == 3)) {
    throw InputError("its operands have three and four dimensions; they have to have as many");
  }
  options.scale = attention_scale(given_number(node, "scale"), dims_of(of.q)[3]);
  if (node.number("softcap", 0) != 0) {
    throw InputError("attribute 'softcap' is not 0, which is not supported");
  }
  node.integer("softmax_precision", 1);      // fp32, which is no less
  node.integer("qk_matmul_output_mode", 0);  // of an output that is not given
  if (node.has_input(3)) {
    options.masks.push_back(mask_of(node, 3));
  }
  const auto past = past_of(node, 4);
  if (past) {
    of.k = concatenated(builder, {past->first, of.k}, 2);
    of.v = concatenated(builder, {past->second, of.v}, 2);
  }
  if (node.integer("is_causal", 0) != 0) {
    if (past) {
      throw InputError("attribute 'is_causal' with a past is not supported; a mask is");
    }
    options.causal = CausalMask{};
  }
  node.give(1, of.k);
  node.give(2, of.v);
  const Value result = attend(builder, options, of.q, of.k, of.v);
  return packed ? merged_heads(builder, result) : result;
}

Value import_group_query_attention(Node& node) {
  GraphBuilder& builder = node.builder();
  const std::uint64_t heads = required_count(node, "num_heads");
  const std::uint64_t kv_heads = required_count(node, "kv_num_heads");
  Projections of = grouped_projections(node, heads, kv_heads);
  const auto past = past_of(node, 3);
  const std::uint64_t before = past ? dims_of(past->first)[2] : 0;
  const Dims dims = dims_of(of.q);
  require_full_rows(node, dims[0], before + dims[2]);
  for (std::size_t unsupported = 11; unsupported < node.input_count(); ++unsupported) {
    if (node.has_input(unsupported)) {
      throw InputError("input " + std::to_string(unsupported) +
                       " is given, which is not supported");
    }
  }
  if (node.integer("do_rotary", 0) != 0) {
    rotate(node, of, before);
  } else {
    node.integer("rotary_interleaved", 0);
  }
  if (past) {
    of.k = concatenated(builder, {past->first, of.k}, 2);
    of.v = concatenated(builder, {past->second, of.v}, 2);
  }
  AttentionOptions options{.output = node.output(), .causal = CausalMask{before}};
  const std::int64_t window = node.integer("local_window_size", -1);
  if (window == 0 || window < -1) {
    throw InputError("attribute 'local_window_size' is " + std::to_string(window) +
                     "; it has to be -1 or above 0");
  }
  if (window > 0) {
    options.causal->window = static_cast<std::uint64_t>(window);
  }
  const std::optional<float> scale = given_number(node, "scale");
  options.scale = attention_scale(scale && *scale != 0 ? scale : std::nullopt, dims[3]);
  options.softcap = node.number("softcap", 0);
  require_integer(node, "smooth_softmax", 0);
  require_integer(node, "kv_cache_bit_width", 0);
  require_integer(node, "qk_output", 0);
  for (const char* quantization : {"k_quant_type", "v_quant_type"}) {
    if (node.word(quantization, "NONE") != "NONE") {
      throw InputError(std::string("attribute '") + quantization +
                       "' is not NONE, which is not supported");
    }
  }
  if (node.has_input(10)) {
    options.masks.push_back(mask_of(node, 10));
  }
  node.give(1, of.k);
  node.give(2, of.v);
  return merged_heads(builder, attend(builder, options, of.q, of.k, of.v));
}

}  // namespace tilewave
