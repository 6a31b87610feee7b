// The sums behind an estimate: accumulators, panels that stay, bytes moved, cycles per chunk.
#include "compiler/lowering/loop_estimate.h"

#include <algorithm>
#include <cmath>

#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

constexpr std::size_t kM = 0;
constexpr std::size_t kN = 1;
constexpr std::size_t kK = 2;

/// Tiles that loads on their way take, besides those in use: one per operand and one more.
constexpr std::uint64_t kPassingTiles = 3;

/// The next block's accumulators go before kept tiles if they take no more of the SRAM than this.
constexpr double kAccumulatorShare = 1.0 / 8;

/// Tiles along one dimension of the largest part.
std::uint64_t largest(const MatMulShape& shape, const LoopNest& nest, std::size_t dimension) {
  return ceil_div(shape.tiles[dimension], nest.parts[dimension]);
}

double average(const MatMulShape& shape, const LoopNest& nest, std::size_t dimension) {
  return static_cast<double>(shape.tiles[dimension]) / nest.parts[dimension];
}

double eighth_power(double x) {
  x *= x;
  x *= x;
  return x * x;
}

/// The longest of three that overlap: the 8-norm, 9 % more than the longest if two are equal.
double soft_max(double x, double y, double z) {
  const double most = std::max({x, y, z});
  return most * std::sqrt(std::sqrt(std::sqrt(eighth_power(x / most) + eighth_power(y / most) +
                                              eighth_power(z / most))));
}

/// Of a tile of operand `rows` × `cols` on average.
double average_bytes(const MatMulShape& shape, std::size_t operand, std::size_t rows,
                     std::size_t cols) {
  return static_cast<double>(shape.tile_bytes[operand]) * shape.shares[rows] * shape.shares[cols];
}

}  // namespace

double MachineCosts::matmul_cycles(const std::array<double, 3>& extents, ElementType factor) const {
  auto cycles = static_cast<double>(step_cycles);
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const double extent = extents[i] > 0 ? extents[i] : step[i];
    const double at_once = i == kK ? rate[static_cast<std::size_t>(factor)] : 1;
    cycles *= array[i] == 0 ? extent / (step[i] * at_once)
                            : std::ceil(extent / (array[i] * at_once)) /
                                  static_cast<double>(ceil_div(step[i], array[i]));
  }
  return cycles;
}

std::uint64_t MachineCosts::vector_cycles(const VectorKernel& kernel,
                                          const TileExtent& work) const {
  return passes(kernel, vector_cost) *
             ceil_div(work.elements(), vector_lanes * elements_per_lane(kernel)) +
         fold_cycles(kernel, work.rows, vector_lanes);
}

/// What one block computes and moves. A first row is a first column if columns are the outer of
/// the two inner output loops.
struct LoopEstimator::Block {
  double chunks = 0;
  double compute = 0;      ///< cycles of a chunk
  double row_compute = 0;  ///< of its first row
  double a_bytes = 0;      ///< of a chunk
  double b_bytes = 0;
  double a_row = 0;  ///< of its first row
  double b_row = 0;
  double rows = 0;           ///< of a chunk
  double chain_compute = 0;  ///< cycles of the first output tile of a row
  bool a_passes = false;     ///< every row has its own A, else its own B
  double streamed = 0;       ///< of a chunk, between SRAM and array
  double stored = 0;         ///< of the block
  double store_chunks = 0;   ///< chunks into which the stores fall
};

struct LoopEstimator::Kept {
  double a = 0;
  double b = 0;
  bool next_accumulators = false;
};

/// Of the two output loops the inner one's operands of a chunk stay, the outer one's pass by.
std::uint64_t LoopEstimator::working_set(const LoopNest& nest) const {
  const auto [a, b, c] = shape_.tile_bytes;
  const std::uint64_t bm = largest(shape_, nest, kM);
  const std::uint64_t bn = largest(shape_, nest, kN);
  const std::uint64_t bk = largest(shape_, nest, kK);
  const std::uint64_t open = nest.parts[kK] == 1 ? 1 : bm * bn;
  const std::uint64_t operands =
      nest.inner == LoopOrder::kMnk ? bk * a + bn * bk * b : bm * bk * a + bk * b;
  return open * c + operands + kPassingTiles * std::max(a, b) + shape_.extra_bytes;
}

