// Keeps the ops under way and tells each event in full when its last part is known.
#include "platform/engines/observer_feed.h"

#include <algorithm>
#include <systemc>

#include "compiler/base/error.h"
#include "platform/systemc/simulation_context.h"

namespace tilewave {

ObserverFeed::ObserverFeed(RunObserver& observer, const Program& program,
                           const MachineConfig& machine)
    : observer_(observer), program_(program), units_(units_of(machine)) {
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    engines_[i].feed = this;
    engines_[i].engine = static_cast<Engine>(i);
  }
}

template <typename Tell>
void ObserverFeed::tell(Tell&& tell) {
  if (error_ != nullptr) {
    return;
  }
  back_on_main_stack();  // if a method calls, whatever ran before
  try {
    tell(observer_);
  } catch (...) {
    // Through the kernel it would not come out as it was.
    error_ = std::current_exception();
    if (sc_core::sc_is_running()) {
      sc_core::sc_pause();
    }
  }
}

void ObserverFeed::begin(const ObservedRun& run) {
  tell([&](RunObserver& observer) { observer.on_begin(run); });
}

void ObserverFeed::fetched(std::uint32_t op, Cycle cycle) {
  queue_of(op).push_back({op, {.fetched = cycle}});
  tell([&](RunObserver& observer) { observer.on_fetch(op, cycle); });
}

void ObserverFeed::started(std::uint32_t op, Cycle cycle) {
  under_way(op).times.start = cycle;
  tell([&](RunObserver& observer) { observer.on_start(op, cycle); });
}

void ObserverFeed::issued(std::uint32_t op, Cycle cycle) {
  tell([&](RunObserver& observer) { observer.on_issue(op, cycle); });
}

void ObserverFeed::on_request(const DramRequest& request, Cycle now) {
  tell([&](RunObserver& observer) { observer.on_request(request, now); });
}

void ObserverFeed::burst(const BurstTimes& burst) {
  tell([&](RunObserver& observer) { observer.on_burst(burst); });
}

void ObserverFeed::released(std::uint32_t op, Cycle cycle) {
  OpUnderWay& entry = under_way(op);
  entry.times.released = cycle;
  entry.released = true;
  tell_finished(op);
}

void ObserverFeed::completed(std::uint32_t op, Cycle cycle) {
  OpUnderWay& entry = under_way(op);
  entry.times.complete = cycle;
  entry.complete = true;
  tell([&](RunObserver& observer) { observer.on_complete(op, cycle); });
  tell_finished(op);
}

void ObserverFeed::end(Cycle cycles) {
  tell([&](RunObserver& observer) { observer.on_end(cycles); });
}

void ObserverFeed::EngineStates::on_state(EngineState state, Cycle from, Cycle to) {
  feed->tell([&](RunObserver& observer) { observer.on_state(engine, state, from, to); });
}

std::deque<ObserverFeed::OpUnderWay>& ObserverFeed::queue_of(std::uint32_t op) {
  return queues_[index_of(units_.queue_of(program_.ops[op]))];
}

/// Those that an engine works on stand in front of those that wait for it.
ObserverFeed::OpUnderWay& ObserverFeed::under_way(std::uint32_t op) {
  std::deque<OpUnderWay>& queue = queue_of(op);
  const auto entry = std::ranges::find(queue, op, &OpUnderWay::op);
  if (entry == queue.end()) {
    throw InternalError("op " + std::to_string(op) + " is not under way");
  }
  return *entry;
}

void ObserverFeed::tell_finished(std::uint32_t op) {
  std::deque<OpUnderWay>& queue = queue_of(op);
  while (!queue.empty() && queue.front().released && queue.front().complete) {
    const OpUnderWay entry = queue.front();
    queue.pop_front();
    tell([&](RunObserver& observer) { observer.on_op(entry.op, entry.times); });
  }
}

}  // namespace tilewave
