// Cuts a strided matrix until every part is a rectangle of one tensor.
#include "compiler/onnx/view_matrices.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/program/program.h"

namespace tilewave {
namespace {

/// What a matrix is made of, at most; more is no way to move data.
constexpr std::uint64_t kMostParts = 4096;

/// A matrix: rows and columns, and where its first element is among all that were computed.
struct Strided {
  StridedAxes rows;
  StridedAxes cols;
  std::uint64_t offset = 0;
};

/// The axis as one, if it is one.
std::optional<StridedAxis> single(const StridedAxes& axes) {
  return axes.empty()       ? std::optional(StridedAxis{1, 0})
         : axes.size() == 1 ? std::optional(axes.front())
                            : std::nullopt;
}

/// Tensors of one shape, one after another.
class Stack {
 public:
  Stack(const GraphBuilder& builder, const std::vector<TensorId>& slices)
      : slices_(slices), shape_(builder.tensor(slices.front()).shape) {}

  struct Rectangle {
    std::size_t slice = 0;
    ElementRange range;
    bool transposed = false;
  };

  /// The matrix as a rectangle of one of the tensors.
  std::optional<Rectangle> rectangle(const Strided& matrix, bool may_transpose) const {
    const auto rows = single(matrix.rows);
    const auto cols = single(matrix.cols);
    if (!rows || !cols) {
      return std::nullopt;
    }
    if (const auto straight = place(*rows, *cols, matrix.offset)) {
      return straight;
    }
    auto turned = may_transpose ? place(*cols, *rows, matrix.offset) : std::nullopt;
    if (turned) {
      turned->transposed = true;
    }
    return turned;
  }

  /// Where a matrix that is none has to be cut: calls `visit(part)` for what it is made of, side by side or one
  /// below the other.
  template <typename Visit>
  MatrixAxis cut(const Strided& matrix, Visit&& visit) const {
    if (!single(matrix.cols)) {
      cut_axis(matrix, &Strided::cols, visit);
      return MatrixAxis::kColumns;
    }
    if (!single(matrix.rows)) {
      cut_axis(matrix, &Strided::rows, visit);
      return MatrixAxis::kRows;
    }
    const StridedAxis rows = *single(matrix.rows);
    const StridedAxis cols = *single(matrix.cols);
    if (cols.stride == 1 && matrix.offset % shape_.cols + cols.extent > shape_.cols) {
      cut_at_ends(matrix, &Strided::cols, cols, shape_.cols, visit);
      return MatrixAxis::kColumns;
    }
    if (rows.stride == shape_.cols && (cols.stride == 1 || cols.extent == 1)) {
      cut_at_ends(matrix, &Strided::rows, rows, shape_.elements(), visit);
      return MatrixAxis::kRows;
    }
    const bool by_rows = rows.extent > 1 && (cols.stride == 1 || cols.extent == 1);
    cut_axis(matrix, by_rows ? &Strided::rows : &Strided::cols, visit);
    return by_rows ? MatrixAxis::kRows : MatrixAxis::kColumns;
  }

  TensorId slice(std::size_t index) const { return slices_[index]; }
  const Shape& shape() const { return shape_; }

 private:
  std::optional<Rectangle> place(const StridedAxis& rows, const StridedAxis& cols,
                                 std::uint64_t offset) const {
    if ((rows.extent > 1 && rows.stride != shape_.cols) || (cols.extent > 1 && cols.stride != 1)) {
      return std::nullopt;
    }
    const std::uint64_t within = offset % shape_.elements();
    const ElementRange range{within / shape_.cols, within / shape_.cols + rows.extent,
                             within % shape_.cols, within % shape_.cols + cols.extent};
    if (range.row_end > shape_.rows || range.col_end > shape_.cols) {
      return std::nullopt;
    }
    return Rectangle{offset / shape_.elements(), range, false};
  }

  /// Along its outermost axis.
  template <typename Visit>
  static void cut_axis(const Strided& matrix, StridedAxes Strided::*axes, Visit& visit) {
    const StridedAxis outer = (matrix.*axes).front();
    for (std::uint64_t i = 0; i < outer.extent; ++i) {
      Strided part = matrix;
      (part.*axes).erase((part.*axes).begin());
      part.offset += i * outer.stride;
      if (!visit(part)) {
        return;
      }
    }
  }

  /// Where a row of a tensor ends, or a tensor does: at multiples of `period` elements.
  template <typename Visit>
  static void cut_at_ends(const Strided& matrix, StridedAxes Strided::*axes,
                          const StridedAxis& axis, std::uint64_t period, Visit& visit) {
    for (std::uint64_t done = 0; done < axis.extent;) {
      Strided part = matrix;
      part.offset += done * axis.stride;
      const std::uint64_t left = (period - part.offset % period + axis.stride - 1) / axis.stride;
      const std::uint64_t extent = std::min(left, axis.extent - done);
      part.*axes = {{extent, axis.stride}};
      if (extent == 1) {
        (part.*axes).clear();
      }
      done += extent;
      if (!visit(part)) {
        return;
      }
    }
  }

