// The queue between the sequencer and one engine: bounded, in order, with back-pressure.
#pragma once

#include <deque>
#include <systemc>

#include "platform/systemc/core_clock.h"

namespace tilewave {

/// The sequencer may push an op before its fetch cycle as long as there is room now: room never
/// shrinks by itself, so `ready` alone says when the op is there.
struct QueuedOp {
  std::uint32_t op = 0;
  Cycle ready = 0;       ///< fetched in this cycle
  Cycle held_until = 0;  ///< the sequencer was last held by a full queue or a completion until then
};

class OpQueue {
 public:
  explicit OpQueue(std::size_t depth) : depth_(depth) {}

  bool full() const { return ops_.size() == depth_; }
  bool empty() const { return ops_.empty(); }

  void push(const QueuedOp& op) {
    ops_.push_back(op);
    pushed_.notify();
  }

  /// The head, if there is one, stays until pop().
  const QueuedOp& front() const { return ops_.front(); }
  void pop() {
    ops_.pop_front();
    popped_.notify();
  }

  const sc_core::sc_event& pushed() const { return pushed_; }
  const sc_core::sc_event& popped() const { return popped_; }

 private:
  std::size_t depth_;
  std::deque<QueuedOp> ops_;
  sc_core::sc_event pushed_;
  sc_core::sc_event popped_;
};

}  // namespace tilewave
