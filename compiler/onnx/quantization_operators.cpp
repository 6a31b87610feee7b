// Operators of quantized networks. Scales and zero points that are checked here are positive and of the
// right type; what they mean for integers is in quantized_values.cpp.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/quantized_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

std::string numbered(std::size_t index) { return " (input " + std::to_string(index) + ")"; }

bool is_byte(OnnxType type) { return type == OnnxType::kInt8 || type == OnnxType::kUint8; }

/// An input of type FLOAT whose numbers, if they are known, are above 0.
Value scale_of(const Node& node, std::size_t index) {
  const GraphBuilder& builder = node.builder();
  const Value& scale = node.input(index);
  if (const OnnxType type = type_of(builder, scale); type != OnnxType::kFloat) {
    throw InputError("its scale" + numbered(index) + " is of type " + to_string(type) +
                     "; supported: FLOAT");
  }
  for (const double number : source_values(builder, scale).value_or(std::vector<double>{})) {
    if (!(number > 0) || std::isinf(number)) {
      std::string text = std::to_string(number);
      throw InputError("its scale" + numbered(index) + " is " + text +
                       "; a scale is a finite number above 0");
    }
  }
  return scale;
}

/// An input of integers of this type.
Value zero_of(const Node& node, std::size_t index, OnnxType type) {
  const Value& zero = node.input(index);
  if (const OnnxType own = type_of(node.builder(), zero); own != type) {
    throw InputError("its zero point" + numbered(index) + " is of type " + to_string(own) +
                     ", but the integers are of type " + to_string(type));
  }
  return zero;
}

bool is_all_zero(const GraphBuilder& builder, const Value& zero) {
  return is_constant(builder, zero) &&
         std::ranges::all_of(*source_values(builder, zero),
                             [](double number) { return number == 0; });
}

/// Inputs 1 and 2 of QuantizeLinear and DequantizeLinear, for a tensor of these dimensions.
Quantization quantization_of(Node& node, const Dims& dims, OnnxType integers) {
  const Value scale = scale_of(node, 1);
  const Dims given = dims_of(scale);
  const std::int64_t axis = node.integer("axis", 1);
  Quantization quantization{.scale = scale};
  if (given.size() < 2 && element_count(given) == 1) {
    quantization.scale = reshaped(scale, {});
  } else {
    quantization.axis = resolved_axis(axis, dims.size(), dims.size());
    if (const Dims wanted = {dims[quantization.axis]}; given != wanted) {
      throw InputError("its scale (input 1) has the shape " + to_string(given) + "; for axis " +
                       std::to_string(axis) + " of " + to_string(dims) + " it has to be " +
                       to_string(wanted) + ", or a single value");
    }
  }
  if (node.has_input(2)) {
    const Value zero = zero_of(node, 2, integers);
    if (element_count(dims_of(zero)) != element_count(given) || dims_of(zero).size() > 1) {
      throw InputError("its zero point (input 2) has the shape " + to_string(dims_of(zero)) +
                       ", its scale " + to_string(given) + "; they have to be of one shape");
    }
    if (!is_all_zero(node.builder(), zero)) {
      quantization.zero = reshaped(zero, dims_of(quantization.scale));
    }
  }
  return quantization;
}

/// Rounds what one step gives and adds a zero point. Without one the type of the result rounds.
void append_zero(Expression& expression, std::size_t operand) {
  expression.steps.push_back(make_step("round", {Argument::step(0)}));
  expression.steps.push_back(make_step("add", {Argument::step(1), Argument::operand(operand)}));
}

/// round(x / scale) + zero point, clipped to the type.
Value quantized(GraphBuilder& builder, const std::string& name, const Value& x,
                const Quantization& quantization, ElementType type) {
  const std::size_t rank = dims_of(x).size();
  std::vector<Value> operands = {x, quantization.aligned(quantization.scale, rank)};
  Expression expression = {{make_step("div", {Argument::operand(0), Argument::operand(1)})}};
  if (quantization.zero) {
    append_zero(expression, 2);
    operands.push_back(quantization.aligned(*quantization.zero, rank));
  }
  return map_values_to(builder, name, type, expression, std::move(operands));
}

