// Which loop nest a matmul gets: the one a cost model of the machine expects to be fastest, or the
// plain order the user names, cut into blocks if its accumulators would not fit. It
// neither lowers nor schedules.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lowering/loop_estimate.h"
#include "compiler/lowering/loop_nest.h"
#include "compiler/lowering/row_blocks.h"
#include "compiler/program/tensor.h"

namespace tilewave {

MatMulShape matmul_shape(const Graph& graph, OperatorId oper, const Tiling& tile);

/// The nests of which the best is chosen, the best first: fewest cycles, then fewest bytes. Empty
/// if `sram_bytes` does not even hold one step.
std::vector<LoopEstimate> rank_loop_nests(const MatMulShape& shape, const MachineCosts& costs,
                                          std::uint64_t sram_bytes);

/// For every operator of the graph, in order: `order` if it is given, else the best nest, of a block for one that
/// runs in blocks.
std::vector<LoopNest> choose_loop_nests(const Graph& graph, const Tiling& tile,
                                        std::optional<LoopOrder> order, const MachineCosts& costs,
                                        std::uint64_t sram_bytes,
                                        const std::vector<RowBlocks>& blocks = {});

/// A matmul of that shape, but of `rows` rows of tiles only if it has more.
MatMulShape of_rows(MatMulShape shape, std::uint32_t rows);

/// `order` as it stands if its open accumulators fit the SRAM, else over the largest blocks that
/// do.
LoopNest fit_loop_order(const MatMulShape& shape, LoopOrder order, std::uint64_t sram_bytes);

}  // namespace tilewave
