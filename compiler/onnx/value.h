// What a name of the model stands for while its nodes are imported, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/onnx/arrangement.h"
#include "compiler/onnx/computed_view.h"
#include "compiler/onnx/onnx_type.h"

namespace tilewave {

/// An input or a constant, arranged: nothing of it is in the graph before an operator computes with
/// it.
struct SourceValue {
  std::size_t source = 0;  ///< of OnnxModel::sources
  Arrangement arrangement;
  float scale = 1;
};

/// What operators compute: the row-major values of tensors of one shape, one after another, as `view` reads
/// them.
struct ComputedValue {
  ComputedView view;
  std::shared_ptr<const std::vector<TensorId>> slices;
};

/// All of them, in order.
inline ComputedValue computed_value(Dims dims, std::vector<TensorId> slices) {
  return {ComputedView(std::move(dims)),
          std::make_shared<const std::vector<TensorId>>(std::move(slices))};
}

/// An elementwise result of inputs and constants alone. It comes into the graph when it is known as
/// which matrices it is needed: elementwise_maps.h.
class ElementwiseMap;
struct MappedValue {
  Dims dims;  ///< may group the map's values in another way
  std::shared_ptr<ElementwiseMap> map;
};

/// INT64, or known BOOL: a shape, a list of axes, or numbers that become others; never in the graph.
struct IntegerValue {
  Dims dims;
  std::shared_ptr<const std::vector<std::int64_t>> values;  ///< null: an input that was not given
  OnnxType type = OnnxType::kInt64;
};

inline IntegerValue integer_value(Dims dims, std::vector<std::int64_t> numbers, OnnxType type) {
  return {std::move(dims), std::make_shared<const std::vector<std::int64_t>>(std::move(numbers)),
          type};
}

/// Integers that stand for fp32, and sums of products of such. They come into the graph as fp32 when
/// an operator wants those: quantized_values.h.
struct Dequantized;
struct DequantizedValue {
  Dims dims;
  std::shared_ptr<Dequantized> of;
};
struct IntegerProduct;
struct ProductValue {
  Dims dims;
  std::shared_ptr<IntegerProduct> of;
};

/// BOOL as a tensor of the graph: truth_values.h.
struct TruthTensor;
struct TruthValue {
  Dims dims;
  std::shared_ptr<const TruthTensor> of;
};

using Value = std::variant<SourceValue, ComputedValue, MappedValue, IntegerValue, DequantizedValue,
                           ProductValue, TruthValue>;

inline const Dims& dims_of(const SourceValue& value) { return value.arrangement.dims(); }

inline const Dims& dims_of(const ComputedValue& value) { return value.view.dims(); }

inline const Dims& dims_of(const auto& value) { return value.dims; }

inline const Dims& dims_of(const Value& value) {
  return std::visit([](const auto& any) -> const Dims& { return dims_of(any); }, value);
}

}  // namespace tilewave
