// Arithmetic on known integers, which are no tensors: of shapes, axes, positions and masks.
#pragma once

#include <optional>

#include "compiler/onnx/node_import.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// What the node's operator makes of inputs that are all known INT64 or BOOL; none if one is not, or if that operator
/// has no integers of its own to make. INT64 wraps around, as ONNX's does.
std::optional<Value> known_result(Node& node);

}  // namespace tilewave
