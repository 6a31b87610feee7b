// Parts of the model's values, and values put together of parts: views wherever they can be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// Elements of one dimension: `count` from `first` on, each `step` behind the one before.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::int64_t step = 1;
};

/// Of a value in any form. Throws InputError if what is computed would have to be rearranged for it.
Value part_of(GraphBuilder& builder, const Value& value, std::size_t dimension, const Part& part);

/// The parts along one dimension, in which alone they differ. Throws InputError otherwise, or if they are of several types.
Value concatenated(GraphBuilder& builder, const std::vector<Value>& parts, std::size_t axis);

/// Those elements of one dimension, in this order. A constant becomes another constant called `name`; of others, runs of
/// neighbours are parts.
Value gathered(GraphBuilder& builder, const std::string& name, const Value& data, std::size_t axis,
               const std::vector<std::uint64_t>& indices);

/// Each element of one dimension `count` times, one after another.
Value repeated(const Value& value, std::size_t axis, std::uint64_t count);

}  // namespace tilewave
