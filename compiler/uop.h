// Tile uOps: what each operator does tile by tile, before anybody asked where the tiles live.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/graph.h"

namespace tilewave {

/// How the loops over the output tiles' rows (m), their columns (n) and the reduction (k) of a
/// matmul are nested: the outermost first.
enum class LoopOrder : std::uint8_t { kMnk, kMkn, kNmk, kNkm, kKmn, kKnm };

const char* to_string(LoopOrder order);

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

/// How many uOps lower() would make and how many bytes the padded tensors take, without making
/// them; saturates instead of overflowing.
struct LoweringEstimate {
  std::uint64_t uops = 0;
  std::uint64_t tensor_bytes = 0;
};
LoweringEstimate estimate_lowering(const Graph& graph, const TileShape& tile);

/// Lowers every operator. A matmul runs over m, n, k in the given order; per step LOAD A(m,k),
/// LOAD B(k,n), at the first k LOAD bias(0,n) if there is one, EXECUTE, and right after the last k
/// of a tile STORE C(m,n). Unless k is innermost, several accumulators are open at once. Add and
/// ReLU run over tiles row by row: LOADs, EXECUTE, STORE; a row vector's tile is (0, col). A copy
/// is a LOAD and a STORE of each tile. Throws InputError if the estimate is beyond kMaxOps or
/// kMaxDramBytes, or if tensor_tiles() does.
UopList lower(const Graph& graph, const TileShape& tile, LoopOrder order = LoopOrder::kMnk);

/// The legal form: every EXECUTE, and every STORE of a copy, directly follows the LOADs of its
/// operands; every accumulator is opened once, at k = 0, takes its steps in the order of k, others
/// in between or not, is closed once, at the last, and stored right after; all coordinates exist.
/// Throws InternalError.
void verify_uops(const Graph& graph, const UopList& uops);

std::string to_text(const Graph& graph, const UopList& uops);

}  // namespace tilewave
