// From operators to tile uOps: the loops over each operator's tiles.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_nest.h"
#include "compiler/lowering/row_blocks.h"
#include "compiler/lowering/uop.h"

namespace tilewave {

/// How many uOps lower() would make and how many bytes the padded tensors take, without making
/// them; saturates instead of overflowing.
struct LoweringEstimate {
  std::uint64_t uops = 0;
  std::uint64_t tensor_bytes = 0;
};
LoweringEstimate estimate_lowering(const Graph& graph, const Tiling& tile);

/// Lowers every operator; `plan` has one nest per operator, of which those of matmuls count. Operators in row blocks
/// run block by block: all of them for the rows of one, then for those of the next, the products in the order of their
/// nest within a block. Others run one after the other. A
/// matmul's steps come in the order of its nest; per step LOAD A(m,k), LOAD B(k,n), at a tile's
/// first step LOAD bias(0,n), EXECUTE; right after the last step of a tile, if the matmul has an
/// expression, LOADs of what that reads and its EXECUTE; then STORE C(m,n). Maps run over tiles row by
/// row: LOADs, EXECUTE, STORE; a copy does the same without EXECUTE.
/// Throws InputError if the estimate is beyond kMaxOps or kMaxDramBytes, or if tensor_tiles() does.
UopList lower(const Graph& graph, const Tiling& tile, const LoopPlan& plan);

/// The same with one plain loop order for all.
UopList lower(const Graph& graph, const Tiling& tile, LoopOrder order = LoopOrder::kMnk);

}  // namespace tilewave
