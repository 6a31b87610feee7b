// How many bytes the ops of a program touch, operand by operand: the one place of the analyses that
// knows how large tiles are.
#pragma once

#include <cstdint>

#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave {

/// Of the op's tile: what a load or store moves, and what an op writes.
inline std::uint64_t tile_bytes(const Program& program, const Op& op) {
  return program.tile_at(op).bytes();
}

/// Between DRAM and SRAM, both ways.
inline std::uint64_t moved_bytes(const Program& program) {
  std::uint64_t bytes = 0;
  for (const Op& op : program.ops) {
    bytes += moves_tile(op) ? tile_bytes(program, op) : 0;
  }
  return bytes;
}

}  // namespace tilewave
