// Scores are one map behind a product where four operands are enough for it.
#include "compiler/onnx/attention.h"

#include <cmath>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/norms.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/parts_of_values.h"
#include "compiler/onnx/products.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// The score of what is hidden: no exponential is left of it, and, other than of an infinity, no NaN where a row has
/// nothing else. What is computed from infinities could not be verified either.
constexpr float kHidden = -1e30F;

/// fp32 has all positions up to here.
constexpr std::uint64_t kMostPositions = 1U << 24U;

/// A chain of steps, each of what the one before gives, with operands that come one after another.
class Chain {
 public:
  Chain(GraphBuilder& builder, std::string name, Value first)
      : builder_(builder), name_(std::move(name)), operands_{std::move(first)} {}

  Argument current() const {
    return expression_.empty() ? Argument::operand(0)
                               : Argument::step(expression_.steps.size() - 1);
  }
  Argument operand(const Value& value) {
    operands_.push_back(value);
    return Argument::operand(operands_.size() - 1);
  }
  void add(const char* function, std::vector<Argument> arguments) {
    expression_.steps.push_back(make_step(function, std::move(arguments)));
  }
  /// Begins another map if the next operands have no place in this one.
  void make_room(std::size_t operands) {
    if (operands_.size() + operands > kMaxMapOperands) {
      Value so_far = finish(name_ + "." + std::to_string(maps_++));
      operands_ = {std::move(so_far)};
      expression_ = {};
    }
  }
  Value finish(const std::string& name) const {
    return expression_.empty()
               ? operands_.front()
               : map_values_to(builder_, name, ElementType::kF32, expression_, operands_);
  }

 private:
  GraphBuilder& builder_;
  std::string name_;
  std::vector<Value> operands_;
  Expression expression_;
  std::size_t maps_ = 0;
};

/// From `first` on, under the shape `dims`.
Value positions(GraphBuilder& builder, const std::string& name, const Dims& dims,
                std::uint64_t first) {
  std::vector<double> numbers(element_count(dims));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<double>(first + i);
  }
  return builder.add_constant(name, dims, ElementType::kF32, numbers);
}

/// Positions of queries and keys are compared where the scores are, so that no mask of all pairs is in memory.
void hide_later_keys(GraphBuilder& builder, Chain& chain, const std::string& name,
                     const CausalMask& causal, std::uint64_t queries, std::uint64_t keys) {
  if (queries + causal.before > kMostPositions || keys > kMostPositions) {
    throw InputError("a causal mask of more than " + std::to_string(kMostPositions) + " positions");
  }
  chain.make_room(2);
  Argument score = chain.current();
  const Argument key = chain.operand(positions(builder, name + ".keys", {1, keys}, 0));
  const Argument query =
      chain.operand(positions(builder, name + ".queries", {queries, 1}, causal.before));
  const auto hide = [&](const char* comparison, Argument bound) {
    chain.add(comparison, {key, bound});
    const Argument hidden = chain.current();
    chain.add("where", {hidden, Argument::number(kHidden), score});
    score = chain.current();
  };
  hide("greater", query);
  if (causal.window && *causal.window < keys) {
    chain.add("sub", {query, Argument::number(static_cast<float>(*causal.window))});
    hide("lessorequal", chain.current());
  }
}

/// Scaled and masked.
Value masked_scores(GraphBuilder& builder, const AttentionOptions& options, const Value& scores) {
  const std::string name = options.output + ".scores";
  const Dims& dims = dims_of(scores);
  Chain chain(builder, name, scores);
  if (options.scale != 1) {
    chain.add("mul", {chain.current(), Argument::number(options.scale)});
  }
  if (options.softcap != 0) {
    chain.add("div", {chain.current(), Argument::number(options.softcap)});
    chain.add("tanh", {chain.current()});
    chain.add("mul", {chain.current(), Argument::number(options.softcap)});
  }
  for (const ScoreMask& mask : options.masks) {
    if (broadcast(dims, dims_of(mask.value)) != dims) {
      throw InputError("a mask of shape " + to_string(dims_of(mask.value)) +
                       " does not broadcast to scores of " + to_string(dims));
    }
    chain.make_room(1);
    const Argument score = chain.current();
    const Argument operand = chain.operand(mask.value);
    if (mask.hides) {
      chain.add("where", {operand, score, Argument::number(kHidden)});
    } else {
      chain.add("add", {score, operand});
    }
  }
  if (options.causal) {
    hide_later_keys(builder, chain, name, *options.causal, dims[2], dims[3]);
  }
  return chain.finish(name);
}

void require_heads(const Dims& q, const Dims& k, const Dims& v) {
  const bool fits = q.size() == 4 && k.size() == 4 && v.size() == 4 && q[0] == k[0] &&
                    q[0] == v[0] && k[1] == v[1] && q[1] % k[1] == 0 && k[2] == v[2] &&
                    q[3] == k[3];
  if (!fits) {
    throw InputError("queries " + to_string(q) + ", keys " + to_string(k) + " and values " +
                     to_string(v) +
                     ", as batch, heads, positions and size of a head, do not fit each other");
  }
}

}  // namespace

Value split_heads(GraphBuilder& builder, const Value& value, std::uint64_t heads) {
  const Dims& dims = dims_of(value);
  if (dims.size() != 3 || heads == 0 || dims[2] % heads != 0) {
    throw InputError("shape " + to_string(dims) + " is not batch, positions and " +
                     std::to_string(heads) + " heads of one size");
  }
  return transposed(builder, reshaped(value, {dims[0], dims[1], heads, dims[2] / heads}),
                    {0, 2, 1, 3});
}

Value merged_heads(GraphBuilder& builder, const Value& value) {
  const Dims& dims = dims_of(value);
  return reshaped(transposed(builder, value, {0, 2, 1, 3}), {dims[0], dims[2], dims[1] * dims[3]});
}

Value attend(GraphBuilder& builder, const AttentionOptions& options, const Value& q, const Value& k,
             const Value& v) {
  const Dims q_dims = dims_of(q);
  const Dims k_dims = dims_of(k);
  require_heads(q_dims, k_dims, dims_of(v));
  const ElementType type = common_type(builder, {q, k, v});
  float_type(builder, q);
  const std::uint64_t groups = q_dims[1] / k_dims[1];
  // A group of heads shares keys and values: a dimension of its own, along which those are broadcast.
  const auto grouped = [&](const Value& of) {
    const Dims& dims = dims_of(of);
    return groups == 1 ? of : reshaped(of, {dims[0], k_dims[1], groups, dims[2], dims[3]});
  };
  const auto shared = [&](const Value& of) {
    const Dims& dims = dims_of(of);
    return groups == 1 ? of : reshaped(of, {dims[0], dims[1], 1, dims[2], dims[3]});
  };
  const Value turned = transposed(builder, k, {0, 1, 3, 2});
  const Value products =
      multiply_values(builder, options.output + ".qk", grouped(q), shared(turned));
  const Value scores = masked_scores(
      builder, options, reshaped(products, {q_dims[0], q_dims[1], q_dims[2], k_dims[2]}));
  const Value weights = softmax_values(builder, options.output + ".softmax", type, scores, {3});
  const Value result = multiply_floats(builder, options.output, grouped(weights), shared(v));
  return reshaped(result, {q_dims[0], q_dims[1], q_dims[2], dims_of(v)[3]});
}

float attention_scale(std::optional<float> given, std::uint64_t size) {
  return given ? *given : static_cast<float>(1 / std::sqrt(static_cast<double>(size)));
}

}  // namespace tilewave
