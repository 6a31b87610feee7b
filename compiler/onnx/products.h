// Matrix products of the model's values, as NumPy has them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// Of the product of two tensors of these. Throws InputError, naming both, if there is none.
Dims product_dims(const Dims& left, const Dims& right);

struct ProductOptions {
  std::array<std::int16_t, 2> zeros{};  ///< what stands for zero in integer operands
  std::optional<Value> bias = {};       ///< [1,N], of the type of the sums
};

/// NumPy's matmul under the name `output`, of the type of the sums. Leading dimensions fold into rows
/// where the right operand is shared; otherwise there is one matmul for each element of the batch.
Value multiply_values(GraphBuilder& builder, const std::string& output, const Value& a,
                      const Value& b, const ProductOptions& options = {});

}  // namespace tilewave
