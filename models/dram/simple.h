// DRAM as latency plus bandwidth per channel, first come first served. No rows, no banks.
#pragma once

#include <vector>

#include "compiler/base/sorted_queue.h"
#include "models/clock_period.h"
#include "models/dram/config.h"
#include "models/dram/model.h"

namespace tilewave {

/// A burst that arrives at t on a channel whose pins are free from f on moves its bytes in
/// [max(t + latency, f), … + bytes / bandwidth) and is complete then; refresh takes its share of
/// the bandwidth evenly. A burst that spans several channels is complete when its last part is.
/// Reads and writes arriving at one instant: reads first. There is no queue to accept a write into:
/// it is acknowledged when its bytes have moved.
class SimpleDram final : public DramModel {
 public:
  /// `ticks_per_picosecond`: times are that much finer than picoseconds, for a clock whose cycles
  /// begin between them.
  explicit SimpleDram(const DramConfig& config, std::uint64_t ticks_per_picosecond = 1);

  void submit(const DramBurst& burst, Picoseconds arrival) override;
  Picoseconds next_event() const override;
  bool poll(Picoseconds now, DramCompletion& completion) override;
  Picoseconds drain() override { return written_; }
  const DramCounters& counters() const override { return counters_; }
  std::uint64_t ticks_per_picosecond() const override { return ticks_; }
  double peak_bytes_per_second() const override;

 private:
  struct Waiting {
    Picoseconds arrival = 0;
    DramBurst burst;

    bool before(const Waiting& other) const {
      return arrival != other.arrival ? arrival < other.arrival : !burst.write && other.burst.write;
    }
  };
  void serve(const Waiting& waiting);
  Picoseconds transfer_time(std::uint64_t bytes);

  DramConfig config_;
  std::uint64_t ticks_ = 1;
  Picoseconds latency_ = 0;
  SortedQueue<Waiting> inbox_;               // by arrival, reads before writes, then as submitted
  SortedQueue<DramCompletion> completions_;  // by time, then as served
  std::vector<Picoseconds> channel_free_;
  std::uint64_t known_bytes_ = 0;  // transfer_time() of the size asked for last
  Picoseconds known_time_ = 0;
  Picoseconds written_ = 0;  // when the last write was complete
  DramCounters counters_;
};

/// Units of time per picosecond in which cycles of this clock begin exactly. One for a frequency so
/// odd that they would be too small: its bursts come up to a picosecond late.
inline std::uint64_t simple_dram_ticks(const ClockPeriod& period) {
  constexpr std::uint64_t kMostTicks = 1'000'000;  // 64 bits hold 18 s of them
  return period.denominator() <= kMostTicks ? period.denominator() : 1;
}

}  // namespace tilewave