LoopEstimate LoopEstimator::estimate(const LoopNest& nest) const {
  Block block = block_of(nest);
  const Kept share = kept(nest, block);
  const bool spread = nest.parts[kK] == 1 || share.next_accumulators;
  block.store_chunks = spread ? block.chunks : std::min(2.0, block.chunks);
  double cycles = 0;
  double bytes = 0;
  // Blocks differ in which of their panels are new.
  for (const bool first_row : {true, false}) {
    for (const bool first_column : {true, false}) {
      const double count =
          (first_row ? 1.0 : nest.parts[kM] - 1.0) * (first_column ? 1.0 : nest.parts[kN] - 1.0);
      if (count > 0) {
        const double a_kept = first_column ? 0 : share.a;
        const double b_kept = first_row ? 0 : share.b;
        cycles += count * block_cycles(block, a_kept, b_kept);
        bytes += count * (block.stored + block.chunks * (block.a_bytes * (1 - a_kept) +
                                                         block.b_bytes * (1 - b_kept)));
      }
    }
  }
  if (!spread) {  // the last block has no next one to store beside
    cycles += block.stored / 2 / costs_.dram_bytes_per_cycle;
  }
  return {nest, cycles, static_cast<std::uint64_t>(std::llround(bytes)), working_set(nest)};
}

LoopEstimator::Block LoopEstimator::block_of(const LoopNest& nest) const {
  const double bm = average(shape_, nest, kM);
  const double bn = average(shape_, nest, kN);
  const double bk = average(shape_, nest, kK);
  const double steps = bm * bn * bk;
  const double chains = steps / chain_length(nest);
  const bool rows = nest.inner == LoopOrder::kMnk;
  Block block;
  block.chunks = nest.parts[kK];
  block.compute = steps * costs_.matmul_cycles(shape_.extents, shape_.factor) +
                  chains * static_cast<double>(costs_.chain_cycles);
  block.row_compute = block.compute / (rows ? bm : bn);
  block.a_bytes = bm * bk * average_bytes(shape_, 0, kM, kK);
  block.b_bytes = bn * bk * average_bytes(shape_, 1, kK, kN);
  block.a_row = rows ? block.a_bytes / bm : block.a_bytes;
  block.b_row = rows ? block.b_bytes : block.b_bytes / bn;
  block.rows = rows ? bm : bn;
  block.chain_compute = block.row_compute / (rows ? bn : bm);
  block.a_passes = rows;
  block.streamed = streamed_bytes(steps, chains);
  block.stored = bm * bn * average_bytes(shape_, 2, kM, kN);
  return block;
}

LoopEstimator::Kept LoopEstimator::kept(const LoopNest& nest, const Block& block) const {
  const auto sram = static_cast<double>(sram_bytes_);
  double left =
      std::max(0.0, sram - static_cast<double>(working_set(nest)) - kPrefetchShare * sram);
  Kept kept;
  const double accumulators =
      nest.parts[kK] == 1 ? static_cast<double>(shape_.tile_bytes[2]) : block.stored;
  kept.next_accumulators = accumulators <= std::min(left, kAccumulatorShare * sram);
  left -= kept.next_accumulators ? accumulators : 0;

  // What the working set holds of a panel is part of what is kept of it.
  const double all = left;
  const auto keep = [&left](double panel, double in_use) {
    const double share = std::min(1.0, (left + in_use) / panel);
    left -= std::max(0.0, share * panel - in_use);
    return share;
  };
  const double pm = nest.parts[kM];
  const double pn = nest.parts[kN];
  const auto keep_a = [&](double panels) {
    kept.a = pn > 1 ? keep(panels * block.chunks * block.a_bytes, block.a_row) : 1;
  };
  const auto keep_b = [&](double panels) {
    kept.b = pm > 1 ? keep(panels * block.chunks * block.b_bytes, block.b_row) : 1;
  };
  // First the panel that consecutive blocks share, then the whole of the other operand: at least
  // its last panel, which is the first one on the way back, when the shared one is not needed any
  // more.
  const bool shares_a = nest.outer == LoopOrder::kMnk ? pn > 1 : pm == 1;
  if (shares_a) {
    keep_a(1);
    keep_b(pn);
    kept.b = std::max(kept.b, std::min(1.0, all / (block.chunks * block.b_bytes)) / pn);
  } else {
    keep_b(1);
    keep_a(pm);
    kept.a = std::max(kept.a, std::min(1.0, all / (block.chunks * block.a_bytes)) / pm);
  }
  return kept;
}

