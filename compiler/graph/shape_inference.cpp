#include "compiler/graph/shape_inference.h"

#include "compiler/base/error.h"

namespace tilewave {

bool is_row_vector_of(const Shape& row, const Shape& whole) {
  return row.rows == 1 && row.cols == whole.cols;
}

bool takes_operands(OperatorKind kind, std::size_t count) {
  switch (kind) {
    case OperatorKind::kMatMul: return count == 2 || count == 3;
    case OperatorKind::kAdd: return count == 2;
    case OperatorKind::kRelu:
    case OperatorKind::kCopy: return count == 1;
  }
  return false;
}

namespace {

InferredShape infer_matmul(const std::vector<Shape>& operands) {
  const Shape& a = operands[0];
  const Shape& b = operands[1];
  if (a.cols != b.rows) {
    return {{},
            "inner dimensions " + std::to_string(a.cols) + " and " + std::to_string(b.rows) +
                " differ"};
  }
  const Shape result{a.rows, b.cols};
  if (operands.size() > 2 && !is_row_vector_of(operands[2], result)) {
    return {{},
            "bias " + to_string(operands[2]) + " is not the row vector 1x" +
                std::to_string(result.cols)};
  }
  return {result, ""};
}

InferredShape infer_add(const Shape& a, const Shape& b) {
  const bool fits = a == b || is_row_vector_of(b, a);
  return {a, fits ? ""
                  : "shapes " + to_string(a) + " and " + to_string(b) +
                        " differ, and neither is a row vector of the other's width"};
}

}  // namespace

InferredShape infer_shape(OperatorKind kind, const std::vector<Shape>& operands) {
  switch (kind) {
    case OperatorKind::kMatMul: return infer_matmul(operands);
    case OperatorKind::kAdd: return infer_add(operands[0], operands[1]);
    case OperatorKind::kRelu:
    case OperatorKind::kCopy: return {operands[0], ""};
  }
  throw InternalError("operator kind " + std::to_string(static_cast<int>(kind)));
}

}  // namespace tilewave
