// Joins neighbouring stretches of one op and one cause, and keeps the longest.
#include "sim/pages/longest_stalls.h"

#include <iterator>
#include <tuple>

namespace tilewave {
namespace {

bool is_stall(EngineState state) {
  return state >= EngineState::kWaitData && state <= EngineState::kWaitDram;
}

}  // namespace

bool LongestStalls::Longer::operator()(const Stall& a, const Stall& b) const {
  return std::tuple(b.cycles(), a.from) < std::tuple(a.cycles(), b.from);
}

void LongestStalls::on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from,
                             Cycle to) {
  EngineStalls& stalls = engines_[index_of(engine)];
  std::optional<Stall>& stall = stalls.open;
  if (stall && stall->op == op && stall->state == state && stall->to == from) {
    stall->to = to;
    return;
  }
  close(stalls);
  if (op != kNoOp && is_stall(state)) {
    stall = Stall{engine, state, op, from, to};
  }
}

void LongestStalls::finish() {
  for (EngineStalls& stalls : engines_) {
    close(stalls);
  }
}

std::vector<Stall> LongestStalls::all() const {
  std::vector<Stall> all;
  for (const EngineStalls& stalls : engines_) {
    all.insert(all.end(), stalls.longest.begin(), stalls.longest.end());
  }
  return all;
}

void LongestStalls::close(EngineStalls& stalls) {
  if (stalls.open) {
    stalls.longest.insert(*stalls.open);
    if (stalls.longest.size() > kLongest) {
      stalls.longest.erase(std::prev(stalls.longest.end()));
    }
    stalls.open.reset();
  }
}

}  // namespace tilewave
