// Steps are held back until their time has come, and then told in order.
#include "sim/watch/run_levels.h"

namespace tilewave {

void RunLevels::on_begin(const ObservedRun& run) {
  program_ = &run.program;
  units_ = units_of(run.machine);
  tiles_.emplace(run.program);
}

void RunLevels::on_fetch(std::uint32_t op, Cycle cycle) {
  tiles_->fetched(op);
  expect(Kind::kFetch, op, cycle);
}

void RunLevels::on_issue(std::uint32_t op, Cycle cycle) { expect(Kind::kIssue, op, cycle); }

void RunLevels::on_complete(std::uint32_t op, Cycle cycle) { expect(Kind::kComplete, op, cycle); }

void RunLevels::on_start(std::uint32_t op, Cycle cycle) {
  advance(cycle);
  change(queue_of(op), cycle, -1);
  tell_tiles(tiles_->started(op, cycle), cycle);
}

void RunLevels::on_burst(const BurstTimes& burst) {
  advance(burst.dram_to);
  change(bursts_of(burst.op), burst.dram_to, -1);
}

void RunLevels::on_end(Cycle cycles) { advance(cycles); }

void RunLevels::expect(Kind kind, std::uint32_t op, Cycle cycle) {
  ahead_.push({cycle, told_++, kind, op});
}

void RunLevels::advance(Cycle now) {
  while (!ahead_.empty() && ahead_.top().cycle <= now) {
    const Event event = ahead_.top();
    ahead_.pop();
    happen(event);
  }
  now_ = now;
}

void RunLevels::happen(const Event& event) {
  switch (event.kind) {
    case Kind::kFetch: change(queue_of(event.op), event.cycle, 1); break;
    case Kind::kIssue: change(bursts_of(event.op), event.cycle, 1); break;
    case Kind::kComplete: tell_tiles(tiles_->completed(event.op, event.cycle), event.cycle); break;
  }
}

void RunLevels::change(Level level, Cycle cycle, std::int64_t by) {
  std::uint64_t& value = values_[static_cast<std::size_t>(level)];
  value += static_cast<std::uint64_t>(by);
  sink_.on_level(level, cycle, value);
}

void RunLevels::tell_tiles(const std::vector<TileLife>& gone, Cycle cycle) {
  for (const TileLife& life : gone) {
    sink_.on_tile(life);
  }
  std::uint64_t& value = values_[static_cast<std::size_t>(Level::kSramBytes)];
  if (value != tiles_->bytes()) {
    value = tiles_->bytes();
    sink_.on_level(Level::kSramBytes, cycle, value);
  }
}

Level queue_level(Engine engine) {
  constexpr std::array<Level, kEngineCount> kLevels = {Level::kLoadQueue, Level::kStoreQueue,
                                                       Level::kComputeQueue, Level::kVectorQueue};
  return kLevels.at(index_of(engine));
}

Level RunLevels::queue_of(std::uint32_t op) const {
  return queue_level(units_.queue_of(program_->ops[op]));
}

Level RunLevels::bursts_of(std::uint32_t op) const {
  return units_.queue_of(program_->ops[op]) == Engine::kStoreDma ? Level::kStoreBursts
                                                                 : Level::kLoadBursts;
}

}  // namespace tilewave
