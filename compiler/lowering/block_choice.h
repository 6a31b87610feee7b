// Which operators run in blocks of rows: the model of what that moves and of the time it takes, and the best cut of a
// graph's operators into runs. What may run in blocks is compiler/lowering/row_blocks.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_estimate.h"
#include "compiler/lowering/row_blocks.h"

namespace tilewave {

/// What the compiler knows of the machine when it chooses.
struct BlockCosts {
  const MachineCosts& costs;
  std::uint64_t sram_bytes = 0;
  bool forwarding = true;  ///< computed tiles may stay in SRAM; else blocks move nothing less
  /// Runs that are looked at as a whole however long they are: from the first operator to behind the last.
  std::map<OperatorId, OperatorId> long_runs = {};
};

/// What the model expects of operators that run in blocks, and of the same one after another.
struct BlockEstimate {
  RowBlocks blocks = {};
  double cycles = 0;
  std::uint64_t bytes = 0;       ///< loaded and stored
  std::uint64_t sram_bytes = 0;  ///< of what is live by rows at once
  double apart_cycles = 0;       ///< one after another, as the next
  std::uint64_t apart_bytes = 0;
};

/// The blocks that are expected to take fewer cycles, or as many and less of the DRAM, than the same operators one
/// after another.
///
/// **Bytes.** One after another, operators load what they do not find again (compiler/lowering/reuse.h). In blocks, what
/// they compute and what they read row by row is live from its first use to its last, but only a block of it,
/// or two if there is a second half; the other operands, such as keys and values, stay in what is left of
/// kUsableShare of the SRAM, and what has no room there is loaded again by every block.
///
/// **Cycles.** The longer of transfers and steps: one after another of each operator, in blocks of all together. A core
/// that does everything takes the sum of all steps. Beside a vector unit of its own a product's expression runs along
/// with its products; in blocks with a second half all products and all vector steps overlap.
std::vector<BlockEstimate> choose_row_blocks(const Graph& graph, const Tiling& tile,
                                             const BlockCosts& machine);

/// What the same model expects of blocks that somebody has chosen; none if a block does not fit.
std::optional<BlockEstimate> estimate_row_blocks(const Graph& graph, const Tiling& tile,
                                                 const BlockCosts& machine,
                                                 const RowBlocks& blocks);

}  // namespace tilewave
