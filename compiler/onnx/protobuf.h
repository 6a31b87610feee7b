// The only way to ONNX's own code: bytes to messages, and its checker and shape inference with what
// they print and throw turned into InputErrors of one line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <onnx/onnx_pb.h>

namespace tilewave {

/// Throws InputError unless `bytes` are a message of this kind. "FILE: " is for the caller to add,
/// here and below.
onnx::ModelProto parse_model(std::string_view bytes);
onnx::TensorProto parse_tensor(std::string_view bytes);

/// The official checker. Newer versions of format and operator set than it knows are checked as the
/// newest it does, and nodes that it cannot know (newer_operators.h) are not looked at, here and below.
void check_model(onnx::ModelProto& model);

/// The official shape inference, which fills in types and shapes and throws if they contradict
/// those that the model declares.
void infer_shapes(onnx::ModelProto& model);

/// Printable, on one line, not too long.
std::string one_line_of(std::string_view text);

}  // namespace tilewave
