// What a model says of itself: its operators, and the values that go in and out.
#pragma once

#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// The most frequent first, equally frequent ones by name.
std::vector<OnnxOperatorCount> count_operators(const onnx::GraphProto& graph);

/// The inputs that are not initializers. Of a model that was imported, whose inputs have all been
/// resolved, with their bytes.
std::vector<OnnxDeclaration> declared_inputs(const onnx::GraphProto& graph, bool imported);

std::vector<OnnxDeclaration> declared_outputs(const onnx::GraphProto& graph);
/// The same of a model that was imported.
std::vector<OnnxDeclaration> imported_outputs(const OnnxModel& model);

}  // namespace tilewave
