// Which ops are complete, and when. Engines ask it before they start an op and tell it when they
// know an op's end, which may lie ahead.
#pragma once

#include <array>
#include <string>
#include <systemc>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/program/hazards.h"
#include "platform/systemc/core_clock.h"

namespace tilewave {

class Scoreboard {
 public:
  static constexpr Cycle kUnknown = ~Cycle{0};

  Scoreboard(const CoreClock& clock, std::size_t op_count)
      : clock_(clock), completed_at_(op_count, kUnknown) {}

  /// The cycle in which `op` is complete, if an engine has committed to it.
  Cycle completed_at(std::uint32_t op) const { return completed_at_[op]; }

  /// `op` is complete at `cycle` (now or later). Each engine completes its ops in program order.
  void complete(std::uint32_t op, Cycle cycle) {
    completed_at_[op] = cycle;
    last_completion_ = std::max(last_completion_, cycle);
    ++completed_;
    for (std::size_t seat = 0; seat < waiters_.size(); ++seat) {
      if (waiters_[seat].op == op) {
        clock_.notify(waiters_[seat].event, cycle, static_cast<Phase>(seat));
      }
    }
  }

  bool is_complete(std::uint32_t op) const {
    return completed_at_[op] != kUnknown && completed_at_[op] <= clock_.now();
  }

  /// An event for the moment when `op`, which is not complete yet, is, at the turn of `unit`.
  /// One per unit at a time.
  const sc_core::sc_event& when_complete(std::uint32_t op, Phase unit) {
    Waiter& waiter = waiters_[static_cast<std::size_t>(unit)];
    waiter.op = op;
    if (completed_at_[op] != kUnknown) {
      clock_.notify(waiter.event, completed_at_[op], unit);
    }
    return waiter.event;
  }

  /// Suspends the calling SC_THREAD until `op` is complete.
  void wait_for(std::uint32_t op, Phase unit) {
    if (!is_complete(op)) {
      sc_core::wait(when_complete(op, unit));
    }
  }

  /// An engine is about to start `op`: all that it depends on must be complete. Throws
  /// InternalError.
  void check_start(std::uint32_t op, const OpHazards& hazards) const {
    for (const Hazard& hazard : hazards) {
      if (hazard.exists() && !is_complete(hazard.op)) {
        throw InternalError("invariant broken: op " + std::to_string(op) + " starts at cycle " +
                            std::to_string(clock_.now()) + ", before op " +
                            std::to_string(hazard.op) + " is complete (" + to_string(hazard.kind) +
                            ")");
      }
    }
  }

  std::uint64_t completed() const { return completed_; }
  Cycle last_completion() const { return last_completion_; }

 private:
  struct Waiter {
    std::uint32_t op = kNoOp;
    sc_core::sc_event event;
  };

  const CoreClock& clock_;
  std::vector<Cycle> completed_at_;
  std::array<Waiter, kPhaseCount> waiters_;  // by Phase
  std::uint64_t completed_ = 0;
  Cycle last_completion_ = 0;
};

}  // namespace tilewave
