// Between the kernel's time and the machine's whole core cycles.
#pragma once

#include <systemc>

#include "compiler/program/tensor.h"
#include "models/clock_period.h"

namespace tilewave {

/// The order in which units act within one cycle: each at a picosecond of its own behind the edge,
/// so that who goes first is stated here and not left to the kernel's queues.
enum class Phase : std::uint8_t { kDram, kLoadDma, kStoreDma, kCompute, kVector, kSequencer };
inline constexpr std::size_t kPhaseCount = 6;

/// Cycles are the machine's time. The kernel only has to keep them and their phases in order: its
/// picoseconds are the true ones where the period is a whole number of them and stand for a cycle
/// of kKernelPeriod where it is not.
class CoreClock {
 public:
  explicit CoreClock(ClockPeriod period)
      : period_(period), kernel_period_(period.is_whole() ? period.numerator() : kKernelPeriod) {}
  CoreClock(const CoreClock&) = delete;  // modules share one
  CoreClock& operator=(const CoreClock&) = delete;

  const ClockPeriod& period() const { return period_; }
  /// When a cycle begins for the kernel, and how long it lasts there.
  Picoseconds kernel_time(Cycle cycle) const { return cycle * kernel_period_; }
  /// The cycle the kernel's time lies in.
  Cycle now() const { return sc_core::sc_time_stamp().value() / kernel_period_; }
  /// From now to a unit's turn in `cycle`; zero if it is over.
  sc_core::sc_time until(Cycle cycle, Phase phase) const {
    const Picoseconds now = sc_core::sc_time_stamp().value();
    const Picoseconds then = kernel_time(cycle) + static_cast<Picoseconds>(phase);
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
  static constexpr Picoseconds kKernelPeriod = 16;  // room for the phases

  ClockPeriod period_;
  Picoseconds kernel_period_;
  mutable std::uint64_t notifications_ = 0;
};

}  // namespace tilewave
