// Tile uOps: what each operator does tile by tile, before anybody asked where the tiles live.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

enum class UopKind : std::uint8_t { kLoad, kExecute, kStore };

/// LOAD tensor(row, col) | EXECUTE step (row, col, k) of `oper` | STORE tensor(row, col).
/// k is the reduction step a LOAD or EXECUTE belongs to; 0 for elementwise operators and stores.
struct Uop {
  UopKind kind = UopKind::kLoad;
  bool first = false;  ///< EXECUTE: clears the accumulator
  bool last = false;   ///< EXECUTE: completes the output tile
  OperatorId oper = 0;
  TensorId tensor = 0;  ///< loaded, stored, or computed
  std::uint32_t row = 0;
  std::uint32_t col = 0;
  std::uint32_t k = 0;
};

struct UopList {
  TileShape tile;
  std::vector<TileExtent> tiles;  ///< of each tensor
  std::vector<Uop> uops;

  TileGrid grid(const Graph& graph, TensorId tensor) const {
    return tile_grid(graph.tensor(tensor).shape, tiles[tensor]);
  }
};

/// The legal form: every EXECUTE, and the STORE of a copy, directly follows the LOADs of its
/// operands, the bias only at a tile's first step; every accumulator is
/// opened once, takes its steps in rising or in falling order of k, others in between or not, is
/// closed once, at the last, and stored right after; all coordinates exist. Throws InternalError.
void verify_uops(const Graph& graph, const UopList& list);

std::string to_text(const Graph& graph, const UopList& uops);

}  // namespace tilewave
