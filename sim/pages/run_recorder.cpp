// Turns what the observer hears into rows, and into sums once there are too many.
#include "sim/pages/run_recorder.h"

#include <algorithm>
#include <cmath>

#include "models/dram/bandwidth.h"

namespace tilewave {

RunRecorder::RunRecorder(const Program& program, std::uint64_t most_ops) : program_(program) {
  if (program.ops.size() <= most_ops) {
    detail_.emplace();
    detail_->ops.resize(program.ops.size());
  }
}

void RunRecorder::on_begin(const ObservedRun& run) {
  levels_.on_begin(run);
  account_.on_begin(run);
  channel_bytes_per_cycle_ = channel_peak_bytes_per_second(run.machine.dram) * 1e-12 *
                             run.machine.clock_period.picoseconds();
}

Cycle RunRecorder::transfer_cycles(std::uint32_t bytes) const {
  return static_cast<Cycle>(std::ceil(static_cast<double>(bytes) / channel_bytes_per_cycle_));
}

void RunRecorder::on_burst(const BurstTimes& burst) {
  levels_.on_burst(burst);
  // Before its bytes move, a burst waits: they are counted where the DRAM can have moved them.
  const Cycle moving = std::min(transfer_cycles(burst.bytes), burst.dram_to - burst.dram_from);
  (burst.write ? dram_writes_ : dram_reads_)
      .spread(burst.dram_to - moving, burst.dram_to, burst.bytes);
}

void RunRecorder::on_op(std::uint32_t op, const OpTimes& times) {
  account_.on_op(op, times);
  if (detail_) {
    detail_->ops[op] = times;
  }
}

void RunRecorder::on_level(Level level, Cycle /*cycle*/, std::uint64_t value) {
  if (level == Level::kSramBytes) {
    peak_live_bytes_ = std::max(peak_live_bytes_, value);
  }
}

void RunRecorder::on_tile(const TileLife& life) {
  live_bytes_.hold(life.from, life.to, life.bytes);
  if (detail_) {
    detail_->tiles.push_back(life);
  }
}

void RunRecorder::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  account_.on_state(engine, state, from, to);
  states_[static_cast<std::size_t>(engine)][static_cast<std::size_t>(state)].hold(from, to);
  if (detail_) {
    keep_stretch(engine, state, to - from);
  }
}

void RunRecorder::keep_stretch(Engine engine, EngineState state, Cycle cycles) {
  std::vector<StateStretch>& stretches = detail_->states[static_cast<std::size_t>(engine)];
  if (!stretches.empty() && stretches.back().state == state) {
    stretches.back().cycles += cycles;
    return;
  }
  stretches.push_back({state, cycles});
  if (++stretches_ > kMostStretches) {
    detail_.reset();
  }
}

void RunRecorder::on_end(Cycle cycles) {
  levels_.on_end(cycles);
  account_.on_end(cycles);
  stalls_.finish();
  for (TimeBins* bins : {&dram_reads_, &dram_writes_, &live_bytes_}) {
    bins->cover(cycles);
  }
  for (auto& engine : states_) {
    for (TimeBins& bins : engine) {
      bins.cover(cycles);
    }
  }
}

}  // namespace tilewave
