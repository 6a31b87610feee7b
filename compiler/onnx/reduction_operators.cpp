// ReduceSum and its kin, and softmax: folds of each value's own dimensions, and maps of what they give.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/folds_of_values.h"
#include "compiler/onnx/norms.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

Argument operand(std::size_t index) { return Argument::operand(index); }
Argument step(std::size_t index) { return Argument::step(index); }
Argument number(double value) { return Argument::number(static_cast<float>(value)); }

Expression identity() { return apply("identity"); }
Expression square() { return {{make_step("mul", {operand(0), operand(0)})}}; }

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
  return axes_between(axis, one ? axis + 1 : rank);
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
  if (node.operator_name() == "LogSoftmax") {
    const Value most = largest(builder, name, x, axes);
    const Value sum = exponential_sum(builder, name, x, most, axes);
    // The difference first: both may be large.
    return map_values_to(builder, name, type,
                         {{make_step("sub", {operand(0), operand(1)}),
                           make_step("log", {operand(2)}), make_step("sub", {step(0), step(1)})}},
                         {x, most, sum});
  }
  return softmax_values(builder, name, type, x, axes);
}

}  // namespace tilewave
