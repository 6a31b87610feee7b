// How many bytes the ops of a program touch, operand by operand: the one place of the analyses that
// knows how large tiles are.
#pragma once

#include <cstdint>

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
    bytes += engine_of(op.opcode) == Engine::kCompute ? 0 : tensor_tile_bytes(program, op.tensor);
  }
  return bytes;
}

/// Calls `visit(address)` for every tile that `op` reads but is not its own accumulator.
template <typename Visit>
void visit_operands(const Program& program, const Op& op, Visit&& visit) {
  visit_sram(
      program, op,
      [&](std::uint32_t address, std::uint64_t) {
        if (op.opcode != Opcode::kMatmul || address != op.dst) {
          visit(address);
        }
      },
      [](std::uint32_t, std::uint64_t) {});
}

inline constexpr std::uint32_t kMaxOperands = 3;

}  // namespace tilewave
