// What divides values by a measure of all of them: softmax and norms over any of their dimensions. All throw InputError
// if computed values would have to be rearranged for it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"
#include "compiler/program/element_type.h"

namespace tilewave {

using Axes = std::vector<std::size_t>;

/// From one dimension up to before another.
Axes axes_between(std::size_t first, std::size_t end);

/// How many elements there are along the axes.
std::uint64_t elements_of(const Dims& dims, const Axes& axes);

Value largest(GraphBuilder& builder, const std::string& output, const Value& x, const Axes& axes);
/// The sum of exp of differences from the largest.
Value exponential_sum(GraphBuilder& builder, const std::string& output, const Value& x,
                      const Value& most, const Axes& axes);
/// The largest value is subtracted first.
Value softmax_values(GraphBuilder& builder, const std::string& output, ElementType type,
                     const Value& x, const Axes& axes);

/// What a norm subtracts and multiplies by: f32, and 1 in the axes.
struct Moments {
  std::optional<Value> mean;  ///< none of what is normalized by its root mean square
  Value deviation;  ///< 1 / √(variance + epsilon), or 1 / √(mean of squares + epsilon)
};

Moments moments(GraphBuilder& builder, const std::string& output, const Value& x, const Axes& axes,
                float epsilon);
Moments root_mean_square(GraphBuilder& builder, const std::string& output, const Value& x,
                         const Axes& axes, float epsilon);

/// What follows a norm, as far as it is there: ·scale + shift.
struct Affine {
  std::optional<Value> scale;
  std::optional<Value> shift;
};

/// (x - mean) · deviation · scale + shift, rounded once.
Value normalized(GraphBuilder& builder, const std::string& output, ElementType type, const Value& x,
                 const Moments& of, const Affine& affine);

}  // namespace tilewave