/// Serpentine order puts the chunks that are kept first: of those neither operand is loaded, then
/// one, then both.
double LoopEstimator::block_cycles(const Block& block, double a_kept, double b_kept) const {
  const double both = std::min(a_kept, b_kept);
  const double one = std::max(a_kept, b_kept) - both;
  const auto part = [&](double share, bool loads_a, bool loads_b) {
    return share > 0 ? share * chunk_cycles(block, loads_a, loads_b) : 0;
  };
  return block.chunks * (part(both, false, false) + part(one, a_kept < b_kept, b_kept < a_kept) +
                         part(1 - both - one, true, true));
}

double LoopEstimator::chunk_cycles(const Block& block, bool loads_a, bool loads_b) const {
  const double loaded = (loads_a ? block.a_bytes : 0) + (loads_b ? block.b_bytes : 0);
  const double row = (loads_a ? block.a_row : 0) + (loads_b ? block.b_row : 0);
  const double ahead = kPrefetchShare * static_cast<double>(sram_bytes_);
  const auto waiting = [&](double loads, double compute) {
    return std::max(0.0, (loads - ahead) / costs_.dram_bytes_per_cycle - compute);
  };
  const double passing = block.a_passes ? (loads_a ? block.a_row : 0) : (loads_b ? block.b_row : 0);
  const double each = waiting(passing, block.chain_compute);
  const double burst = std::max(waiting(row, block.row_compute), each) + (block.rows - 1) * each;
  const auto cycles = [&](double stored) {
    return soft_max(block.compute + burst, (loaded + stored) / costs_.dram_bytes_per_cycle,
                    (block.streamed + loaded + stored) / costs_.sram_bytes_per_cycle);
  };
  const double storing = block.store_chunks / block.chunks;
  return storing * cycles(block.stored / block.store_chunks) +
         (storing < 1 ? (1 - storing) * cycles(0) : 0);
}

double LoopEstimator::chain_length(const LoopNest& nest) const {
  const bool single_k = largest(shape_, nest, kK) == 1;
  switch (costs_.chain) {
    case MachineCosts::Chain::kReduction: return average(shape_, nest, kK);
    case MachineCosts::Chain::kRows:
      return single_k && nest.inner == LoopOrder::kNmk ? average(shape_, nest, kM) : 1;
    case MachineCosts::Chain::kColumns:
      return single_k && nest.inner == LoopOrder::kMnk ? average(shape_, nest, kN) : 1;
  }
  return 1;
}

/// Between SRAM and array: what stays in the array passes once per chain, the rest at every step.
double LoopEstimator::streamed_bytes(double steps, double chains) const {
  const double a = average_bytes(shape_, 0, kM, kK);
  const double b = average_bytes(shape_, 1, kK, kN);
  const double c = 2 * average_bytes(shape_, 2, kM, kN);  // read and written
  switch (costs_.chain) {
    case MachineCosts::Chain::kReduction: return steps * (a + b) + chains * c;
    case MachineCosts::Chain::kRows: return steps * (a + c) + chains * b;
    case MachineCosts::Chain::kColumns: return steps * (b + c) + chains * a;
  }
  return 0;
}

}  // namespace tilewave