/// An operand of a product of integers: its integers and what stands for zero in them.
struct Factor {
  Value integers;
  std::int16_t zero = 0;
};

Factor factor_of(const Node& node, std::size_t index, std::size_t zero_index) {
  const GraphBuilder& builder = node.builder();
  const Value& integers = node.input(index);
  const OnnxType type = type_of(builder, integers);
  if (!is_byte(type)) {
    throw InputError("input " + std::to_string(index) + " is of type " + to_string(type) +
                     "; supported: INT8 and UINT8");
  }
  if (!node.has_input(zero_index)) {
    return {integers};
  }
  const Value zero = zero_of(node, zero_index, type);
  const auto numbers = source_values(builder, zero);
  if (!numbers) {
    throw InputError("its zero point" + numbered(zero_index) +
                     " is not known: it has to be a "
                     "constant, or an input that is given with --inputs");
  }
  const auto single = single_zero(builder, zero);
  if (!single) {
    throw InputError("its zero points" + numbered(zero_index) + " differ, " +
                     std::to_string(static_cast<int>(numbers->front())) +
                     " and others; a product "
                     "has one for each operand");
  }
  return {integers, *single};
}

/// A scale of QLinearMatMul as it broadcasts to the product: single, or for each row or column.
Value product_scale(const Node& node, std::size_t index, const Dims& matrices, bool of_rows) {
  const Value scale = scale_of(node, index);
  const Dims& dims = dims_of(scale);
  if (element_count(dims) == 1) {
    return reshaped(scale, {});
  }
  const std::size_t rank = matrices.size();
  const Dims wanted = rank < 2  ? Dims{}
                      : of_rows ? Dims{matrices[rank - 2], 1}
                                : Dims{matrices[rank - 1]};
  Dims own = dims;
  while (own.size() > wanted.size() && own.front() == 1) {
    own.erase(own.begin());
  }
  const bool is_row = of_rows && wanted.size() == 2 && own == Dims{wanted[0]};  // [M] for [M,1]
  if (own != wanted && !is_row) {
    throw InputError("its scale" + numbered(index) + " has the shape " + to_string(dims) +
                     "; it has to be a single value or " +
                     (of_rows ? "one for each row" : "one for each column") + " of " +
                     to_string(matrices));
  }
  return reshaped(scale, wanted);
}

/// The least and the greatest of the data of DynamicQuantizeLinear, 0 among them.
std::pair<float, float> known_bounds(const GraphBuilder& builder, const Value& x) {
  const auto numbers = source_values(builder, x);
  if (!numbers) {
    throw InputError(
        "its scale and zero point come from the least and the greatest of its data, which have to "
        "be known when the model is read, as a constant or given with --inputs: there is no "
        "operator yet that finds them in a computed tensor");
  }
  float least = 0;
  float most = 0;
  for (const double number : *numbers) {
    if (!std::isfinite(number)) {
      throw InputError("its data hold " + std::to_string(number) + ", of which there is no scale");
    }
    least = std::min(least, static_cast<float>(number));
    most = std::max(most, static_cast<float>(number));
  }
  return {least, most};
}

}  // namespace

Value import_quantize_linear(Node& node) {
  GraphBuilder& builder = node.builder();
  const OnnxType type = node.has_input(2) ? type_of(builder, node.any_input(2)) : OnnxType::kUint8;
  if (!is_byte(type)) {
    throw InputError("its zero point (input 2) is of type " + to_string(type) +
                     "; supported: INT8 and UINT8");
  }
  const Quantization quantization = quantization_of(node, dims_of(node.any_input(0)), type);
  const auto* product = std::get_if<ProductValue>(&node.any_input(0));
  if (product != nullptr && node.is_only_use(0)) {
    if (auto result =
            requantized(builder, node.output(), *product, quantization, *info_of(type).element)) {
      return *std::move(result);
    }
  }
  const Value& x = node.input(0);
  if (const OnnxType own = type_of(builder, x);
      own != OnnxType::kFloat && own != OnnxType::kInt32) {
    throw InputError("input 0 is of type " + to_string(own) + "; supported: FLOAT and INT32");
  }
  return quantized(builder, node.output(), x, quantization, *info_of(type).element);
}

