// How many bytes the ops of a program touch, operand by operand: the one place of the analyses that
// knows how large tiles are.
#pragma once

#include <cstdint>

#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave {

/// Of one tile of a tensor: what a load or store moves, and what an op writes.
inline std::uint64_t tensor_tile_bytes(const Program& program, std::uint32_t tensor) {
  return program.tensors[tensor].tile.bytes();
}

/// Between DRAM and SRAM, both ways.
inline std::uint64_t moved_bytes(const Program& program) {
  std::uint64_t bytes = 0;
  for (const Op& op : program.ops) {
    bytes += moves_tile(op) ? tensor_tile_bytes(program, op.tensor) : 0;
  }
  return bytes;
}

}  // namespace tilewave
