// How far ahead of the steps loads are worth their place in SRAM: a clock of the cost model, which
// the scheduler keeps beside the program it emits. It decides nothing about tiles.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tilewave {

/// As far as it knows, the DRAM is never idle while something could be loaded, nor is SRAM taken by
/// what cannot come yet. All times are cycles.
class LoadPace {
 public:
  LoadPace(double bytes_per_cycle, double bytes_ahead)
      : bytes_per_cycle_(bytes_per_cycle), bytes_ahead_(bytes_ahead) {}

  /// As many bytes are on their way as may be.
  bool is_full() const { return dram_free_ > clock_ + bytes_ahead_ / bytes_per_cycle_; }
  /// When a transfer that is issued now ends.
  double transfer(std::uint64_t bytes) {
    dram_free_ = std::max(dram_free_, clock_) + static_cast<double>(bytes) / bytes_per_cycle_;
    return dram_free_;
  }
  /// The next step starts when its operand is there.
  void wait_for(double arrival) { clock_ = std::max(clock_, arrival); }
  void step(double cycles) { clock_ += cycles; }

 private:
  double bytes_per_cycle_;
  double bytes_ahead_;
  double clock_ = 0;      // when the next step starts
  double dram_free_ = 0;  // when all transfers so far are through
};

}  // namespace tilewave
