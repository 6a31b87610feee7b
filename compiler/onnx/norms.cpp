// Folds, and maps of what they give.
#include "compiler/onnx/norms.h"

#include <numeric>
#include <utility>

#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/folds_of_values.h"

namespace tilewave {
namespace {

Argument operand(std::size_t index) { return Argument::operand(index); }
Argument step(std::size_t index) { return Argument::step(index); }
Argument number(double value) { return Argument::number(static_cast<float>(value)); }

/// Of the difference of two.
Expression exponential() {
  return {{make_step("sub", {operand(0), operand(1)}), make_step("exp", {step(0)})}};
}

/// 1 / √(sum / count + epsilon).
Value deviation_of(GraphBuilder& builder, const std::string& output, const Value& sum, double count,
                   float epsilon) {
  const Expression deviation{{make_step("div", {operand(0), number(count)}),
                              make_step("add", {step(0), number(static_cast<double>(epsilon))}),
                              make_step("sqrt", {step(1)}), make_step("reciprocal", {step(2)})}};
  return map_values_to(builder, output + ".deviation", ElementType::kF32, deviation, {sum});
}

}  // namespace

Axes axes_between(std::size_t first, std::size_t end) {
  Axes axes(end - first);
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

std::uint64_t elements_of(const Dims& dims, const Axes& axes) {
  std::uint64_t elements = 1;
  for (const std::size_t axis : axes) {
    elements *= dims[axis];
  }
  return elements;
}

Value largest(GraphBuilder& builder, const std::string& output, const Value& x, const Axes& axes) {
  return fold_values(builder, output + ".max", Fold::kMax, apply("identity"), {x}, axes);
}

Value exponential_sum(GraphBuilder& builder, const std::string& output, const Value& x,
                      const Value& most, const Axes& axes) {
  return fold_values(builder, output + ".sum", Fold::kSum, exponential(), {x, most}, axes);
}

Value softmax_values(GraphBuilder& builder, const std::string& output, ElementType type,
                     const Value& x, const Axes& axes) {
  const Value most = largest(builder, output, x, axes);
  const Value exponents =
      map_values_to(builder, output + ".exp", ElementType::kF32, exponential(), {x, most});
  const Value sum =
      fold_values(builder, output + ".sum", Fold::kSum, apply("identity"), {exponents}, axes);
  return map_values_to(builder, output, type, apply("div"), {exponents, sum});
}

Moments moments(GraphBuilder& builder, const std::string& output, const Value& x, const Axes& axes,
                float epsilon) {
  const auto count = static_cast<double>(elements_of(dims_of(x), axes));
  const Value sum = fold_values(builder, output + ".sum", Fold::kSum, apply("identity"), {x}, axes);
  const Value mean = map_values_to(builder, output + ".mean", ElementType::kF32,
                                   {{make_step("div", {operand(0), number(count)})}}, {sum});
  const Expression distance{
      {make_step("sub", {operand(0), operand(1)}), make_step("mul", {step(0), step(0)})}};
  const Value squares =
      fold_values(builder, output + ".squares", Fold::kSum, distance, {x, mean}, axes);
  return {mean, deviation_of(builder, output, squares, count, epsilon)};
}

Moments root_mean_square(GraphBuilder& builder, const std::string& output, const Value& x,
                         const Axes& axes, float epsilon) {
  const auto count = static_cast<double>(elements_of(dims_of(x), axes));
  const Expression square{{make_step("mul", {operand(0), operand(0)})}};
  const Value squares = fold_values(builder, output + ".squares", Fold::kSum, square, {x}, axes);
  return {std::nullopt, deviation_of(builder, output, squares, count, epsilon)};
}

Value normalized(GraphBuilder& builder, const std::string& output, ElementType type, const Value& x,
                 const Moments& of, const Affine& affine) {
  std::vector<Value> operands = {x};
  Expression expression;
  const auto append = [&](const char* function, const Value& value) {
    const Argument before = expression.empty() ? operand(0) : step(expression.steps.size() - 1);
    expression.steps.push_back(make_step(function, {before, operand(operands.size())}));
    operands.push_back(value);
  };
  if (of.mean) {
    append("sub", *of.mean);
  }
  append("mul", of.deviation);
  if (affine.scale) {
    append("mul", *affine.scale);
  }
  if (affine.shift && operands.size() == kMaxMapOperands) {
    const Value scaled = map_values_to(builder, output + ".scaled", ElementType::kF32, expression,
                                       std::move(operands));
    return map_values_to(builder, output, type, apply("add"), {scaled, *affine.shift});
  }
  if (affine.shift) {
    append("add", *affine.shift);
  }
  return map_values_to(builder, output, type, expression, std::move(operands));
}

}  // namespace tilewave
