// Reductions of the model's values over any of their dimensions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"
#include "compiler/program/expression.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

/// The fold of an expression of operands, which broadcast against each other, over some of the dimensions of
/// what they broadcast to; these are 1 in the result, which is of f32. What is transposed for it, and computed, is folded in
/// several steps, a run of neighbouring dimensions after the other. Expects operands of floats.
Value fold_values(GraphBuilder& builder, const std::string& output, Fold fold,
                  const Expression& expression, std::vector<Value> operands,
                  const std::vector<std::size_t>& dimensions);

}  // namespace tilewave
