// Ops of one tile, as the scheduler emits them.
#pragma once

#include <cstdint>

#include "compiler/program/program.h"
#include "compiler/program/tile_index.h"

namespace tilewave {

inline Op op_at(const TileIndex::Place& place, Opcode opcode) {
  Op op;
  op.opcode = opcode;
  op.region = place.tensor;
  op.row = place.row;
  op.col = place.col;
  return op;
}

inline Op store_op(const TileIndex::Place& place, std::uint32_t address, bool relu) {
  Op op = op_at(place, Opcode::kStore);
  op.relu = relu;
  op.a = address;
  return op;
}

}  // namespace tilewave
