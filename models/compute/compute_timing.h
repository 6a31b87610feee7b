// How long tile steps occupy the compute core. Plain arithmetic over cycles; formulas and their
// derivation are in docs/timing-model.md.
#pragma once

#include <array>
#include <vector>

#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"
#include "models/compute/config.h"

namespace tilewave {

/// A step that starts at cycle s lets its successor start at s + interval if their pipelines may
/// overlap, and completes at s + duration.
struct StepTime {
  Cycle interval = 0;
  Cycle duration = 0;
};

/// Times of isolated and of pipelined steps.
///
/// For a tile step M×N×K on an H×W array whose elements do R products of the step's type in a cycle
/// (Samajdar et al., "SCALE-Sim", arXiv:1811.02883, closed forms counted in cycles, R = 1):
///   os    folds = ⌈M/H⌉·⌈N/W⌉       duration = folds·(H + W + ⌈K/R⌉ − 2) [+ folds·H with drain]
///   ws    folds = ⌈K/(H·R)⌉·⌈N/W⌉   duration = folds·(2H + W + M − 2)
///   is    folds = ⌈K/(H·R)⌉·⌈M/W⌉   duration = folds·(2H + W + N − 2)
///   simd                            duration = ⌈M·N·K / (macs_per_cycle·R)⌉ + latency
///   vector                          duration = passes·⌈M·N / (vector_lanes·P)⌉ + latency
///   reduce over columns             duration = passes·⌈M·K / vector_lanes⌉
///                                              + ⌈M / vector_lanes⌉·⌈log2(vector_lanes)⌉ + latency
///   reduce over rows                duration = passes·⌈K·N / vector_lanes⌉ + latency
/// The passes of a vector step are the sum of what its functions cost, at least one, those of a reduce
/// one of class `simple` more; P elements of the widest type that it reads or writes fit into 4 bytes.
/// A bias that a step starts from and a ReLU that it ends with take no time of their own, nor does it
/// take any to read an operand transposed.
class ComputeTiming {
 public:
  /// The program outlives it.
  ComputeTiming(const ComputeConfig& config, const Program& program);

  /// True if `next`, right after `op`, keeps the stationary operand in place: os and simd: one
  /// accumulator; ws: one B tile; is: one A tile. Vector steps and reduces never chain.
  bool chains(const Op& op, const Op& next) const;

  StepTime step(const Op& op) const;

  /// Cycles to load a new stationary operand into the array. With full overlap it happens behind
  /// the chain before, so two chains start at least this far apart; else `duration` has it.
  Cycle preload(const Op& op) const;

  /// Whether the successor may start before `op` has completed.
  bool overlaps(bool chained) const;

  /// Cycles between two steps in steady state when everything overlaps: what the compute bound
  /// counts per step, unless preload() is longer.
  Cycle initiation_interval(const Op& op) const;

  /// Multiply-adds that the whole array could do while a matmul step streams through it; 0 of another op.
  std::uint64_t slots(const Op& op) const { return is_sum_step(op) ? slots(op, step(op)) : 0; }
  std::uint64_t slots(const Op& op, const StepTime& time) const;  ///< the same, its step() known

  /// What a step streams from and to SRAM: operands read, row vector read, accumulator read and
  /// written. A chained step does not fetch its stationary operand again; the accumulator of an
  /// output-stationary array moves only at the ends of a chain. Calls `visit(address, bytes)` for each
  /// of them, in that order.
  template <typename Visit>
  void visit_streams(const Op& op, bool chained, bool chain_continues, Visit&& visit) const {
    const Held held = held_in_array(op, chained, chain_continues);
    visit_operands(
        *program_, op,
        [&](std::size_t i, const OperandRule&, std::uint32_t address, const TileExtent& extent) {
          if (static_cast<int>(i) != held.operand) {
            visit(address, extent.bytes());
          }
        });
    const std::uint64_t bytes = written_extent(*program_, op).bytes();
    if (accumulates(op) && !held.sum_before) {
      visit(op.dst, bytes);
    }
    if (!held.sum_after) {
      visit(op.dst, bytes);
    }
  }

 private:
  /// What of a step's data is in the array already, or stays there.
  struct Held {
    int operand = -1;  ///< index of an operand
    bool sum_before = false;
    bool sum_after = false;
  };
  Held held_in_array(const Op& op, bool chained, bool chain_continues) const;

  struct MatmulTime {
    StepTime step;
    Cycle preload = 0;
  };
  MatmulTime matmul_time(const TileShape& tile, ElementType factor) const;
  MatmulTime matmul_time(const Op& op) const {
    return op.shape() == program_->tile ? whole_[static_cast<std::size_t>(op.a_type)]
                                        : matmul_time(op.shape(), op.a_type);
  }

  ComputeConfig config_;
  const Program* program_;
  struct KernelTime {
    Cycle passes = 0;
    std::uint64_t elements = 1;  // per cycle and pass
  };
  std::vector<KernelTime> kernels_;
  // Of the program's largest tile, as most steps are, by ElementType.
  std::array<MatmulTime, kElementTypeCount> whole_;
};

}  // namespace tilewave
