// Which loop nest a matmul gets: the one a cost model of the machine expects to be fastest, or the
// plain order the user names, cut into blocks if its accumulators would not fit. It estimates; it
// neither lowers nor schedules.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/graph.h"
#include "compiler/loop_nest.h"
#include "compiler/tensor.h"

namespace tilewave {

/// What the compiler knows about time on the machine it compiles for.
struct MachineCosts {
  /// The loop along which a chain of steps runs if it is the innermost: meanwhile one tile, of the
  /// output, the right or the left operand, stays in the array.
  enum class Chain : std::uint8_t { kReduction, kRows, kColumns };
  Chain chain = Chain::kReduction;
  std::uint64_t step_cycles = 32;      ///< compute core: one matmul step inside a chain
  std::uint64_t chain_cycles = 0;      ///< more for every chain: filling and draining
  double sram_bytes_per_cycle = 512;   ///< all banks and ports together
  double dram_bytes_per_cycle = 25.6;  ///< loads and stores together
};

/// A nest with what the model expects of it.
struct LoopEstimate {
  LoopNest nest;
  double cycles = 0;             ///< of the operator alone, start-up left out
  std::uint64_t bytes = 0;       ///< loaded and stored
  std::uint64_t sram_bytes = 0;  ///< live at once, at least
};

/// A matmul as the model sees it.
struct MatMulShape {
  std::array<std::uint32_t, 3> tiles{};       ///< along m, n and k
  std::array<std::uint64_t, 3> tile_bytes{};  ///< of an A, a B and a C tile
  std::uint64_t extra_bytes = 0;              ///< SRAM that a step needs besides: a bias tile
};
MatMulShape matmul_shape(const Graph& graph, OperatorId oper, const TileShape& tile);

/// The nests of which the best is chosen, the best first: fewest cycles, then fewest bytes. Empty
/// if `sram_bytes` does not even hold one step.
///
/// Model, for blocks of bm × bn output tiles and chunks of bk reduction steps: the accumulators of
/// a block and the chunk's operands along the inner of the two output loops are live at once, and
/// what SRAM is left over keeps a share of the panel that the next block needs again (serpentine
/// order makes that share useful). Loads follow; a block takes the longest of its loads and stores
/// at the DRAM's bandwidth, its steps at the core's rate, and all that passes the SRAM's ports.
std::vector<LoopEstimate> rank_loop_nests(const MatMulShape& shape, const MachineCosts& costs,
                                          std::uint64_t sram_bytes);

/// For every operator of the graph, in order: `order` if it is given, else the best nest.
std::vector<LoopNest> choose_loop_nests(const Graph& graph, const TileShape& tile,
                                        std::optional<LoopOrder> order, const MachineCosts& costs,
                                        std::uint64_t sram_bytes);

/// `order` as it stands if its open accumulators fit the SRAM, else over the largest blocks that
/// do.
LoopNest fit_loop_order(const MatMulShape& shape, LoopOrder order, std::uint64_t sram_bytes);

}  // namespace tilewave
