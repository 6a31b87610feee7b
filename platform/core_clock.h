// Between the kernel's picoseconds and the models' whole core cycles.
#pragma once

#include <systemc>

#include "compiler/tensor.h"
#include "models/machine.h"

namespace tilewave {

class CoreClock {
 public:
  explicit CoreClock(Picoseconds period) : period_(period) {}
  CoreClock(const CoreClock&) = delete;  // modules share one
  CoreClock& operator=(const CoreClock&) = delete;

  Picoseconds period() const { return period_; }
  Picoseconds picoseconds(Cycle cycle) const { return cycle * period_; }
  /// The first cycle that begins at or after `time`.
  Cycle cycle_at(Picoseconds time) const { return ceil_div(time, period_); }
  Cycle now() const { return cycle_at(sc_core::sc_time_stamp().value()); }
  /// From now to the beginning of `cycle`; zero if it has begun.
  sc_core::sc_time until(Cycle cycle) const {
    const Picoseconds now = sc_core::sc_time_stamp().value();
    const Picoseconds then = picoseconds(cycle);
    return sc_core::sc_time::from_value(then > now ? then - now : 0);
  }


  /// The way in which modules notify each other at a cycle, now or later.
  void notify(sc_core::sc_event& event, Cycle cycle) const {
    ++notifications_;
    event.notify(until(cycle));
  }
  /// Rises with every notification: while it stands still, the kernel's next activity does too, as
  /// long as one process keeps running.
  std::uint64_t notifications() const { return notifications_; }

 private:
  Picoseconds period_;
  mutable std::uint64_t notifications_ = 0;
};

}  // namespace tilewave
