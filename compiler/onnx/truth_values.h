// BOOL in the graph: tensors of UINT8, 1 where it is true, else 0.
#pragma once

#include <memory>
#include <utility>

#include "compiler/onnx/value.h"

namespace tilewave {

struct TruthTensor {
  Value values;  ///< UINT8
};

/// What holds where `values` is 1; elsewhere it is 0.
inline TruthValue truth_value(Value values) {
  Dims dims = dims_of(values);
  return {std::move(dims), std::make_shared<const TruthTensor>(TruthTensor{std::move(values)})};
}

}  // namespace tilewave
