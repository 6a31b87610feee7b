// Between the kernel's picoseconds and the models' whole core cycles.
#pragma once

#include <systemc>

#include "compiler/program/tensor.h"
#include "models/time.h"

namespace tilewave {

/// The order in which units act within one cycle: each at a picosecond of its own behind the edge,
/// so that who goes first is stated here and not left to the kernel's queues.
enum class Phase : std::uint8_t { kDram, kLoadDma, kStoreDma, kCompute, kVector, kSequencer };
inline constexpr std::size_t kPhaseCount = 6;

class CoreClock {
 public:
  explicit CoreClock(Picoseconds period) : period_(period) {}
  CoreClock(const CoreClock&) = delete;  // modules share one
  CoreClock& operator=(const CoreClock&) = delete;

  Picoseconds period() const { return period_; }
  Picoseconds picoseconds(Cycle cycle) const { return cycle * period_; }
  /// The first cycle that begins at or after `time`.
  Cycle cycle_at(Picoseconds time) const { return ceil_div(time, period_); }
  /// The cycle the kernel's time lies in.
  Cycle now() const { return sc_core::sc_time_stamp().value() / period_; }
  /// From now to a unit's turn in `cycle`; zero if it is over.
  sc_core::sc_time until(Cycle cycle, Phase phase) const {
    const Picoseconds now = sc_core::sc_time_stamp().value();
    const Picoseconds then = picoseconds(cycle) + static_cast<Picoseconds>(phase);
    return sc_core::sc_time::from_value(then > now ? then - now : 0);
  }

  /// The way in which modules notify a unit at its turn in a cycle, now or later.
  void notify(sc_core::sc_event& event, Cycle cycle, Phase phase) const {
    ++notifications_;
    event.notify(until(cycle, phase));
  }
  /// Rises with every notification: while it stands still, the kernel's next activity does too, as
  /// long as one process keeps running.
  std::uint64_t notifications() const { return notifications_; }

 private:
  Picoseconds period_;
  mutable std::uint64_t notifications_ = 0;
};

}  // namespace tilewave
