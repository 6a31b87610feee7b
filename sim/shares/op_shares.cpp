// Goes through the states of an engine and its ops side by side.
#include "sim/shares/op_shares.h"

#include <algorithm>
#include <limits>

namespace tilewave {

void OpShares::on_begin(const Program& program, const Units& units) {
  program_ = &program;
  units_ = units;
  queues_ = {};
  for (const Op& op : program.ops) {
    ++queue_of(units.account_of(op)).ops_to_come;
  }
}

void OpShares::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  queue_of(engine).stretches.push_back({state, from, to});
  settle(engine);
}

void OpShares::on_op(std::uint32_t op, const OpTimes& times) {
  const Engine engine = units_.account_of(program_->ops[op]);
  EngineQueue& queue = queue_of(engine);
  const bool last = --queue.ops_to_come == 0;
  queue.holds.push_back({op, last ? std::max(times.released, times.complete) : times.released});
  settle(engine);
}

void OpShares::on_end() {
  for (std::size_t i = 0; i < kEngineCount; ++i) {
    EngineQueue& queue = queues_[i];
    for (const Hold& hold : queue.holds) {
      give(static_cast<Engine>(i), hold.op, hold.until);
      sink_.on_settled(hold.op);
    }
    queue.holds.clear();
    give(static_cast<Engine>(i), kNoOp, std::numeric_limits<Cycle>::max());
  }
}

void OpShares::settle(Engine engine) {
  EngineQueue& queue = queue_of(engine);
  while (!queue.holds.empty()) {
    const Hold hold = queue.holds.front();
    give(engine, hold.op, hold.until);
    if (queue.given < hold.until) {
      return;
    }
    queue.holds.pop_front();
    sink_.on_settled(hold.op);
  }
}

/// What is told of the engine's time before `until`.
void OpShares::give(Engine engine, std::uint32_t op, Cycle until) {
  EngineQueue& queue = queue_of(engine);
  while (!queue.stretches.empty() && queue.stretches.front().from < until) {
    Stretch& stretch = queue.stretches.front();
    const Cycle end = std::min(stretch.to, until);
    sink_.on_share(engine, op, stretch.state, stretch.from, end);
    queue.given = stretch.from = end;
    if (stretch.from == stretch.to) {
      queue.stretches.pop_front();
    }
  }
}

}  // namespace tilewave
