// How many bytes the ops of a program touch, operand by operand: the one place of the analyses that
// knows how large tiles are.
#pragma once

#include <cstdint>

#include "compiler/program.h"

namespace tilewave {

/// Of one tile of a tensor: what a load or store moves and a step writes.
inline std::uint64_t tensor_tile_bytes(const Program& program, std::uint32_t tensor) {
  return program.tensors[tensor].tile.bytes();
}

inline std::uint64_t written_bytes(const Program& program, const Op& op) {
  return tensor_tile_bytes(program, op.tensor);
}

/// Between DRAM and SRAM, both ways.
inline std::uint64_t moved_bytes(const Program& program) {
  std::uint64_t bytes = 0;
  for (const Op& op : program.ops) {
    bytes += engine_of(op.opcode) == Engine::kCompute ? 0 : tensor_tile_bytes(program, op.tensor);
  }
  return bytes;
}

/// What a compute step reads at `a`, and at `b`.
inline std::uint64_t left_bytes(const Program& program, const Op& op) {
  const TileShape& tile = program.tile;
  return (op.opcode == Opcode::kMatmul ? tile.left() : tile.result()).bytes();
}
inline std::uint64_t right_bytes(const Program& program, const Op& op) {
  const TileShape& tile = program.tile;
  return (op.opcode == Opcode::kMatmul ? tile.right()
          : op.broadcast               ? tile.row()
                                       : tile.result())
      .bytes();
}

/// Calls `visit(address)` for every tile that `op` reads but is not its own accumulator.
template <typename Visit>
void visit_operands(const Op& op, Visit&& visit) {
  switch (op.opcode) {
    case Opcode::kLoad: break;
    case Opcode::kStore:
    case Opcode::kRelu: visit(op.a); break;
    case Opcode::kMatmul:
    case Opcode::kAdd:
      visit(op.a);
      visit(op.b);
      if (op.biased) {
        visit(op.bias);
      }
      break;
  }
}

inline constexpr std::uint32_t kMaxOperands = 3;

}  // namespace tilewave
