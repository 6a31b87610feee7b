// What shape each operator yields, and which operands it takes.
#pragma once

#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

/// Whether `row` is 1×N and `whole` M×N.
bool is_row_vector_of(const Shape& row, const Shape& whole);

/// What an operator yields, or, in words, why its operands do not fit.
struct InferredShape {
  Shape shape;
  std::string problem;
};

/// `operands` are the shapes of oper.inputs, as many as there are. Checks their number too.
InferredShape infer_shape(const Operator& oper, const std::vector<Shape>& operands);

}  // namespace tilewave
