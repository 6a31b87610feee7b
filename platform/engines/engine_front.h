// The front of every engine: it takes ops from its queue in order, and waits until the head's
// conflicts are over. What the engine does then is its own business.
#pragma once

#include <algorithm>
#include <cstdint>
#include <systemc>

#include "models/accounting/cycle_ledger.h"
#include "platform/engines/engine_context.h"
#include "platform/engines/op_queue.h"

namespace tilewave {

/// Its methods suspend the calling SC_THREAD. `account(state, until)` gets the time that passed.
class EngineFront {
 public:
  EngineFront(const EngineContext& context, OpQueue& queue, Phase phase)
      : context_(context), queue_(queue), phase_(phase) {}

  /// The head of the queue, as soon as it is there; it stays until pop().
  template <typename Account>
  std::uint32_t head(Account&& account) {
    while (queue_.empty()) {
      sc_core::wait(queue_.pushed());
    }
    const QueuedOp head = queue_.front();
    if (head.ready > context_.clock.now()) {
      sc_core::wait(context_.clock.until(head.ready, phase_));
    }
    const Cycle now = context_.clock.now();
    account(EngineState::kWaitQueue, std::min(now, head.held_until));
    account(EngineState::kIdle, now);
    return head.op;
  }

  void pop() { queue_.pop(); }

  /// Until every earlier op that `op` conflicts with is complete.
  template <typename Account>
  void wait_for_hazards(std::uint32_t op, Account&& account) {
    const auto wait_for = [&](bool read_after_write, EngineState cause) {
      for (const Hazard& hazard : context_.hazards[op]) {
        if (hazard.exists() && (hazard.kind == HazardKind::kReadAfterWrite) == read_after_write) {
          context_.scoreboard.wait_for(hazard.op, phase_);
        }
      }
      account(cause, context_.clock.now());
    };
    wait_for(true, EngineState::kWaitData);
    wait_for(false, EngineState::kWaitSpace);
  }

 private:
  const EngineContext& context_;
  OpQueue& queue_;
  Phase phase_;
};

}  // namespace tilewave
