// How long tile steps occupy the compute core. Plain arithmetic over cycles; formulas and their
// derivation are in docs/timing-model.md.
#pragma once

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
/// For a tile step M×N×K on an H×W array (Samajdar et al., "SCALE-Sim", arXiv:1811.02883, closed
/// forms counted in cycles):
///   os    folds = ⌈M/H⌉·⌈N/W⌉   duration = folds·(H + W + K − 2) [+ folds·H with drain]
///   ws    folds = ⌈K/H⌉·⌈N/W⌉   duration = folds·(2H + W + M − 2)
///   is    folds = ⌈K/H⌉·⌈M/W⌉   duration = folds·(2H + W + N − 2)
///   simd                        duration = ⌈M·N·K / macs_per_cycle⌉ + latency
///   add, relu                   duration = ⌈M·N / vector_lanes⌉ + latency
/// A bias that a step starts from and a ReLU that it ends with take no time of their own.
class ComputeTiming {
 public:
  ComputeTiming(const ComputeConfig& config, const TileShape& tile);

  /// True if `next`, right after `op`, keeps the stationary operand in place: os and simd: one
  /// accumulator; ws: one B tile; is: one A tile. Elementwise steps never chain.
  bool chains(const Op& op, const Op& next) const;

  StepTime step(const Op& op) const;

  /// Cycles to load a new stationary operand into the array. With full overlap it happens behind
  /// the chain before, so two chains start at least this far apart; else `duration` has it.
  Cycle preload(const Op& op) const;

  /// Whether the successor may start before `op` has completed.
  bool overlaps(bool chained) const;

  /// Cycles between two steps in steady state when everything overlaps: what the compute bound
  /// counts per step.
  Cycle initiation_interval(const Op& op) const;

  /// What a step streams from and to SRAM: operands read, row vector read, accumulator read and
  /// written. A chained step does not fetch its stationary operand again; the accumulator of an
  /// output-stationary array moves only at the ends of a chain.
  struct Streams {
    bool a = false;
    bool b = false;
    bool bias = false;
    bool dst_read = false;
    bool dst_write = false;
  };
  Streams streams(const Op& op, bool chained, bool chain_continues) const;
  /// Calls `visit(address, bytes)` for each of them, in that order.
  template <typename Visit>
  void visit_streams(const Op& op, bool chained, bool chain_continues, Visit&& visit) const {
    const Streams wanted = streams(op, chained, chain_continues);
    const bool matmul = op.opcode == Opcode::kMatmul;
    const auto stream = [&visit](bool is_wanted, std::uint32_t address, const TileExtent& tile) {
      if (is_wanted) {
        visit(address, tile.bytes());
      }
    };
    stream(wanted.a, op.a, matmul ? tile_.left() : tile_.result());
    stream(wanted.b, op.b, matmul ? tile_.right() : op.broadcast ? tile_.row() : tile_.result());
    stream(wanted.bias, op.bias, tile_.row());
    stream(wanted.dst_read, op.dst, tile_.result());
    stream(wanted.dst_write, op.dst, tile_.result());
  }

 private:
  ComputeConfig config_;
  TileShape tile_;
  Cycle vector_interval_ = 0;
  Cycle matmul_interval_ = 0;
  Cycle matmul_duration_ = 0;
  Cycle matmul_preload_ = 0;
};

}  // namespace tilewave
