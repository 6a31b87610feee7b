// When a product of dequantized tensors may be one of integers, and how either comes into the graph.
#include "compiler/onnx/quantized_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/products.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// What sums of i32 stay below that do not wrap around.
constexpr double kMostSum = 2147483648.0;

double magnitude(const Interval& range, double zero) {
  return std::max(std::abs(range.least - zero), std::abs(range.most - zero));
}

/// What the sums are at most, bias left out.
double most_sum(const GraphBuilder& builder, const std::array<Value, 2>& factors,
                const std::array<std::int16_t, 2>& zeros) {
  return static_cast<double>(dims_of(factors[0]).back()) *
         magnitude(range_of(builder, factors[0]), zeros[0]) *
         magnitude(range_of(builder, factors[1]), zeros[1]);
}

bool is_byte(const GraphBuilder& builder, const Value& value) {
  const OnnxType type = type_of(builder, value);
  return type == OnnxType::kInt8 || type == OnnxType::kUint8;
}

/// A constant of positive fp32 with all their digits.
bool is_sound_scale(const GraphBuilder& builder, const Value& scale) {
  const auto values = source_values(builder, scale);
  return is_constant(builder, scale) && std::ranges::all_of(*values, [](double value) {
           return value >= std::numeric_limits<float>::min() && std::isfinite(value);
         });
}

/// Whether a tensor of `rank` dimensions has one scale, or one for each index of the last.
bool is_by_column(const Quantization& quantization, std::size_t rank) {
  return quantization.is_whole() || quantization.axis + 1 == rank;
}

/// "[relu;] mul" of the sum x0 and the scale x1, then `more` steps.
Expression scaled_sum(bool relu, std::vector<ExpressionStep> more) {
  Expression expression;
  if (relu) {
    expression.steps.push_back(make_step("relu", {Argument::operand(0)}));
  }
  expression.steps.push_back(
      make_step("mul", {relu ? Argument::step(0) : Argument::operand(0), Argument::operand(1)}));
  for (ExpressionStep& step : more) {
    step.arguments[0] = Argument::step(expression.steps.size() - 1);
    expression.steps.push_back(step);
  }
  return expression;
}

Value sums_of(GraphBuilder& builder, const std::string& name, const IntegerProduct& product) {
  return integer_sums(builder, name + ".sum", product.factors,
                      {.zeros = product.zeros, .bias = product.bias});
}

/// Whether each of the numbers is, to one unit in the last place, the one of `others` in its place; of a
/// single one, all.
bool same_scales(std::span<const double> numbers, std::span<const double> others) {
  for (std::size_t i = 0; i < std::max(numbers.size(), others.size()); ++i) {
    const double number = numbers[numbers.size() == 1 ? 0 : i];
    const double other = others[others.size() == 1 ? 0 : i];
    if (!(std::abs(number - other) <= double{std::numeric_limits<float>::epsilon()} * other)) {
      return false;
    }
  }
  return true;
}

/// The integers of a bias for each of the columns of a product: [1,N]. None if it is no such row of
/// constants.
std::optional<Value> bias_row(const GraphBuilder& builder, const Dequantized& bias,
                              std::uint64_t columns) {
  const Dims& dims = dims_of(bias.integers);
  const std::uint64_t elements = element_count(dims);
  if (type_of(builder, bias.integers) != OnnxType::kInt32 || !is_constant(builder, bias.integers)) {
    return std::nullopt;
  }
  if (elements == 1) {
    return expanded(reshaped(bias.integers, {1, 1}), {1, columns});
  }
  const bool is_row = elements == columns && dims.back() == columns;
  return is_row ? std::optional(reshaped(bias.integers, {1, columns})) : std::nullopt;
}

}  // namespace

Value Quantization::aligned(const Value& value, std::size_t rank) const {
  if (dims_of(value).empty()) {
    return value;
  }
  Dims dims(rank - axis, 1);
  dims[0] = element_count(dims_of(value));
  return reshaped(value, dims);
}

Value integer_sums(GraphBuilder& builder, const std::string& name,
                   const std::array<Value, 2>& factors, const ProductOptions& options) {
  Value sums = multiply_values(builder, name, factors[0], factors[1], options);
  double most = most_sum(builder, factors, options.zeros);
  if (options.bias) {
    most += magnitude(range_of(builder, *options.bias), 0);
  }
  if (most < kMostSum) {
    builder.set_range(*std::get<ComputedValue>(sums).slices, {-most, most});
  }
  return sums;
}

