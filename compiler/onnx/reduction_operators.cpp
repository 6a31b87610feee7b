// ReduceSum and its kin, softmax, and norms: folds of each value's own dimensions, and maps of what they give.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/folds_of_values.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

Argument operand(std::size_t index) { return Argument::operand(index); }
Argument step(std::size_t index) { return Argument::step(index); }
Argument number(double value) { return Argument::number(static_cast<float>(value)); }

Expression identity() { return apply("identity"); }
Expression square() { return {{make_step("mul", {operand(0), operand(0)})}}; }
/// Of the difference of two.
Expression exponential() {
  return {{make_step("sub", {operand(0), operand(1)}), make_step("exp", {step(0)})}};
}

/// Of floats, whatever they are rounded to.
ElementType float_type(const GraphBuilder& builder, const Value& value) {
  const ElementType type = element_type(builder, value);
  if (is_integer(type)) {
    throw InputError("its operand is of type " + to_string(onnx_type(type)) +
                     "; supported: FLOAT, FLOAT16 and BFLOAT16");
  }
  return type;
}

std::uint64_t elements_of(const Dims& dims, const std::vector<std::size_t>& dimensions) {
  std::uint64_t elements = 1;
  for (const std::size_t dimension : dimensions) {
    elements *= dims[dimension];
  }
  return elements;
}

/// How a fold is made into what ONNX calls by a name of its own.
struct ReduceOperator {
  std::string_view name;
  Fold fold;
  Expression (*of)();                                 ///< of each value
  Expression (*then)(std::uint64_t count) = nullptr;  ///< of the result, from so many values
};

const std::vector<ReduceOperator>& reduce_operators() {
  static const std::vector<ReduceOperator> kAll = {
      {"ReduceSum", Fold::kSum, identity},
      {"ReduceMean", Fold::kSum, identity,
       [](std::uint64_t count) {
         return Expression{{make_step("div", {operand(0), number(static_cast<double>(count))})}};
       }},
      {"ReduceMax", Fold::kMax, identity},
      {"ReduceMin", Fold::kMin, identity},
      {"ReduceProd", Fold::kProduct, identity},
      {"ReduceL1", Fold::kSum, [] { return apply("abs"); }},
      {"ReduceL2", Fold::kSum, square, [](std::uint64_t) { return apply("sqrt"); }},
      {"ReduceSumSquare", Fold::kSum, square},
      {"ReduceLogSum", Fold::kSum, identity, [](std::uint64_t) { return apply("log"); }},
  };
  return kAll;
}

/// The axes of a reduction: an attribute, or, from operator set 18 on (of ReduceSum 13), an input. None named: all of
/// them, or, if the node says so, none.
std::optional<std::vector<std::size_t>> reduced_axes(Node& node, std::size_t rank) {
  const std::int64_t inputs_from = node.operator_name() == "ReduceSum" ? 13 : 18;
  std::vector<std::int64_t> given;
  bool noop = false;
  if (node.operator_set() >= inputs_from) {
    noop = node.integer("noop_with_empty_axes", 0) != 0;
    if (node.has_input(1)) {
      given = node.integers(1, "axes");
    }
  } else {
    given = node.integer_list("axes");
  }
  if (given.empty() && noop) {
    return std::nullopt;
  }
  std::vector<std::size_t> axes;
  for (const std::int64_t axis : given) {
    axes.push_back(resolved_axis(axis, rank, rank));
  }
  if (given.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), std::size_t{0});
  }
  std::ranges::sort(axes);
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

Dims without(const Dims& dims, const std::vector<std::size_t>& axes) {
  Dims kept;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (std::ranges::find(axes, i) == axes.end()) {
      kept.push_back(dims[i]);
    }
  }
  return kept;
}

Value largest(GraphBuilder& builder, const std::string& output, const Value& x,
              const std::vector<std::size_t>& axes) {
  return fold_values(builder, output + ".max", Fold::kMax, identity(), {x}, axes);
}

/// The sum of exp of differences from the largest.
Value exponential_sum(GraphBuilder& builder, const std::string& output, const Value& x,
                      const Value& most, const std::vector<std::size_t>& axes) {
  return fold_values(builder, output + ".sum", Fold::kSum, exponential(), {x, most}, axes);
}

Value log_sum_exp(GraphBuilder& builder, const std::string& output, const Value& x,
                  const std::vector<std::size_t>& axes) {
  const Value most = largest(builder, output, x, axes);
  const Value sum = exponential_sum(builder, output, x, most, axes);
  return map_values_to(builder, output, ElementType::kF32,
                       {{make_step("log", {operand(0)}), make_step("add", {step(0), operand(1)})}},
                       {sum, most});
}

/// The dimensions that softmax is over: one, or, before operator set 13, all from one on.
std::vector<std::size_t> softmax_axes(Node& node, std::size_t rank) {
  constexpr std::int64_t kOneAxis = 13;
  const bool one = node.operator_set() >= kOneAxis;
  const std::size_t axis =
      resolved_axis(node.integer("axis", one ? -1 : 1), rank, rank + (one ? 0 : 1));
  std::vector<std::size_t> axes(one ? 1 : rank - axis);
  std::iota(axes.begin(), axes.end(), axis);
  return axes;
}

/// What norms are made of: the difference from the mean over some dimensions, and what to divide it by.
struct Moments {
  Value mean;       ///< f32, as the next; 1 in the dimensions
  Value deviation;  ///< 1 / √(variance + epsilon)
};

