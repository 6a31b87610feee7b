// The register of ONNX's element types that we read: what each is called, how it is stored, and what
// its tensors are in a graph.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/program/element_type.h"

namespace tilewave {

enum class OnnxType : std::uint8_t {
  kFloat,
  kFloat16,
  kBfloat16,
  kInt8,
  kUint8,
  kInt32,
  kInt64,
  kBool
};

struct OnnxTypeInfo {
  std::string_view name;
  std::int32_t number;       ///< of TensorProto::DataType
  std::uint64_t raw_bytes;   ///< of an element in raw data
  std::int64_t least_field;  ///< what an element in a field of integers, bits of floats, may be
  std::int64_t most_field;
  std::optional<ElementType> element;  ///< none: known numbers, or BOOL, whose tensors are of UINT8
};

/// By OnnxType.
inline constexpr std::array<OnnxTypeInfo, 8> kOnnxTypes = {{
    {"FLOAT", 1, 4, 0, 0, ElementType::kF32},
    {"FLOAT16", 10, 2, 0, 65535, ElementType::kF16},
    {"BFLOAT16", 16, 2, 0, 65535, ElementType::kBf16},
    {"INT8", 3, 1, -128, 127, ElementType::kI8},
    {"UINT8", 2, 1, 0, 255, ElementType::kU8},
    {"INT32", 6, 4, INT32_MIN, INT32_MAX, ElementType::kI32},
    {"INT64", 7, 8, INT64_MIN, INT64_MAX, std::nullopt},
    {"BOOL", 9, 1, 0, 1, std::nullopt},
}};

constexpr const OnnxTypeInfo& info_of(OnnxType type) {
  return kOnnxTypes[static_cast<std::size_t>(type)];
}

inline std::string to_string(OnnxType type) { return std::string(info_of(type).name); }

/// None if we do not read it.
constexpr std::optional<OnnxType> onnx_type(std::int64_t number) {
  for (std::size_t i = 0; i < kOnnxTypes.size(); ++i) {
    if (kOnnxTypes[i].number == number) {
      return static_cast<OnnxType>(i);
    }
  }
  return std::nullopt;
}

/// What ONNX calls the elements of a tensor.
constexpr OnnxType onnx_type(ElementType type) {
  std::size_t index = 0;
  while (kOnnxTypes[index].element != type) {
    ++index;
  }
  return static_cast<OnnxType>(index);
}

/// "FLOAT, FLOAT16, ...", for messages.
inline std::string supported_onnx_types() {
  std::string tensors;
  for (const OnnxTypeInfo& info : kOnnxTypes) {
    if (info.element) {
      tensors += (tensors.empty() ? "" : ", ") + std::string(info.name);
    }
  }
  return tensors + ", BOOL for conditions, and INT64 for shapes, axes and other known numbers";
}

}  // namespace tilewave
