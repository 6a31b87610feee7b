// What shape each operator yields, and which operands it takes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

/// Whether `row` is 1×N and `whole` M×N.
bool is_row_vector_of(const Shape& row, const Shape& whole);

bool takes_operands(OperatorKind kind, std::size_t count);

/// What an operator yields, or, in words, why its operands do not fit.
struct InferredShape {
  Shape shape;
  std::string problem;
};

/// As many operands as the operator takes, in the order of Operator::inputs.
InferredShape infer_shape(OperatorKind kind, const std::vector<Shape>& operands);

}  // namespace tilewave
