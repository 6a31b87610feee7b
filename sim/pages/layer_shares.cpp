// Goes through the states of an engine and its ops side by side.
#include "sim/pages/layer_shares.h"

#include <algorithm>
#include <tuple>

namespace tilewave {
namespace {

bool is_stall(EngineState state) {
  return state >= EngineState::kWaitData && state <= EngineState::kWaitDram;
}

}  // namespace

bool LayerShares::Longer::operator()(const Stall& a, const Stall& b) const {
  return std::tuple(b.cycles(), a.from) < std::tuple(a.cycles(), b.from);
}

LayerShares::LayerShares(const Layers& layers)
    : layers_(layers), cycles_(layers.all.size() + 1, StateCycles{}) {}

void LayerShares::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  queues_[static_cast<std::size_t>(engine)].stretches.push_back({state, from, to});
  settle(engine);
}

void LayerShares::on_op(Engine engine, std::uint32_t op, const OpTimes& times) {
  EngineQueue& queue = queues_[static_cast<std::size_t>(engine)];
  if (queue.any) {
    queue.holds.push_back(queue.last);
  }
  queue.any = true;
  queue.last = {op, times.released};
  queue.last_complete = times.complete;
  settle(engine);
}

void LayerShares::on_end() {
  for (std::size_t i = 0; i < kEngineCount; ++i) {
    const auto engine = static_cast<Engine>(i);
    EngineQueue& queue = queues_[i];
    if (queue.any) {
      queue.holds.push_back({queue.last.op, std::max(queue.last.until, queue.last_complete)});
    }
    settle(engine);
    for (const Stretch& rest : queue.stretches) {
      give(engine, nullptr, rest.state, rest.from, rest.to);
    }
    queue.stretches.clear();
    close_stall(queue);
  }
}

std::vector<Stall> LayerShares::longest() const {
  std::vector<Stall> all;
  for (const EngineQueue& queue : queues_) {
    all.insert(all.end(), queue.longest.begin(), queue.longest.end());
  }
  return all;
}

void LayerShares::settle(Engine engine) {
  EngineQueue& queue = queues_[static_cast<std::size_t>(engine)];
  while (!queue.stretches.empty() && !queue.holds.empty()) {
    Stretch& stretch = queue.stretches.front();
    const Hold hold = queue.holds.front();
    if (stretch.from >= hold.until) {
      queue.holds.pop_front();
      continue;
    }
    const Cycle end = std::min(stretch.to, hold.until);
    give(engine, &hold, stretch.state, stretch.from, end);
    stretch.from = end;
    if (stretch.from == stretch.to) {
      queue.stretches.pop_front();
    }
  }
}

void LayerShares::give(Engine engine, const Hold* hold, EngineState state, Cycle from, Cycle to) {
  const std::size_t layer = hold != nullptr ? layers_.of_op[hold->op] : layers_.all.size();
  cycles_[layer][static_cast<std::size_t>(engine)][static_cast<std::size_t>(state)] += to - from;
  note_stall(engine, hold, state, from, to);
}

void LayerShares::note_stall(Engine engine, const Hold* hold, EngineState state, Cycle from,
                             Cycle to) {
  EngineQueue& queue = queues_[static_cast<std::size_t>(engine)];
  std::optional<Stall>& stall = queue.stall;
  if (stall && hold != nullptr && stall->op == hold->op && stall->state == state &&
      stall->to == from) {
    stall->to = to;
    return;
  }
  close_stall(queue);
  if (hold != nullptr && is_stall(state)) {
    stall = Stall{engine, state, hold->op, from, to};
  }
}

void LayerShares::close_stall(EngineQueue& queue) {
  if (queue.stall) {
    queue.longest.insert(*queue.stall);
    if (queue.longest.size() > kLongest) {
      queue.longest.erase(std::prev(queue.longest.end()));
    }
    queue.stall.reset();
  }
}

}  // namespace tilewave
