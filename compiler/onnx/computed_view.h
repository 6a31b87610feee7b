// How the values that operators have computed are read under other shapes: transposed, sliced, regrouped, without moving
// them. It knows no graph; which tensors of it a view is, matrices_of_views.h says.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/onnx/arrangement.h"

namespace tilewave {

/// So many elements, each so many behind the one before.
struct StridedAxis {
  std::uint64_t extent = 1;
  std::uint64_t stride = 0;

  bool operator==(const StridedAxis&) const = default;
};
using StridedAxes = std::vector<StridedAxis>;  ///< outermost first

/// Elements of a flat array, in the row-major order of `dims()`. Axes are finer than dimensions: [2,3,4] transposed and
/// regrouped as [8,3] still knows where its four and its two go.
class ComputedView {
 public:
  /// All of them, in order.
  explicit ComputedView(Dims dims);

  const Dims& dims() const { return dims_; }
  /// All elements in order, under whatever shape.
  bool is_plain() const;
  std::uint64_t offset() const { return offset_; }

  /// As many elements under another shape: always there.
  ComputedView reshape(const Dims& dims) const;
  /// Each of these is none where a dimension cuts through an axis: what was regrouped across what was moved.
  /// `permutation` is one of 0..rank-1.
  std::optional<ComputedView> transpose(std::span<const std::size_t> permutation) const;
  /// `count` > 0 elements of a dimension, which has them, from `first` on.
  std::optional<ComputedView> slice(std::size_t dimension, std::uint64_t first,
                                    std::uint64_t count) const;
  /// To a shape that dims() broadcasts to.
  std::optional<ComputedView> expand(const Dims& dims) const;

  /// The axes that each of `dims`, of as many elements, is made of, without those of one element and with
  /// neighbours that are evenly spaced as one.
  std::optional<std::vector<StridedAxes>> axes_of(const Dims& dims) const;

  bool operator==(const ComputedView&) const = default;

 private:
  ComputedView() = default;

  Dims dims_;
  StridedAxes axes_;
  std::uint64_t offset_ = 0;
};

}  // namespace tilewave
