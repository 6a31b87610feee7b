// What a loop nest costs on a machine: the model behind compiler/lowering/loop_choice.h. It
// enumerates no nests.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/lowering/loop_nest.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

/// What the compiler knows about time on the machine it compiles for.
struct MachineCosts {
  /// The loop along which a chain of steps runs if it is the innermost: meanwhile one tile, of the
  /// output, the right or the left operand, stays in the array.
  enum class Chain : std::uint8_t { kReduction, kRows, kColumns };
  Chain chain = Chain::kReduction;
  std::uint64_t step_cycles = 32;  ///< compute core: one matmul step inside a chain, of a rate of 1
  std::uint64_t chain_cycles = 0;  ///< more for every chain: filling and draining
  double sram_bytes_per_cycle = 512;   ///< all banks and ports together
  double dram_bytes_per_cycle = 25.6;  ///< loads and stores together
  std::uint32_t vector_lanes = 32;     ///< of 4 bytes, per cycle and pass of the vector unit
  /// Passes that a function of each class takes.
  std::array<std::uint32_t, kCostClassCount> vector_cost{0, 1, 1, 1, 1, 1};
  bool own_vector_unit = false;                   ///< vector steps run beside those of the core
  std::array<std::uint32_t, 3> step{32, 32, 32};  ///< m, n and k of step_cycles
  /// Products that an element of the array does in a cycle, by the type of their left factor.
  std::array<std::uint32_t, kElementTypeCount> rate{1, 1, 1, 1, 1, 1};
  /// Extents of the array along m, n and k; 0 for what streams through it.
  std::array<std::uint32_t, 3> array{};

  /// Of a step of m, n and k like these, which may be averages, and such factors.
  double matmul_cycles(const std::array<double, 3>& extents, ElementType factor) const;
  /// Of a vector step with such a result, or a reduce with such a work tile.
  std::uint64_t vector_cycles(const VectorKernel& kernel, const TileExtent& work) const;

  bool operator==(const MachineCosts&) const = default;
};

/// A matmul as the model sees it.
struct MatMulShape {
  std::array<std::uint32_t, 3> tiles{};       ///< along m, n and k
  std::array<std::uint64_t, 3> tile_bytes{};  ///< of an A, a B and a C tile, the largest
  std::uint64_t extra_bytes = 0;              ///< SRAM that a step needs besides: a bias tile
  std::array<double, 3> extents{};            ///< m, n and k of a step on average; 0: the machine's
  std::array<double, 3> shares{1, 1, 1};      ///< of those of the largest step
  ElementType factor = ElementType::kF32;     ///< of the left operand
};

/// A nest with what the model expects of it.
struct LoopEstimate {
  LoopNest nest;
  double cycles = 0;             ///< of the operator alone, start-up left out
  std::uint64_t bytes = 0;       ///< loaded and stored
  std::uint64_t sram_bytes = 0;  ///< live at once, at least
};

/// Share of the SRAM that loads ahead of the steps may take while the DRAM is busy. More of it
/// hides more of the DRAM's latency and of bursts; less of it keeps more tiles for their next use.
inline constexpr double kPrefetchShare = 1.0 / 16;

/// Price of a byte whose transfer costs no time, as a share of that time: it costs energy, and estimates are not exact.
inline constexpr double kHiddenByteShare = 0.2;

/// Of a nest whose outer loops run over m and n, then k, and whose inner ones end with k; sizes in
/// the sense of the average part.
///
/// The blocks of bm × bn output tiles take the reduction in chunks of bk steps. Live at once are
/// the accumulators of a block, the chunk's operands along the inner of the two output loops, and
/// what passes by. Of the rest of the SRAM loads ahead take kPrefetchShare, the next block's
/// accumulators what they need if that is little, and a share of the panels that the next blocks
/// use again the remainder; serpentine order makes that share useful. From this follow the bytes.
///
/// A chunk takes about the longest of its steps, its transfers at the DRAM's bandwidth, and all
/// that passes the SRAM's ports: somewhat more if two are nearly equal, for they do not overlap
/// perfectly. Two things come in bursts. A block's accumulators are complete with its last chunk;
/// unless the next block's have room beside them, their stores fall into two chunks. And what the
/// first row of a chunk brings in, or the first output tile of any row, is needed at once; loads
/// ahead hide their share of it.
class LoopEstimator {
 public:
  LoopEstimator(const MatMulShape& shape, const MachineCosts& costs, std::uint64_t sram_bytes)
      : shape_(shape), costs_(costs), sram_bytes_(sram_bytes) {}

  std::uint64_t working_set(const LoopNest& nest) const;
  /// Expects a nest whose working set the SRAM holds.
  LoopEstimate estimate(const LoopNest& nest) const;

 private:
  struct Block;
  struct Kept;

  Block block_of(const LoopNest& nest) const;
  /// The shares of the panels that stay, and whether the next block's accumulators have room.
  Kept kept(const LoopNest& nest, const Block& block) const;
  double block_cycles(const Block& block, double a_kept, double b_kept) const;
  double chunk_cycles(const Block& block, bool loads_a, bool loads_b) const;
  double chain_length(const LoopNest& nest) const;
  double streamed_bytes(double steps, double chains) const;

  const MatMulShape& shape_;
  const MachineCosts& costs_;
  std::uint64_t sram_bytes_;
};

}  // namespace tilewave