Value import_dequantize_linear(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const OnnxType type = type_of(builder, x);
  if (!is_byte(type) && type != OnnxType::kInt32) {
    throw InputError("input 0 is of type " + to_string(type) + "; supported: INT8, UINT8, INT32");
  }
  Quantization quantization = quantization_of(node, dims_of(x), type);
  if (type == OnnxType::kInt32 && quantization.zero) {
    throw InputError("its zero point (input 2) of type INT32 is not a constant 0");
  }
  return DequantizedValue{dims_of(x), std::make_shared<Dequantized>(
                                          Dequantized{node.output(), x, std::move(quantization)})};
}

Value import_matmul_integer(Node& node) {
  const Factor a = factor_of(node, 0, 2);
  const Factor b = factor_of(node, 1, 3);
  return integer_sums(node.builder(), node.output(), {a.integers, b.integers},
                      {.zeros = {a.zero, b.zero}});
}

Value import_qlinear_matmul(Node& node) {
  GraphBuilder& builder = node.builder();
  const Factor a = factor_of(node, 0, 2);
  const Factor b = factor_of(node, 3, 5);
  const OnnxType type = type_of(builder, node.input(7));
  if (!is_byte(type)) {
    throw InputError("its zero point (input 7) is of type " + to_string(type) +
                     "; supported: INT8 and UINT8");
  }
  const Value& zero = node.input(7);
  const Value to = scale_of(node, 6);
  for (const auto& [index, value] : {std::pair(6, &to), std::pair(7, &zero)}) {
    if (element_count(dims_of(*value)) != 1) {
      throw InputError("input " + std::to_string(index) + " has the shape " +
                       to_string(dims_of(*value)) +
                       "; the result has a single scale and zero point");
    }
  }
  product_dims(dims_of(a.integers), dims_of(b.integers));
  const Expression factor = {{make_step("mul", {Argument::operand(0), Argument::operand(1)}),
                              make_step("div", {Argument::step(0), Argument::operand(2)})}};
  const Value scale =
      map_values(builder, node.output() + ".scale", factor,
                 {product_scale(node, 1, dims_of(a.integers), true),
                  product_scale(node, 4, dims_of(b.integers), false), reshaped(to, {})});
  const Value sums = integer_sums(builder, node.output() + ".sum", {a.integers, b.integers},
                                  {.zeros = {a.zero, b.zero}});
  Expression requantize = apply("mul");
  std::vector<Value> operands = {sums, scale};
  if (!is_all_zero(builder, zero)) {
    append_zero(requantize, 2);
    operands.push_back(reshaped(zero, {}));
  }
  return map_values_to(builder, node.output(), *info_of(type).element, requantize,
                       std::move(operands));
}

Value import_dynamic_quantize_linear(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  const auto [least, most] = known_bounds(builder, x);
  const Interval range = range_of_type(ElementType::kU8);
  const float scale = (most - least) / static_cast<float>(range.most);
  if (!(scale >= std::numeric_limits<float>::min()) || std::isinf(scale)) {
    throw InputError("its data are between " + std::to_string(least) + " and " +
                     std::to_string(most) + ", which gives no scale");
  }
  const float zero =
      std::clamp(std::nearbyint(0 - least / scale), 0.0F, static_cast<float>(range.most));
  const std::string name = node.output();
  Value scale_value = builder.add_constant(name + ".scale", {}, ElementType::kF32, {scale});
  Value zero_value = builder.add_constant(name + ".zero", {}, ElementType::kU8, {zero});
  Value result =
      quantized(builder, name, x, {.scale = scale_value, .zero = zero_value}, ElementType::kU8);
  node.give(1, std::move(scale_value));
  node.give(2, std::move(zero_value));
  return result;
}

}  // namespace tilewave
