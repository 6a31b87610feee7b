// The binary form of a program: little-endian, version 3, closed by a CRC-32. It says the same as
// the text form, one to one. It proves only that the bytes are a program, not that the program is
// legal: see program_verify.h.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "compiler/program/program.h"

namespace tilewave {

// The layout, every integer little-endian:
//
// clang-format off
//   byte  0  magic            8 bytes: 89 'T' 'W' 'P' 0d 0a 1a 0a
//         8  version          u32 = 3
//        12  header_bytes     u32 = 96
//        16  m, n, k          u32 each: the tile
//        28  reserved         u32 = 0
//        32  sram_bytes       u64
//        40  tensor_count     u64
//        48  tensor_bytes     u64: size of the tensor table
//        56  op_count         u64
//        64  kernel_count     u64
//        72  kernel_bytes     u64: size of the table of kernels
//        80  region_count     u64
//        88  region_bytes     u64: size of the table of regions
//        96  tensors          dram_base, stored_rows, stored_cols (u64 each), role, name_bytes, type,
//                             axes = 2 (u8 each), reserved = 0 (u32), of each axis its extent (u64),
//                             the name
//         …  regions          tensor (u32), axes = 2, outside = 0 (u8 each), reserved = 0 (u16), of
//                             each axis origin, end, step (i64 each), extent, stride (u32 each)
//         …  kernels          text_bytes (u16), the text as in the text form: "tile | gelu x0"
//         …  ops              56 bytes each: opcode, clear, relu, tag, biased, a_type (u8 each),
//                             kernel, m, n, k (u16 each), b_type (u8),
//                             transposed (u8: 1 a, 2 b, 3 both),
//                             a_zero, b_zero (i16 each),
//                             region, row, col, step, a, b, c, d, dst (u32 each)
//         …  checksum         u32: CRC-32 (IEEE 802.3) of every byte before it
// clang-format on
//
// A region says which elements of its tensor a tile is. Along each axis element i of tile t is element
// origin + t · step + i · stride of the tensor, for i below extent, as far as that is before `end`. First
// there is of every tensor one, at the place of its own in the table: all of it, origin 0. Behind these are
// windows. So far tiles lie side by side, step = extent, stride 1, and outside of what is stored of the
// tensor nothing is read; others are refused.

/// Throws InternalError for a program that parse_binary would refuse: we do not write those.
std::vector<std::byte> to_binary(const Program& program);

/// Throws InputError naming file, byte offset, field, value and what is allowed. The size and the
/// checksum are checked before the fields, so a damaged file is called damaged; nothing is
/// allocated before the file has proved long enough to hold it.
Program parse_binary(std::span<const std::byte> bytes, const std::string& file_name);

/// True if the bytes begin with the magic, or with as much of it as a truncated file has.
bool is_binary_program(std::span<const std::byte> bytes);

}  // namespace tilewave
