// What a name of the model stands for while its nodes are imported, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/onnx/arrangement.h"

namespace tilewave {

/// An input or a constant, arranged: nothing of it is in the graph before an operator computes with
/// it.
struct SourceValue {
  std::size_t source = 0;  ///< of OnnxModel::sources
  Arrangement arrangement;
  float scale = 1;
};

/// What operators compute: the row-major values of tensors of one shape, one after another. Their
/// rows and columns are as computed; `dims` may group them in another way.
struct ComputedValue {
  Dims dims;
  std::shared_ptr<const std::vector<TensorId>> slices;
};

/// An elementwise result of inputs and constants alone. It comes into the graph when it is known as
/// which matrices it is needed: elementwise_maps.h.
class ElementwiseMap;
struct MappedValue {
  Dims dims;  ///< may group the map's values in another way
  std::shared_ptr<ElementwiseMap> map;
};

/// A shape or a list of axes; never in the graph.
struct IntegerValue {
  Dims dims;
  std::shared_ptr<const std::vector<std::int64_t>> values;  ///< null: an input that was not given
};

using Value = std::variant<SourceValue, ComputedValue, MappedValue, IntegerValue>;

inline const Dims& dims_of(const Value& value) {
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return source->arrangement.dims();
  }
  if (const auto* computed = std::get_if<ComputedValue>(&value)) {
    return computed->dims;
  }
  if (const auto* mapped = std::get_if<MappedValue>(&value)) {
    return mapped->dims;
  }
  return std::get<IntegerValue>(value).dims;
}

}  // namespace tilewave
