#include "compiler/loop_choice.h"

#include <algorithm>
#include <cmath>

namespace tilewave {
namespace {

constexpr std::size_t kM = 0;
constexpr std::size_t kN = 1;
constexpr std::size_t kK = 2;

/// Tiles that loads on their way take, besides those in use: one per operand and one more.
constexpr std::uint64_t kPrefetchTiles = 3;

/// Price of a byte whose transfer costs no time, as a share of that time.
constexpr double kHiddenByteShare = 0.02;

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

class Estimator {
 public:
  Estimator(const MatMulShape& shape, const MachineCosts& costs, std::uint64_t sram_bytes)
      : shape_(shape), costs_(costs), sram_bytes_(sram_bytes) {}

  /// Appends the nest with these blocks, in both orders of the output loops, if it fits.
  void consider(std::uint32_t parts_m, std::uint32_t parts_n, std::uint32_t parts_k,
                std::vector<LoopEstimate>& list) const {
    constexpr LoopOrder kOrders[] = {LoopOrder::kMnk, LoopOrder::kNmk};
    LoopNest nest;
    nest.parts = {parts_m, parts_n, parts_k};
    nest.serpentine = true;
    // Where one of the two loops has a single turn, their order does not matter.
    const std::size_t outer_orders = parts_m == 1 || parts_n == 1 ? 1 : 2;
    const std::size_t inner_orders = block(nest, kM) == 1 || block(nest, kN) == 1 ? 1 : 2;
    for (std::size_t outer = 0; outer < outer_orders; ++outer) {
      for (std::size_t inner = 0; inner < inner_orders; ++inner) {
        nest.outer = kOrders[outer];
        nest.inner = kOrders[inner];
        LoopEstimate estimate{nest, 0, 0, working_set(nest)};
        if (estimate.sram_bytes <= sram_bytes_) {
          predict(estimate);
          list.push_back(estimate);
        }
      }
    }
  }

 private:
  std::uint32_t block(const LoopNest& nest, std::size_t dimension) const {
    return largest_part(shape_.tiles[dimension], nest.parts[dimension]);
  }

  /// Of the two output loops the inner one's operands of a chunk stay, the outer one's pass by.
  std::uint64_t working_set(const LoopNest& nest) const {
    const auto [a, b, c] = shape_.tile_bytes;
    const std::uint64_t bm = block(nest, kM);
    const std::uint64_t bn = block(nest, kN);
    const std::uint64_t bk = block(nest, kK);
    const std::uint64_t open = nest.parts[kK] == 1 ? 1 : bm * bn;
    const std::uint64_t operands =
        nest.inner == LoopOrder::kMnk ? bk * a + bn * bk * b : bm * bk * a + bk * b;
    const std::uint64_t passing = kPrefetchTiles * std::max(a, b);
    return open * c + operands + passing + shape_.extra_bytes;
  }

