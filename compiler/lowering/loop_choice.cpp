// Enumerates nests, asks the cost model about each, and takes the best that fits the SRAM.
#include "compiler/lowering/loop_choice.h"

#include <algorithm>

#include "compiler/lowering/tiling.h"

namespace tilewave {
namespace {

constexpr std::size_t kM = 0;
constexpr std::size_t kN = 1;
constexpr std::size_t kK = 2;

std::uint32_t largest_part(std::uint32_t extent, std::uint32_t parts) {
  return static_cast<std::uint32_t>(ceil_div(extent, parts));
}

/// Numbers of parts worth trying, the fewest first: every size of part up to 16 tiles, then sizes
/// an eighth apart, so that the candidates stay few whatever the extent.
std::vector<std::uint32_t> part_counts(std::uint32_t extent) {
  std::vector<std::uint32_t> counts;
  for (std::uint64_t size = 1; size < extent; size += std::max<std::uint64_t>(1, size / 8)) {
    const auto parts = static_cast<std::uint32_t>(ceil_div(extent, size));
    if (counts.empty() || counts.back() != parts) {
      counts.push_back(parts);
    }
  }
  counts.push_back(1);
  std::reverse(counts.begin(), counts.end());
  return counts;
}

/// Calls `visit(nest)` for both orders of the outer and of the inner output loops, but only once
/// where one of the two loops has a single turn, so that their order does not matter.
template <typename Visit>
void for_each_nest(const MatMulShape& shape, const std::array<std::uint32_t, 3>& parts,
                   Visit&& visit) {
  constexpr LoopOrder kOrders[] = {LoopOrder::kMnk, LoopOrder::kNmk};
  const std::size_t outer_orders = parts[kM] == 1 || parts[kN] == 1 ? 1 : 2;
  const std::size_t inner_orders =
      parts[kM] == shape.tiles[kM] || parts[kN] == shape.tiles[kN] ? 1 : 2;
  for (std::size_t outer = 0; outer < outer_orders; ++outer) {
    for (std::size_t inner = 0; inner < inner_orders; ++inner) {
      visit(LoopNest{kOrders[outer], parts, kOrders[inner], true});
    }
  }
}

/// Accumulators open at once in a plain order over bm × bn output tiles.
std::uint64_t open_accumulators(LoopOrder order, std::uint64_t bm, std::uint64_t bn) {
  switch (order) {
    case LoopOrder::kMnk:
    case LoopOrder::kNmk: return 1;
    case LoopOrder::kMkn: return bn;
    case LoopOrder::kNkm: return bm;
    case LoopOrder::kKmn:
    case LoopOrder::kKnm: return bm * bn;
  }
  return 1;
}

}  // namespace

MatMulShape matmul_shape(const Graph& graph, OperatorId id, const Tiling& tile) {
  const Operator& oper = graph.operators()[id];
  const Shape a = stored_shape(factor_shape(graph, oper, 0), tile.left(), tile.edges);
  const Shape c = stored_shape(graph.tensor(oper.output).shape, tile.result(), tile.edges);
  const TileGrid rows_and_steps = tile_grid(a, tile.left());
  const TileGrid columns = tile_grid(c, tile.result());
  const auto type = [&](TensorId tensor) { return graph.tensor(tensor).type; };
  const ElementType sum = sum_type(graph, oper);
  const TileExtent left = largest_tile(a, tile.left().of(type(oper.inputs[0])));
  const TileExtent result = largest_tile(c, tile.result().of(sum));
  const TileExtent right{left.cols, result.cols, type(oper.inputs[1])};
  std::uint64_t mapped = 0;  // what the expression reads, when the operands of the product may go
  for (const TensorId input : oper.map_inputs()) {
    const Broadcast broadcast =
        broadcast_of(graph.tensor(input).shape, graph.tensor(oper.output).shape);
    const KernelOperand operand{operand_form(broadcast, tile.column()), type(input)};
    mapped += operand_extent(operand, result).bytes();
  }
  const std::uint64_t operands = left.bytes() + right.bytes();
  const std::uint64_t bias = oper.has_bias ? TileExtent{1, result.cols, sum}.bytes() : 0;
  MatMulShape shape{{columns.rows, columns.cols, rows_and_steps.cols},
                    {left.bytes(), right.bytes(), result.bytes()},
                    std::max(bias, mapped - std::min(mapped, operands))};
  shape.factor = type(oper.inputs[0]);
  const std::array<std::uint64_t, 3> whole = {c.rows, c.cols, a.cols};
  const std::array<std::uint32_t, 3> most = {result.rows, result.cols, left.cols};
  for (std::size_t i = 0; i < whole.size(); ++i) {
    shape.extents[i] = static_cast<double>(whole[i]) / shape.tiles[i];
    shape.shares[i] = shape.extents[i] / most[i];
  }
  return shape;
}

MatMulShape of_rows(MatMulShape shape, std::uint32_t rows) {
  shape.tiles[kM] = std::min(shape.tiles[kM], rows);
  return shape;
}

std::vector<LoopEstimate> rank_loop_nests(const MatMulShape& shape, const MachineCosts& costs,
                                          std::uint64_t sram_bytes) {
  std::vector<LoopEstimate> list;
  const LoopEstimator estimator(shape, costs, sram_bytes);
  const std::vector<std::uint32_t> rows = part_counts(shape.tiles[kM]);
  const std::vector<std::uint32_t> columns = part_counts(shape.tiles[kN]);
  std::vector<std::uint32_t> chunks;  // of the reduction: 1, 2, 4, ... steps, and all of them
  for (std::uint32_t steps = 1; steps < shape.tiles[kK]; steps *= 2) {
    chunks.push_back(static_cast<std::uint32_t>(ceil_div(shape.tiles[kK], steps)));
  }
  chunks.push_back(1);
  for (const std::uint32_t parts_k : chunks) {
    for (const std::uint32_t parts_m : rows) {
      for (const std::uint32_t parts_n : columns) {
        for_each_nest(shape, {parts_m, parts_n, parts_k}, [&](const LoopNest& nest) {
          if (estimator.working_set(nest) <= sram_bytes) {
            list.push_back(estimator.estimate(nest));
          }
        });
      }
    }
  }
  // Also where they are hidden, bytes have a small price: they cost energy, and the estimate is not
  // exact.
  const auto price = [&](const LoopEstimate& estimate) {
    return estimate.cycles +
           kHiddenByteShare * static_cast<double>(estimate.bytes) / costs.dram_bytes_per_cycle;
  };
  std::stable_sort(list.begin(), list.end(), [&](const LoopEstimate& x, const LoopEstimate& y) {
    return price(x) < price(y);
  });
  return list;
}

std::vector<LoopNest> choose_loop_nests(const Graph& graph, const Tiling& tile,
                                        std::optional<LoopOrder> order, const MachineCosts& costs,
                                        std::uint64_t sram_bytes,
                                        const std::vector<RowBlocks>& blocks) {
  std::vector<LoopNest> nests(graph.operators().size());
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    if (graph.operators()[id].product_inputs() == 0) {
      continue;  // nothing to nest
    }
    MatMulShape shape = matmul_shape(graph, id, tile);
    if (const std::optional<RowBlocks> block = blocks_of(blocks, id)) {
      shape = of_rows(shape, block->tiles);
    }
    if (order) {
      nests[id] = fit_loop_order(shape, *order, sram_bytes);
    } else if (const auto ranked = rank_loop_nests(shape, costs, sram_bytes); !ranked.empty()) {
      nests[id] = ranked.front().nest;
    }
  }
  return nests;
}

LoopNest fit_loop_order(const MatMulShape& shape, LoopOrder order, std::uint64_t sram_bytes) {
  const auto [a, b, c] = shape.tile_bytes;
  const std::uint64_t step = a + b + shape.extra_bytes;
  LoopNest best;
  best.inner = order;
  best.parts = {shape.tiles[kM], shape.tiles[kN], 1};
  std::uint64_t most = 0;
  for (const std::uint32_t parts_m : part_counts(shape.tiles[kM])) {
    for (const std::uint32_t parts_n : part_counts(shape.tiles[kN])) {
      const std::uint64_t bm = largest_part(shape.tiles[kM], parts_m);
      const std::uint64_t bn = largest_part(shape.tiles[kN], parts_n);
      if (open_accumulators(order, bm, bn) * c + step <= sram_bytes && bm * bn > most) {
        most = bm * bn;
        best.parts = {parts_m, parts_n, 1};
      }
    }
  }
  return best;
}

}  // namespace tilewave
