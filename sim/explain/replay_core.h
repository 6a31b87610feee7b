// The compute core as the replay has it: step after step, each from the times of those before.
#pragma once

#include <algorithm>

#include "models/compute_timing.h"
#include "sim/explain/replay_memory.h"
#include "sim/explain/tile_access.h"

namespace tilewave {

class ReplayCore {
 public:
  struct Times {
    Cycle start = 0;
    Cycle complete = 0;
  };

  /// All references outlive it.
  ReplayCore(const Program& program, const ComputeTiming& timing, const ReplayMemory& memory)
      : program_(program), timing_(timing), memory_(memory) {}

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
    free_ = std::max(ideal, start + memory_.stream_cycles(streamed(op, chained, continues)));
    complete_ = std::max(complete_, start + time.duration + (free_ - ideal));
    return {start, complete_};
  }

 private:
  std::uint64_t streamed(const Op& op, bool chained, bool continues) const {
    const ComputeTiming::Streams streams = timing_.streams(op, chained, continues);
    const std::uint64_t result = written_bytes(program_, op);
    return (streams.a ? left_bytes(program_, op) : 0) +
           (streams.b ? right_bytes(program_, op) : 0) + (streams.dst_read ? result : 0) +
           (streams.dst_write ? result : 0);
  }

  const Program& program_;
  const ComputeTiming& timing_;
  const ReplayMemory& memory_;
  Cycle free_ = 0;      // the next overlapping step may start
  Cycle complete_ = 0;  // of the step before
  Cycle chain_start_ = 0;
  Cycle preload_ = 0;
};

}  // namespace tilewave
