// Finds the cut between rows and columns under which operands meet as rows, columns or values.
#include "compiler/onnx/matrix_view.h"

#include <algorithm>
#include <cstddef>

namespace tilewave {
namespace {

/// The first of the last dimensions that make up `elements`; none if that cuts through one.
std::optional<std::size_t> boundary(const Dims& dims, std::uint64_t elements) {
  std::uint64_t product = 1;
  std::size_t at = dims.size();
  while (product < elements && at > 0) {
    product *= dims[--at];
  }
  return product == elements ? std::optional(at) : std::nullopt;
}

}  // namespace

Shape folded_shape(const Dims& dims) {
  const std::uint64_t cols = dims.empty() ? 1 : dims.back();
  return {element_count(dims) / cols, cols};
}

std::vector<MatrixView> matrix_views(const Dims& dims) {
  const std::uint64_t elements = element_count(dims);
  std::vector<MatrixView> views = {{1, folded_shape(dims)}};
  std::uint64_t cols = 1;
  for (std::size_t at = dims.size() + 1; at-- > 0;) {
    cols *= at < dims.size() ? dims[at] : 1;
    const MatrixView view{1, {elements / cols, cols}};
    if (std::ranges::find(views, view) == views.end()) {
      views.push_back(view);
    }
  }
  return views;
}

PlacedOperand place_operand(const Dims& dims, const Dims& result, const MatrixView& view) {
  PlacedOperand placed{result, view};
  Dims aligned(result.size() - dims.size(), 1);
  aligned.insert(aligned.end(), dims.begin(), dims.end());
  const auto shrink = [&](std::size_t first, std::size_t last, std::uint64_t& extent) {
    const auto begin = static_cast<std::ptrdiff_t>(first);
    const auto end = static_cast<std::ptrdiff_t>(last);
    if (std::all_of(aligned.begin() + begin, aligned.begin() + end,
                    [](std::uint64_t dim) { return dim == 1; })) {
      std::fill(placed.dims.begin() + begin, placed.dims.begin() + end, 1);
      extent = 1;
    }
  };
  const auto rows = boundary(result, view.matrix.elements());
  const auto cols = boundary(result, view.matrix.cols);
  if (rows && cols) {
    shrink(0, *rows, placed.view.slices);
    shrink(*rows, *cols, placed.view.matrix.rows);
    shrink(*cols, result.size(), placed.view.matrix.cols);
  } else if (element_count(dims) == 1) {
    placed = {Dims(result.size(), 1), {1, {1, 1}}};
  }
  return placed;
}

}  // namespace tilewave
