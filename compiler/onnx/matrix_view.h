// How a tensor of any rank lies in matrices of the graph, and how much of an operand that is
// broadcast to it has to be there: all of it, one row, one column or one value. It knows no values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/onnx/arrangement.h"
#include "compiler/program/tensor.h"

namespace tilewave {

/// Row-major values cut into `slices` matrices of one shape, one after another.
struct MatrixView {
  std::uint64_t slices = 1;
  Shape matrix;

  bool operator==(const MatrixView&) const = default;
  std::uint64_t elements() const { return slices * matrix.elements(); }
};

/// Rows: all dimensions but the last; columns: the last. A scalar is 1x1.
Shape folded_shape(const Dims& dims);

/// Every way to cut `dims` into rows and columns, the folded one first.
std::vector<MatrixView> matrix_views(const Dims& dims);

/// What of an operand meets a view of the result.
struct PlacedOperand {
  Dims dims;        ///< of the result, 1 where the operand need not be stretched
  MatrixView view;  ///< of these dimensions
};

/// Of an operand of shape `dims`, which broadcasts to `result`. Slices, rows and columns along
/// which it does not vary shrink to one, if `view` parts the dimensions of the result and not one
/// of them.
PlacedOperand place_operand(const Dims& dims, const Dims& result, const MatrixView& view);

}  // namespace tilewave
