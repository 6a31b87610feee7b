// Cuts axes where dimensions end, and joins those that are one.
#include "compiler/onnx/computed_view.h"

#include <algorithm>

namespace tilewave {
namespace {

/// Neighbours that are evenly spaced become one axis; those of one element go.
StridedAxes joined(const StridedAxes& axes) {
  StridedAxes result;
  for (const StridedAxis& axis : axes) {
    if (axis.extent == 1) {
      continue;
    }
    if (!result.empty() && result.back().stride == axis.extent * axis.stride) {
      result.back() = {result.back().extent * axis.extent, axis.stride};
    } else {
      result.push_back(axis);
    }
  }
  return result;
}

StridedAxes concatenated(const std::vector<StridedAxes>& groups) {
  StridedAxes axes;
  for (const StridedAxes& group : groups) {
    axes.insert(axes.end(), group.begin(), group.end());
  }
  return joined(axes);
}

}  // namespace

ComputedView::ComputedView(Dims dims) : dims_(std::move(dims)) {
  axes_ = joined({{element_count(dims_), 1}});
}

bool ComputedView::is_plain() const {
  const std::uint64_t elements = element_count(dims_);
  return offset_ == 0 && axes_ == joined({{elements, 1}});
}

ComputedView ComputedView::reshape(const Dims& dims) const {
  ComputedView view = *this;
  view.dims_ = dims;
  return view;
}

std::optional<std::vector<StridedAxes>> ComputedView::axes_of(const Dims& dims) const {
  std::vector<StridedAxes> groups(dims.size());
  StridedAxes left = axes_;
  for (std::size_t i = dims.size(); i-- > 0;) {
    std::uint64_t wanted = dims[i];
    while (wanted > 1) {
      StridedAxis& axis = left.back();
      if (axis.extent > wanted ? axis.extent % wanted != 0 : wanted % axis.extent != 0) {
        return std::nullopt;
      }
      const std::uint64_t taken = std::min(axis.extent, wanted);
      groups[i].insert(groups[i].begin(), {taken, axis.stride});
      axis = {axis.extent / taken, axis.stride * taken};
      wanted /= taken;
      if (axis.extent == 1) {
        left.pop_back();
      }
    }
  }
  for (StridedAxes& group : groups) {
    group = joined(group);
  }
  return groups;
}

std::optional<ComputedView> ComputedView::transpose(
    std::span<const std::size_t> permutation) const {
  const auto groups = axes_of(dims_);
  if (!groups) {
    return std::nullopt;
  }
  ComputedView view;
  view.offset_ = offset_;
  std::vector<StridedAxes> permuted;
  for (const std::size_t dimension : permutation) {
    view.dims_.push_back(dims_[dimension]);
    permuted.push_back((*groups)[dimension]);
  }
  view.axes_ = concatenated(permuted);
  return view;
}

std::optional<ComputedView> ComputedView::slice(std::size_t dimension, std::uint64_t first,
                                                std::uint64_t count) const {
  auto groups = axes_of(dims_);
  if (!groups) {
    return std::nullopt;
  }
  ComputedView view = *this;
  view.dims_[dimension] = count;
  StridedAxes& group = (*groups)[dimension];
  if (count == 1) {  // any element, whatever the axes
    std::uint64_t rest = first;
    for (std::size_t i = group.size(); i-- > 0;) {
      view.offset_ += rest % group[i].extent * group[i].stride;
      rest /= group[i].extent;
    }
    group.clear();
  } else if (count != dims_[dimension]) {
    std::uint64_t inner = 1;  // of the axes below the outermost one, which is cut
    for (std::size_t i = 1; i < group.size(); ++i) {
      inner *= group[i].extent;
    }
    if (first % inner != 0 || count % inner != 0) {
      return std::nullopt;
    }
    view.offset_ += first / inner * group.front().stride;
    group.front().extent = count / inner;
  }
  view.axes_ = concatenated(*groups);
  return view;
}

std::optional<ComputedView> ComputedView::expand(const Dims& dims) const {
  auto groups = axes_of(dims_);
  if (!groups) {
    return std::nullopt;
  }
  ComputedView view;
  view.dims_ = dims;
  view.offset_ = offset_;
  const std::size_t shift = dims.size() - dims_.size();
  std::vector<StridedAxes> expanded(dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool there = i >= shift && dims_[i - shift] == dims[i];
    expanded[i] = there ? (*groups)[i - shift] : StridedAxes{{dims[i], 0}};
  }
  view.axes_ = concatenated(expanded);
  return view;
}

}  // namespace tilewave
