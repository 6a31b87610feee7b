// The head of a NumPy array file, versions 1 and 2: a Python literal, of which exactly what NumPy
// writes is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/onnx/arrangement.h"
#include "sim/model/byte_stream.h"

namespace tilewave {

enum class NpyType : std::uint8_t { kF32, kF64, kF16, kI8, kU8, kI32, kI64, kBool };

struct NpyTypeInfo {
  std::string_view word;  ///< as a header has it
  std::size_t bytes;      ///< of an element
};

/// By NpyType.
inline constexpr std::array<NpyTypeInfo, 8> kNpyTypes = {{{"<f4", 4},
                                                          {"<f8", 8},
                                                          {"<f2", 2},
                                                          {"|i1", 1},
                                                          {"|u1", 1},
                                                          {"<i4", 4},
                                                          {"<i8", 8},
                                                          {"|b1", 1}}};

constexpr const NpyTypeInfo& info_of(NpyType type) {
  return kNpyTypes[static_cast<std::size_t>(type)];
}

struct NpyHeader {
  NpyType type = NpyType::kF32;
  bool is_fortran = false;  ///< columns first
  Dims dims = {};           ///< without a dims_problem(), or of no element: [0]
  std::uint64_t bytes = 0;  ///< of the header: where the elements begin
  std::uint64_t data_bytes() const;

  bool operator==(const NpyHeader&) const = default;
};

/// The literal: "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" and what is behind it.
/// Throws InputError, without the file's name. Sets all but `bytes`.
NpyHeader parse_npy_literal(std::string_view text);

/// From the first byte of a file of `file_bytes` on, up to its elements. Throws InputError likewise,
/// also if there are more or fewer elements than the header says.
NpyHeader read_npy_header(ByteStream& stream, std::uint64_t file_bytes);

}  // namespace tilewave