Moments moments(GraphBuilder& builder, const std::string& output, const Value& x,
                const std::vector<std::size_t>& axes, float epsilon) {
  const auto count = static_cast<double>(elements_of(dims_of(x), axes));
  const Value sum = fold_values(builder, output + ".sum", Fold::kSum, identity(), {x}, axes);
  const Value mean = map_values_to(builder, output + ".mean", ElementType::kF32,
                                   {{make_step("div", {operand(0), number(count)})}}, {sum});
  const Expression distance{
      {make_step("sub", {operand(0), operand(1)}), make_step("mul", {step(0), step(0)})}};
  const Value squares =
      fold_values(builder, output + ".squares", Fold::kSum, distance, {x, mean}, axes);
  const Expression deviation{{make_step("div", {operand(0), number(count)}),
                              make_step("add", {step(0), number(static_cast<double>(epsilon))}),
                              make_step("sqrt", {step(1)}), make_step("reciprocal", {step(2)})}};
  return {mean,
          map_values_to(builder, output + ".deviation", ElementType::kF32, deviation, {squares})};
}

/// (x - mean) · deviation · scale + shift; no shift if there is none.
Value normalized(GraphBuilder& builder, const std::string& output, ElementType type, const Value& x,
                 const Moments& of, const Value& scale, const std::optional<Value>& shift) {
  const Expression scaled{{make_step("sub", {operand(0), operand(1)}),
                           make_step("mul", {step(0), operand(2)}),
                           make_step("mul", {step(1), operand(3)})}};
  const std::vector<Value> operands = {x, of.mean, of.deviation, scale};
  if (!shift) {
    return map_values_to(builder, output, type, scaled, operands);
  }
  const Value product =
      map_values_to(builder, output + ".scaled", ElementType::kF32, scaled, operands);
  return map_values_to(builder, output, type, apply("add"), {product, *shift});
}

}  // namespace

Value import_reduce(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const auto axes = reduced_axes(node, dims_of(x).size());
  const bool keep = node.integer("keepdims", 1) != 0;
  if (!axes) {
    return x;
  }
  const std::string& name = node.output();
  Value result = x;
  if (node.operator_name() == "ReduceLogSumExp") {
    result = log_sum_exp(builder, name, x, *axes);
  } else {
    const auto found =
        std::ranges::find(reduce_operators(), node.operator_name(), &ReduceOperator::name);
    result = fold_values(builder, found->then ? name + ".fold" : name, found->fold, found->of(),
                         {x}, *axes);
    if (found->then) {
      result =
          map_values_to(builder, name, type, found->then(elements_of(dims_of(x), *axes)), {result});
    }
  }
  if (element_type(builder, result) != type) {
    result = map_values_to(builder, name + ".rounded", type, identity(), {result});
  }
  return keep ? result : reshaped(result, without(dims_of(result), *axes));
}

Value import_softmax(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const std::string& name = node.output();
  const std::vector<std::size_t> axes = softmax_axes(node, dims_of(x).size());
  const Value most = largest(builder, name, x, axes);
  if (node.operator_name() == "LogSoftmax") {
    const Value sum = exponential_sum(builder, name, x, most, axes);
    // The difference first: both may be large.
    return map_values_to(builder, name, type,
                         {{make_step("sub", {operand(0), operand(1)}),
                           make_step("log", {operand(2)}), make_step("sub", {step(0), step(1)})}},
                         {x, most, sum});
  }
  const Value exponents =
      map_values_to(builder, name + ".exp", ElementType::kF32, exponential(), {x, most});
  const Value sum = fold_values(builder, name + ".sum", Fold::kSum, identity(), {exponents}, axes);
  return map_values_to(builder, name, type, apply("div"), {exponents, sum});
}

Value import_layer_normalization(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const std::size_t rank = dims_of(x).size();
  const std::size_t axis = resolved_axis(node.integer("axis", -1), rank, rank);
  const float epsilon = node.number("epsilon", 1e-5F);
  node.integer("stash_type", 1);  // sums are of f32
  std::vector<std::size_t> axes(rank - axis);
  std::iota(axes.begin(), axes.end(), axis);
  const Moments of = moments(builder, node.output(), x, axes, epsilon);
  const std::optional<Value> shift =
      node.has_input(2) ? std::optional(node.input(2)) : std::nullopt;
  if (node.output_count() > 1) {
    node.give(1, of.mean);
  }
  if (node.output_count() > 2) {
    node.give(2, of.deviation);
  }
  return normalized(builder, node.output(), type, x, of, node.input(1), shift);
}

Value import_instance_normalization(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const ElementType type = float_type(builder, x);
  const Dims& dims = dims_of(x);
  const float epsilon = node.number("epsilon", 1e-5F);
  if (dims.size() < 3) {
    throw InputError("its operand has the shape " + to_string(dims) +
                     "; it has to have three dimensions or more");
  }
  std::vector<std::size_t> axes(dims.size() - 2);
  std::iota(axes.begin(), axes.end(), std::size_t{2});
  const auto by_channel = [&](std::size_t index) {
    Dims aligned(dims.size() - 1, 1);
    aligned.front() = dims[1];
    return reshaped(node.input(index), aligned);
  };
  const Moments of = moments(builder, node.output(), x, axes, epsilon);
  return normalized(builder, node.output(), type, x, of, by_channel(1), by_channel(2));
}

}  // namespace tilewave
