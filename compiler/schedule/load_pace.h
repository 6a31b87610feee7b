// How far ahead of the steps loads are worth their place in SRAM: a clock of the cost model, which
// the scheduler keeps beside the program it emits. It decides nothing about tiles.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/lowering/loop_estimate.h"
#include "compiler/program/program.h"

namespace tilewave {

/// As far as it knows, the DRAM is never idle while something could be loaded, nor is SRAM taken by
/// what cannot come yet. All times are cycles.
class LoadPace {
 public:
  LoadPace(const MachineCosts& costs, double bytes_ahead)
      : costs_(costs), bytes_ahead_(bytes_ahead) {}

  /// As many bytes are on their way as may be.
  bool is_full() const { return dram_free_ > clock_ + bytes_ahead_ / costs_.dram_bytes_per_cycle; }
  /// When a transfer that is issued now ends.
  double transfer(std::uint64_t bytes) {
    dram_free_ =
        std::max(dram_free_, clock_) + static_cast<double>(bytes) / costs_.dram_bytes_per_cycle;
    return dram_free_;
  }
  /// The next step starts when its operand is there.
  void wait_for(double arrival) { clock_ = std::max(clock_, arrival); }
  /// Most steps are like the one before them.
  void sum_step(const Op& op) {
    if (op.shape() != timed_ || op.a_type != timed_type_) {
      timed_ = op.shape();
      timed_type_ = op.a_type;
      timed_cycles_ = costs_.matmul_cycles(
          {static_cast<double>(op.m), static_cast<double>(op.n), static_cast<double>(op.k)},
          op.a_type);
    }
    clock_ += timed_cycles_;
  }
  /// A unit of its own holds up no matmul step.
  void vector_step(const VectorKernel& kernel, const TileExtent& result) {
    if (!costs_.own_vector_unit) {
      clock_ += static_cast<double>(costs_.vector_cycles(kernel, result));
    }
  }

 private:
  const MachineCosts& costs_;
  double bytes_ahead_;
  TileShape timed_{0, 0, 0};  // of the last matmul step, as the next two
  ElementType timed_type_ = ElementType::kF32;
  double timed_cycles_ = 0;
  double clock_ = 0;      // when the next step starts
  double dram_free_ = 0;  // when all transfers so far are through
};

}  // namespace tilewave
