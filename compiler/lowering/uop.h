// Tile uOps: what each operator does tile by tile, before anybody asked where the tiles live.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/tile_regions.h"
#include "compiler/program/tile_index.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

enum class UopKind : std::uint8_t { kLoad, kExecute, kStore };

/// LOAD tensor(row, col) | EXECUTE step (row, col, k) of `oper` | STORE tensor(row, col).
/// k is the reduction step a LOAD or EXECUTE belongs to; 0 for expressions and stores.
struct Uop {
  UopKind kind = UopKind::kLoad;
  bool first = false;   ///< EXECUTE: clears the accumulator, if it is a step of a reduction
  bool last = false;    ///< EXECUTE: takes the last step of the sum, or is its own first and last
  bool vector = false;  ///< EXECUTE: of the operator's expression, not of its product
  OperatorId oper = 0;
  TensorId tensor = 0;  ///< loaded, stored, or computed
  std::uint32_t row = 0;
  std::uint32_t col = 0;
  std::uint32_t k = 0;
};

struct UopList {
  Tiling tile;
  std::vector<TileExtent> tiles;  ///< of each tensor
  std::vector<Uop> uops;
  std::vector<VectorKernel> kernels = {};     ///< of all expressions, each once
  std::vector<std::uint16_t> kernel_of = {};  ///< by operator; 0 for one without expression
  std::vector<Shape> stored = {};             ///< of each tensor
  std::vector<TileRegion> regions = {};       ///< of each tensor

  TileGrid grid(const Graph& graph, TensorId tensor) const {
    return tile_grid(graph.tensor(tensor).shape, tiles[tensor]);
  }
  /// Of an EXECUTE of a map, an expression or a reduce: what it computes, and, of a reduce, how much of each
  /// row or column it folds.
  TileShape step_shape(const Graph& graph, const Uop& uop) const;
  /// Likewise: what its expression is evaluated for.
  TileExtent work_tile(const Graph& graph, const Uop& uop) const;
  /// The tile of a region that the tile of a uOp is.
  TileIndex::Place place(const Uop& uop) const {
    const TileRegion& region = regions[uop.tensor];
    return {region.tensor, region.row + uop.row, region.col + uop.col};
  }
  /// What there is of the tile that a uOp, or whatever else has a tensor, a row and a column, names.
  template <typename Named>
  TileExtent extent(const Named& named) const {
    const std::uint32_t tensor = tensor_named_by(named);
    return tile_part(stored[tensor], tiles[tensor], named.row, named.col);
  }
};

/// The legal form: every EXECUTE, and the STORE of a copy, directly follows the LOADs of its
/// operands, the bias only at a tile's first step; every accumulator is
/// opened once, takes its steps in rising or in falling order of k, others in between or not, is
/// closed once, at the last or by the expression that directly follows it, and stored right after; all
/// coordinates exist. Throws InternalError.
void verify_uops(const Graph& graph, const UopList& list);

/// Whether an EXECUTE completes its tile.
bool completes_tile(const Graph& graph, const Uop& uop);

/// EXECUTEs that make a tile of the result of a product or a reduce together; 1 of all else.
std::uint64_t reduction_steps(const Graph& graph, const Operator& oper, const TileShape& tile);

/// The tile of `input` that an EXECUTE of `oper` reads: row and column.
struct TileCoordinates {
  std::uint32_t row = 0;
  std::uint32_t col = 0;
};
TileCoordinates operand_tile(const Graph& graph, const Operator& oper, std::size_t input,
                             const Uop& step);

std::string to_text(const Graph& graph, const UopList& uops);

}  // namespace tilewave
