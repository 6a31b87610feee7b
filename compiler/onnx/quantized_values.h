// Integers that stand for real numbers, as DequantizeLinear gives them, and matrix products of such. A
// product of two of them is computed with integers; both become fp32 when an operator asks for that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/products.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// Scale and zero point of a tensor: single values of shape [], or [n] for the n indices of `axis`.
struct Quantization {
  Value scale;                     ///< FLOAT
  std::optional<Value> zero = {};  ///< of the integers' type; none: 0
  std::size_t axis = 0;

  bool is_whole() const { return dims_of(scale).empty(); }  ///< one for the whole tensor
  /// Of the scale or the zero point, as it broadcasts to a tensor of `rank` dimensions.
  Value aligned(const Value& value, std::size_t rank) const;
};

/// (integers - zero) * scale, computed in fp32.
struct Dequantized {
  std::string name;
  Value integers;
  Quantization quantization;
  std::optional<Value> real = {};  ///< in fp32, once that was wanted
};

/// (sum of (a - a_zero) * (b - b_zero), plus bias) * scale, below zero 0 if there is a ReLU. The sum is
/// of i32.
struct IntegerProduct {
  std::string name;
  std::array<Value, 2> factors;
  std::array<std::int16_t, 2> zeros{};
  Value scale;                     ///< FLOAT, constant, positive and normal: [] or [N]
  std::optional<Value> bias = {};  ///< INT32, constant: [1,N]
  bool relu = false;
  std::optional<Value> real = {};  ///< in fp32, once that was wanted
};

/// In fp32; any other value as it is.
const Value& real_value(GraphBuilder& builder, const Value& value);

/// The product of two matrices or stacks of them under this name, if both are dequantized and computing
/// it with integers is right: both are whole, or the right one has a constant scale for each column; zero
/// points are single constants; and the sums do not overflow.
std::optional<Value> integer_product(GraphBuilder& builder, const std::string& name, const Value& a,
                                     const Value& b);

/// `product` with one more summand, if that is a row of INT32 with the product's scale, to one unit in
/// the last place.
std::optional<Value> with_bias(GraphBuilder& builder, const std::string& name,
                               const ProductValue& product, const Value& bias);
/// What is below zero becomes 0.
Value with_relu(const std::string& name, const ProductValue& product);

/// round(max(sum, 0 if there is a ReLU) * (scale / to.scale)) + to.zero, in fp32 but for the sum, as an
/// integer of `type`; none if that is not to be had by one scale.
std::optional<Value> requantized(GraphBuilder& builder, const std::string& name,
                                 const ProductValue& product, const Quantization& to,
                                 ElementType type);

/// The sums of a product of integers, under this name: multiply_values(), with the range that they have.
Value integer_sums(GraphBuilder& builder, const std::string& name,
                   const std::array<Value, 2>& factors, const ProductOptions& options);

/// What stands for zero in the integers, if it is known and one.
std::optional<std::int16_t> single_zero(const GraphBuilder& builder,
                                        const std::optional<Value>& zero);

}  // namespace tilewave