const Value& real_value(GraphBuilder& builder, const Value& value) {
  if (const auto* dequantized = std::get_if<DequantizedValue>(&value)) {
    Dequantized& of = *dequantized->of;
    if (!of.real) {
      const Quantization& quantization = of.quantization;
      const std::size_t rank = dims_of(of.integers).size();
      std::vector<Value> operands = {of.integers, quantization.aligned(quantization.scale, rank)};
      Expression expression = {{make_step("mul", {Argument::operand(0), Argument::operand(1)})}};
      if (quantization.zero) {
        operands.push_back(quantization.aligned(*quantization.zero, rank));
        expression = {{make_step("sub", {Argument::operand(0), Argument::operand(2)}),
                       make_step("mul", {Argument::step(0), Argument::operand(1)})}};
      }
      of.real = map_values_to(builder, of.name, ElementType::kF32, expression, std::move(operands));
    }
    return *of.real;
  }
  if (const auto* product = std::get_if<ProductValue>(&value)) {
    IntegerProduct& of = *product->of;
    if (!of.real) {
      of.real = map_values_to(builder, of.name, ElementType::kF32, scaled_sum(of.relu, {}),
                              {sums_of(builder, of.name, of), of.scale});
    }
    return *of.real;
  }
  return value;
}

std::optional<std::int16_t> single_zero(const GraphBuilder& builder,
                                        const std::optional<Value>& zero) {
  if (!zero) {
    return 0;
  }
  const auto values = source_values(builder, *zero);
  const bool single = values && std::ranges::all_of(*values, [&](double value) {
                        return value == values->front();
                      });
  return single ? std::optional(static_cast<std::int16_t>(values->front())) : std::nullopt;
}

std::optional<Value> integer_product(GraphBuilder& builder, const std::string& name, const Value& a,
                                     const Value& b) {
  const auto* left = std::get_if<DequantizedValue>(&a);
  const auto* right = std::get_if<DequantizedValue>(&b);
  if (left == nullptr || right == nullptr) {
    return std::nullopt;
  }
  const Dequantized& x = *left->of;
  const Dequantized& w = *right->of;
  const auto x_zero = single_zero(builder, x.quantization.zero);
  const auto w_zero = single_zero(builder, w.quantization.zero);
  if (!is_byte(builder, x.integers) || !is_byte(builder, w.integers) || !x_zero || !w_zero ||
      !x.quantization.is_whole() || !is_by_column(w.quantization, right->dims.size()) ||
      (!w.quantization.is_whole() && right->dims.size() < 2) ||
      !is_constant(builder, x.quantization.scale) || !is_constant(builder, w.quantization.scale)) {
    return std::nullopt;
  }
  Dims dims = product_dims(left->dims, right->dims);
  IntegerProduct product{.name = name,
                         .factors = {x.integers, w.integers},
                         .zeros = {*x_zero, *w_zero},
                         .scale = map_values(builder, name + ".scale", "mul",
                                             {x.quantization.scale, w.quantization.scale})};
  if (!is_sound_scale(builder, product.scale) ||
      most_sum(builder, product.factors, product.zeros) >= kMostSum) {
    return std::nullopt;
  }
  return ProductValue{std::move(dims), std::make_shared<IntegerProduct>(std::move(product))};
}

std::optional<Value> with_bias(GraphBuilder& builder, const std::string& name,
                               const ProductValue& product, const Value& bias) {
  const auto* dequantized = std::get_if<DequantizedValue>(&bias);
  const IntegerProduct& before = *product.of;
  if (dequantized == nullptr || before.bias || before.relu ||
      dims_of(before.factors[1]).size() < 2) {
    return std::nullopt;
  }
  const Dequantized& summand = *dequantized->of;
  const std::uint64_t columns = product.dims.back();
  const Value& scale = summand.quantization.scale;
  std::optional<Value> row = bias_row(builder, summand, columns);
  if (!is_constant(builder, scale) || !row ||
      single_zero(builder, summand.quantization.zero) != 0 ||
      !is_by_column(summand.quantization, dequantized->dims.size()) ||
      broadcast(product.dims, dequantized->dims) != product.dims ||
      !same_scales(*source_values(builder, scale), *source_values(builder, before.scale)) ||
      most_sum(builder, before.factors, before.zeros) + magnitude(range_of(builder, *row), 0) >=
          kMostSum) {
    return std::nullopt;
  }
  auto after = std::make_shared<IntegerProduct>(before);
  after->name = name;
  after->real.reset();
  after->bias = std::move(row);
  return ProductValue{product.dims, std::move(after)};
}

Value with_relu(const std::string& name, const ProductValue& product) {
  auto after = std::make_shared<IntegerProduct>(*product.of);
  after->name = name;
  after->real.reset();
  after->relu = true;
  return ProductValue{product.dims, std::move(after)};
}

std::optional<Value> requantized(GraphBuilder& builder, const std::string& name,
                                 const ProductValue& product, const Quantization& to,
                                 ElementType type) {
  const IntegerProduct& of = *product.of;
  const auto zero = single_zero(builder, to.zero);
  if (!to.is_whole() || !is_constant(builder, to.scale) || !zero) {
    return std::nullopt;
  }
  const Value scale = map_values(builder, name + ".scale", "div", {of.scale, to.scale});
  if (!is_sound_scale(builder, scale)) {
    return std::nullopt;
  }
  std::vector<ExpressionStep> more;
  if (*zero != 0) {
    more = {make_step("round", {Argument::operand(0)}),
            make_step("add", {Argument::operand(0), Argument::number(*zero)})};
  }
  return map_values_to(builder, name, type, scaled_sum(of.relu, std::move(more)),
                       {sums_of(builder, name, of), scale});
}

}  // namespace tilewave
