// The inputs of a model with every dimension a number: from the model, from data that are given for
// an input, from --size or from --batch (symbols.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

struct ModelInput {
  std::string name;
  OnnxType type = OnnxType::kFloat;
  Dims dims = {};
  std::optional<OnnxTensor> given = {};  ///< of OnnxOptions::inputs
};

/// The inputs that are not initializers, in order. Writes the numbers into the graph's own shapes,
/// too. Throws InputError if types are not supported, if data do not fit, or if a dimension is left
/// without a number.
std::vector<ModelInput> resolve_inputs(onnx::GraphProto& graph, const OnnxOptions& options);

}  // namespace tilewave
