// MatMul and Gemm, of floats and of what DequantizeLinear gives.
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/norms.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/products.h"
#include "compiler/onnx/quantized_values.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// Sources are scaled on the host, what is computed by a map called `output`.
Value scaled(GraphBuilder& builder, const std::string& output, const Value& value, float factor) {
  if (factor == 1) {
    return value;
  }
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return SourceValue{source->source, source->arrangement, source->scale * factor};
  }
  return map_values(builder, output,
                    {{make_step("mul", {Argument::operand(0), Argument::number(factor)})}},
                    {value});
}

/// C of a Gemm: a single value as a row, which the matmul adds on its way.
Value bias_of(const Value& c, const Dims& product) {
  const bool is_source = std::holds_alternative<SourceValue>(c);
  return is_source && element_count(dims_of(c)) == 1 ? expanded(reshaped(c, {1}), {product.back()})
                                                     : c;
}

/// Of both factors.
ElementType factor_type(const GraphBuilder& builder, const Value& a, const Value& b) {
  const ElementType type = common_type(builder, {a, b});
  if (is_integer(type)) {
    throw InputError(
        "its operands are of type " + to_string(onnx_type(type)) +
        "; supported: FLOAT, FLOAT16 and BFLOAT16, and of INT8 and UINT8 MatMulInteger, "
        "QLinearMatMul and what DequantizeLinear gives");
  }
  return type;
}

struct GemmFactors {
  float alpha = 1;
  float beta = 0;  ///< 0: no C
};

/// Of a type that is not that of the sums: in fp32 up to the end.
Value narrow_gemm(Node& node, ElementType type, const Value& a, const Value& b,
                  const GemmFactors& factors) {
  GraphBuilder& builder = node.builder();
  std::vector<Value> operands = {multiply_values(builder, node.output() + ".sum", a, b)};
  Expression expression;
  const auto times = [&](std::size_t operand, float factor) {
    expression.steps.push_back(
        make_step("mul", {Argument::operand(operand), Argument::number(factor)}));
  };
  times(0, factors.alpha);
  if (factors.beta != 0) {
    operands.push_back(bias_of(node.input(2), dims_of(operands[0])));
    common_type(builder, {a, operands[1]});
    times(1, factors.beta);
    expression.steps.push_back(make_step("add", {Argument::step(0), Argument::step(1)}));
  }
  return map_values_to(builder, node.output(), type, expression, std::move(operands));
}

}  // namespace

Value multiply_floats(GraphBuilder& builder, const std::string& output, const Value& a,
                      const Value& b) {
  const ElementType type = factor_type(builder, a, b);
  if (type == ElementType::kF32) {
    return multiply_values(builder, output, a, b);
  }
  return map_values_to(builder, output, type, apply("identity"),
                       {multiply_values(builder, output + ".sum", a, b)});
}

Value import_matmul(Node& node) {
  GraphBuilder& builder = node.builder();
  if (auto product =
          integer_product(builder, node.output(), node.any_input(0), node.any_input(1))) {
    return *std::move(product);
  }
  return multiply_floats(builder, node.output(), node.input(0), node.input(1));
}

Value import_fused_matmul(Node& node) {
  GraphBuilder& builder = node.builder();
  Value a = node.input(0);
  Value b = node.input(1);
  const float alpha = node.number("alpha", 1);
  for (const char* name : {"transBatchA", "transBatchB"}) {
    if (node.integer(name, 0) != 0) {
      throw InputError(std::string("attribute '") + name + "' is not 0, which is not supported");
    }
  }
  const auto turned = [&](const char* name, const Value& value) {
    const std::size_t rank = dims_of(value).size();
    if (node.integer(name, 0) == 0 || rank < 2) {
      return value;
    }
    Axes permutation = axes_between(0, rank);
    std::swap(permutation[rank - 2], permutation[rank - 1]);
    return transposed(builder, value, permutation);
  };
  a = turned("transA", a);
  b = turned("transB", b);
  if (alpha == 1) {
    return multiply_floats(builder, node.output(), a, b);
  }
  const ElementType type = factor_type(builder, a, b);
  return map_values_to(builder, node.output(), type,
                       {{make_step("mul", {Argument::operand(0), Argument::number(alpha)})}},
                       {multiply_values(builder, node.output() + ".sum", a, b)});
}

Value import_gemm(Node& node) {
  GraphBuilder& builder = node.builder();
  Value a = node.transposed_input(0);
  Value b = node.transposed_input(1);
  const bool transpose_a = node.integer("transA", 0) != 0;
  const bool transpose_b = node.integer("transB", 0) != 0;
  const float alpha = node.number("alpha", 1);
  const float beta = node.number("beta", 1);
  node.integer("broadcast", 0);  // before operator set 7; the shapes say it
  if (dims_of(a).size() != 2 || dims_of(b).size() != 2) {
    throw InputError("shapes " + to_string(dims_of(a)) + " and " + to_string(dims_of(b)) +
                     ": both have to be matrices");
  }
  a = transpose_a ? transposed(builder, a, {1, 0}) : a;
  b = transpose_b ? transposed(builder, b, {1, 0}) : b;
  const bool has_bias = node.has_input(2) && beta != 0;
  const Dims dims = product_dims(dims_of(a), dims_of(b));
  if (has_bias && broadcast(dims, dims_of(node.any_input(2))) != dims) {
    throw InputError("C has the shape " + to_string(dims_of(node.any_input(2))) +
                     ", which does not broadcast to that of the product, " + to_string(dims));
  }
  const std::string name = node.output() + (has_bias ? ".matmul" : "");
  std::optional<Value> product = alpha == 1 ? integer_product(builder, name, a, b) : std::nullopt;
  if (product && !has_bias) {
    return *std::move(product);
  }
  if (product && beta == 1) {
    if (auto sum = with_bias(builder, node.output(), std::get<ProductValue>(*product),
                             node.any_input(2))) {
      return *std::move(sum);
    }
  }
  if (product) {
    product = real_value(builder, *product);
  } else {
    a = real_value(builder, a);
    b = real_value(builder, b);
    const ElementType type = factor_type(builder, a, b);
    if (type != ElementType::kF32) {
      return narrow_gemm(node, type, a, b, {alpha, has_bias ? beta : 0});
    }
    const bool scale_b = std::holds_alternative<SourceValue>(b);
    (scale_b ? b : a) = scaled(builder, node.output() + ".scaled", scale_b ? b : a, alpha);
    product = multiply_values(builder, name, a, b);
  }
  if (!has_bias) {
    return *std::move(product);
  }
  const Value bias = scaled(builder, node.output() + ".scaled", bias_of(node.input(2), dims), beta);
  return map_values(builder, node.output(), "add", {*product, bias});
}

}  // namespace tilewave
