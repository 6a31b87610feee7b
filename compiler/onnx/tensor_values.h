// From TensorProto, which has six ways to hold numbers, to a plain OnnxTensor.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// Throws InputError unless the tensor is one that tensor_values() takes: of a type of onnx_type.h, its
/// data in the message itself, as many as its shape says, each one that the type has. Nothing is
/// copied.
void require_tensor(const onnx::TensorProto& tensor);

/// The part of it that does not look at data: type and shape. Throws InputError likewise.
void require_kind(const onnx::TensorProto& tensor);

/// One more than kMaxRank at most; those that are negative are far too large.
Dims tensor_dims(const onnx::TensorProto& tensor);

/// How many elements its fields hold, whatever their types; raw data are in none.
std::uint64_t field_count(const onnx::TensorProto& tensor);

/// Of raw data that are read piece by piece, straight into the values where they lie alike.
/// `read(at, bytes)` fills `bytes` from byte `at` on.
OnnxNumbers read_numbers(OnnxType type, std::uint64_t count,
                         const std::function<void(std::uint64_t at, std::span<char> bytes)>& read);

/// The data of a tensor that has been required. They are taken out of it, for they may be many, but for
/// known numbers, which ONNX's shape inference wants to see, too.
OnnxTensor tensor_values(onnx::TensorProto& tensor);

/// "FLOAT", "INT64", or the number of a type that has no name.
std::string type_name(std::int32_t type);

}  // namespace tilewave
