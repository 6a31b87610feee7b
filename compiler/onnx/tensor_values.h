// From TensorProto, which has six ways to hold numbers, to a plain OnnxTensor.
#pragma once

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// Throws InputError unless the tensor is one that tensor_values() takes: of a type of onnx_type.h, its
/// data in the message itself, as many as its shape says, each one that the type has. Nothing is
/// copied.
void require_tensor(const onnx::TensorProto& tensor);

/// The data of a tensor that has been required. They are taken out of it, for they may be many, but for
/// known numbers, which ONNX's shape inference wants to see, too.
OnnxTensor tensor_values(onnx::TensorProto& tensor);

/// "FLOAT", "INT64", or the number of a type that has no name.
std::string type_name(std::int32_t type);

}  // namespace tilewave
