// The compute core as the replay has it: step after step, each from the times of those before.
#pragma once

#include <algorithm>
#include <array>

#include "compiler/program/tile_access.h"
#include "models/compute/compute_timing.h"
#include "sim/explain/replay_memory.h"

namespace tilewave {

class ReplayCore {
 public:
  struct Times {
    Cycle start = 0;
    Cycle complete = 0;
  };

  /// All references outlive it.
  ReplayCore(const ComputeTiming& timing, ReplayMemory& memory)
      : timing_(timing), memory_(memory) {}

  /// The next step, between the ones before and after it (null: none), no earlier than `ready`.
  Times step(const Op& op, const Op* before, const Op* after, Cycle ready) {
    const bool chained = before != nullptr && timing_.chains(*before, op);
    Cycle start = std::max(ready, free_);
    if (!timing_.overlaps(chained)) {
      start = std::max(start, complete_);
    }
    if (!chained) {
      start = std::max(start, chain_start_ + preload_);
      chain_start_ = start;
      preload_ = timing_.preload(op);
    }
    const StepTime time = timing_.step(op);
    const bool continues = after != nullptr && timing_.chains(op, *after);
    const Cycle ideal = start + time.interval;
    free_ = std::max(ideal, start + stream_cycles(op, chained, continues));
    stretched_ = stretched_ || free_ > ideal;
    complete_ = std::max(complete_, start + time.duration + (free_ - ideal));
    return {start, complete_};
  }

  /// Some step had to wait for its operands.
  bool stretched() const { return stretched_; }

 private:
  Cycle stream_cycles(const Op& op, bool chained, bool continues) {
    std::array<SramRange, kMostReads + 1> ranges;  // what is read, and what is written
    std::size_t count = 0;
    timing_.visit_streams(op, chained, continues, [&](std::uint32_t address, std::uint64_t bytes) {
      ranges[count++] = {address, bytes};
    });
    return memory_.stream_cycles({ranges.data(), count});
  }

  const ComputeTiming& timing_;
  ReplayMemory& memory_;
  bool stretched_ = false;
  Cycle free_ = 0;      // the next overlapping step may start
  Cycle complete_ = 0;  // of the step before
  Cycle chain_start_ = 0;
  Cycle preload_ = 0;
};

}  // namespace tilewave
