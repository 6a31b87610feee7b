// From TensorProto, which has six ways to hold numbers, to a plain OnnxTensor.
#pragma once

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// Throws InputError unless the tensor is one that tensor_values() takes: fp32 or int64, its data
/// in the message itself and as many as its shape says. Nothing is copied.
void require_tensor(const onnx::TensorProto& tensor);

/// The data of a tensor that has been required; fp32 are moved out, for they are the many.
OnnxTensor tensor_values(onnx::TensorProto& tensor);

/// "FLOAT", "INT64", or the number of a type that has no name.
std::string type_name(std::int32_t type);

}  // namespace tilewave