  void predict(LoopEstimate& estimate) const {
    const LoopNest& nest = estimate.nest;
    const auto [a, b, c] = shape_.tile_bytes;
    const double mt = shape_.tiles[kM];
    const double nt = shape_.tiles[kN];
    const double kt = shape_.tiles[kK];
    const double pm = nest.parts[kM];
    const double pn = nest.parts[kN];
    const double a_panel = mt / pm * kt * static_cast<double>(a);  // of one block row
    const double b_panel = nt / pn * kt * static_cast<double>(b);  // of one block column
    // The panel that consecutive blocks share, then the whole of the other operand.
    double left = static_cast<double>(sram_bytes_ - estimate.sram_bytes);
    const auto kept_of = [&left](double bytes) {
      const double kept = std::min(left, bytes);
      left -= kept;
      return kept / bytes;
    };
    const bool m_outside = nest.outer == LoopOrder::kMnk;
    const bool shares_a = m_outside ? pn > 1 : pm == 1;
    double a_kept = 1;
    double b_kept = 1;
    if (shares_a) {
      a_kept = pn > 1 ? kept_of(a_panel) : 1;
      b_kept = pm > 1 ? kept_of(b_panel * pn) : 1;
    } else {
      b_kept = pm > 1 ? kept_of(b_panel) : 1;
      a_kept = pn > 1 ? kept_of(a_panel * pm) : 1;
    }
    double cycles = 0;
    double bytes = 0;
    const double steps = mt / pm * (nt / pn) * kt;
    const double chains = steps / chain_length(nest);
    const double compute = steps * static_cast<double>(costs_.step_cycles) +
                           chains * static_cast<double>(costs_.chain_cycles);
    const double streamed = streamed_bytes(steps, chains);
    const double stored = mt / pm * (nt / pn) * static_cast<double>(c);
    // Blocks differ in which of their panels are new.
    for (const bool first_row : {true, false}) {
      for (const bool first_column : {true, false}) {
        const double count = (first_row ? 1 : pm - 1) * (first_column ? 1 : pn - 1);
        const double moved = stored + a_panel * (first_column ? 1 : 1 - a_kept) +
                             b_panel * (first_row ? 1 : 1 - b_kept);
        bytes += count * moved;
        cycles += count * std::max({compute, moved / costs_.dram_bytes_per_cycle,
                                    (streamed + moved) / costs_.sram_bytes_per_cycle});
      }
    }
    estimate.cycles = cycles;
    estimate.bytes = static_cast<std::uint64_t>(std::llround(bytes));
  }

  double chain_length(const LoopNest& nest) const {
    const bool single_k = block(nest, kK) == 1;
    switch (costs_.chain) {
      case MachineCosts::Chain::kReduction: return block(nest, kK);
      case MachineCosts::Chain::kRows:
        return single_k && nest.inner == LoopOrder::kNmk ? block(nest, kM) : 1;
      case MachineCosts::Chain::kColumns:
        return single_k && nest.inner == LoopOrder::kMnk ? block(nest, kN) : 1;
    }
    return 1;
  }

  /// Between SRAM and array: what stays in the array passes once per chain, the rest at every step.
  double streamed_bytes(double steps, double chains) const {
    const auto a = static_cast<double>(shape_.tile_bytes[0]);
    const auto b = static_cast<double>(shape_.tile_bytes[1]);
    const auto c = 2 * static_cast<double>(shape_.tile_bytes[2]);  // read and written
    switch (costs_.chain) {
      case MachineCosts::Chain::kReduction: return steps * (a + b) + chains * c;
      case MachineCosts::Chain::kRows: return steps * (a + c) + chains * b;
      case MachineCosts::Chain::kColumns: return steps * (b + c) + chains * a;
    }
    return 0;
  }

  const MatMulShape& shape_;
  const MachineCosts& costs_;
  std::uint64_t sram_bytes_;
};

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

MatMulShape matmul_shape(const Graph& graph, OperatorId id, const TileShape& tile) {
  const Operator& oper = graph.operators()[id];
  const TileGrid a = tile_grid(graph.tensor(oper.inputs[0]).shape, tile.left());
  const TileGrid c = tile_grid(graph.tensor(oper.output).shape, tile.result());
  const std::uint64_t bias = oper.has_bias() ? tile.row().bytes() : 0;
  return {{c.rows, c.cols, a.cols},
          {tile.left().bytes(), tile.right().bytes(), tile.result().bytes()},
          bias};
}

std::vector<LoopEstimate> rank_loop_nests(const MatMulShape& shape, const MachineCosts& costs,
                                          std::uint64_t sram_bytes) {
  std::vector<LoopEstimate> list;
  const Estimator estimator(shape, costs, sram_bytes);
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
        estimator.consider(parts_m, parts_n, parts_k, list);
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

std::vector<LoopNest> choose_loop_nests(const Graph& graph, const TileShape& tile,
                                        std::optional<LoopOrder> order, const MachineCosts& costs,
                                        std::uint64_t sram_bytes) {
  std::vector<LoopNest> nests(graph.operators().size());
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    if (graph.operators()[id].kind != OperatorKind::kMatMul) {
      continue;
    }
    const MatMulShape shape = matmul_shape(graph, id, tile);
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