  const std::vector<TensorId>& slices_;
  Shape shape_;
};

/// How many tensors `matrix` takes beside those that are there; none if too many, or if one would have to be transposed.
std::optional<std::uint64_t> parts_of(const Stack& stack, const Strided& matrix,
                                      bool may_transpose) {
  if (const auto rectangle = stack.rectangle(matrix, may_transpose)) {
    const bool whole = rectangle->range.elements() == stack.shape().elements();
    return whole ? 0 : 1;
  }
  const bool vector = matrix.rows.empty() || matrix.cols.empty();  // which goes element by element
  if (!vector && single(matrix.rows) && single(matrix.cols) && stack.rectangle(matrix, true)) {
    return std::nullopt;
  }
  std::optional<std::uint64_t> parts = 1;
  stack.cut(matrix, [&](const Strided& part) {
    const auto more = parts_of(stack, part, false);
    parts = more && *parts + *more < kMostParts ? std::optional(*parts + *more + 1) : std::nullopt;
    return parts.has_value();
  });
  return parts;
}

/// Expects that parts_of() has counted it.
Factor make(GraphBuilder& builder, const Stack& stack, const Strided& matrix, bool may_transpose) {
  if (const auto rectangle = stack.rectangle(matrix, may_transpose)) {
    return {builder.part(stack.slice(rectangle->slice), rectangle->range), rectangle->transposed};
  }
  std::vector<TensorId> parts;
  const MatrixAxis axis = stack.cut(matrix, [&](const Strided& part) {
    parts.push_back(make(builder, stack, part, false).tensor);
    return true;
  });
  return {builder.joined(axis, parts), false};
}

/// The matrices of a view; none if a dimension of it cuts through an axis.
std::optional<std::vector<Strided>> strided(const ComputedValue& value, const MatrixView& view) {
  const auto axes = value.view.axes_of({view.slices, view.matrix.rows, view.matrix.cols});
  if (!axes || view.slices > kMaxTensors) {
    return std::nullopt;
  }
  std::vector<Strided> matrices = {{(*axes)[1], (*axes)[2], value.view.offset()}};
  for (const StridedAxis& axis : axes->front()) {
    std::vector<Strided> more;
    for (const Strided& matrix : matrices) {
      for (std::uint64_t i = 0; i < axis.extent; ++i) {
        more.push_back(matrix);
        more.back().offset += i * axis.stride;
      }
    }
    matrices = std::move(more);
  }
  return matrices;
}

[[noreturn]] void refuse(const ComputedValue& value, const MatrixView& view) {
  throw InputError(to_string(value.view.dims()) + ", a computed value, is needed as " +
                   std::to_string(view.slices) + " times " + to_string(view.matrix) +
                   ", which it is not without being rearranged in memory: computed values are "
                   "transposed as factors "
                   "of products only");
}

std::optional<std::uint64_t> count(const GraphBuilder& builder, const ComputedValue& value,
                                   const MatrixView& view, bool may_transpose) {
  const auto matrices = strided(value, view);
  if (!matrices) {
    return std::nullopt;
  }
  const Stack stack(builder, *value.slices);
  std::uint64_t parts = 0;
  for (const Strided& matrix : *matrices) {
    const auto more = parts_of(stack, matrix, may_transpose);
    if (!more) {
      return std::nullopt;
    }
    parts += *more;
  }
  return parts;
}

std::vector<Factor> made(GraphBuilder& builder, const ComputedValue& value, const MatrixView& view,
                         bool may_transpose) {
  if (!count(builder, value, view, may_transpose)) {
    refuse(value, view);
  }
  const Stack stack(builder, *value.slices);
  const std::vector<Strided> matrices = strided(value, view).value();
  std::vector<Factor> factors;
  for (const Strided& matrix : matrices) {
    factors.push_back(make(builder, stack, matrix, may_transpose));
  }
  return factors;
}

}  // namespace

std::optional<std::uint64_t> view_parts(const GraphBuilder& builder, const ComputedValue& value,
                                        const MatrixView& view) {
  return count(builder, value, view, false);
}

std::optional<std::uint64_t> factor_parts(const GraphBuilder& builder, const ComputedValue& value,
                                          const MatrixView& view) {
  return count(builder, value, view, true);
}

std::vector<TensorId> view_matrices(GraphBuilder& builder, const ComputedValue& value,
                                    const MatrixView& view) {
  std::vector<TensorId> tensors;
  for (const Factor& factor : made(builder, value, view, false)) {
    tensors.push_back(factor.tensor);
  }
  return tensors;
}

std::vector<TensorId> value_matrices(GraphBuilder& builder, const Value& value,
                                     const MatrixView& view) {
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return builder.bind_slices(*source, view.slices, view.matrix);
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return mapped->map->tensors(builder, view);
  }
  return view_matrices(builder, std::get<ComputedValue>(value), view);
}

std::vector<Factor> view_factors(GraphBuilder& builder, const ComputedValue& value,
                                 const MatrixView& view) {
  return made(builder, value, view, true);
}

}  // namespace tilewave
