// What shape and type each operator yields, and which operands it takes.
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

struct InferredType {
  ElementType type = ElementType::kF32;
  std::string problem;
};

/// The same of types. Expects what infer_shape() takes.
InferredType infer_type(const Operator& oper, const std::vector<ElementType>& operands);

/// " i8"; empty for f32.
std::string type_suffix(ElementType type);

}  // namespace tilewave
