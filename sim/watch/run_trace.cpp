// Tracks, names and arguments of what the observer hears.
#include "sim/watch/run_trace.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "compiler/base/build_identity.h"
#include "compiler/base/number_text.h"
#include "compiler/program/op_names.h"
#include "models/dram/tile_runs.h"
#include "sim/shares/op_wait.h"

namespace tilewave {
namespace {

constexpr std::uint32_t kMachine = 1;  // processes
constexpr std::uint32_t kTiles = 2;

/// Threads of the machine, in the order in which they are shown; lanes have the numbers behind.
constexpr std::uint64_t kGroup = 1000;
constexpr std::uint64_t kBusThreads = (2 * kEngineCount + 1) * kGroup;
constexpr std::uint64_t kDramThreads = kBusThreads + kGroup;

constexpr std::uint64_t op_thread(Engine engine) {
  return (2 * static_cast<std::uint64_t>(engine) + 1) * kGroup;
}
constexpr std::uint64_t state_thread(Engine engine) { return op_thread(engine) + kGroup; }

struct LevelTrack {
  const char* name;
  const char* unit;
  Engine engine;  // whose queue there has to be
};

/// By Level.
constexpr std::array<LevelTrack, kLevelCount> kLevelTracks = {
    {{"queue load_dma", "ops", Engine::kLoadDma},
     {"queue store_dma", "ops", Engine::kStoreDma},
     {"queue compute", "ops", Engine::kCompute},
     {"queue vector", "ops", Engine::kVector},
     {"bursts load_dma", "bursts", Engine::kLoadDma},
     {"bursts store_dma", "bursts", Engine::kStoreDma},
     {"SRAM", "bytes", Engine::kLoadDma}}};
constexpr const char* kBandwidthCounter = "DRAM bandwidth";

}  // namespace

std::size_t TraceLanes::take(Cycle from, Cycle until) {
  const auto lane =
      std::ranges::find_if(busy_until_, [from](Cycle busy_until) { return busy_until <= from; });
  const auto index = static_cast<std::size_t>(lane - busy_until_.begin());
  if (lane == busy_until_.end()) {
    busy_until_.push_back(until);
  } else {
    *lane = until;
  }
  return index;
}

std::string RunTrace::period_json(const ClockPeriod& period) {
  return period.is_whole() ? std::to_string(period.numerator())
                           : nlohmann::json(period.picoseconds()).dump();
}

void RunTrace::on_begin(const ObservedRun& run) {
  run_.emplace(run);
  levels_.on_begin(run);
  TraceArguments about;
  about.add("program", "tilewave")
      .add("tilewave", version_number())
      .add("build", build_id())
      .add("model", model_)
      .add_json("clock_period_ps", period_json(run.machine.clock_period))
      .add("bandwidth_interval_cycles", kBandwidthCycles);
  writer_.emplace(file_, about);
  writer_->process(kMachine, "tilewave");
  writer_->process(kTiles, "SRAM by address");
  units_ = units_of(run.machine);
  for (const Engine engine : units_.all()) {
    known({kMachine, op_thread(engine)}, to_string(engine), 0);
    known({kMachine, state_thread(engine)}, to_string(engine) + std::string(" state"), 0);
  }
  known({kMachine, kBusThreads}, "bus read", 0);
  known({kMachine, kBusThreads + 1}, "bus write", 0);
  for (std::size_t level = 0; level < kLevelCount; ++level) {
    on_level(static_cast<Level>(level), 0, 0);
  }
  counters_told_.resize(run.counters.all().size());
}

void RunTrace::on_start(std::uint32_t op, Cycle cycle) {
  const Engine engine = units_.account_of(run_->program.ops[op]);
  const std::size_t lane = engines_[static_cast<std::size_t>(engine)].lanes.take(cycle);
  const Track track = known({kMachine, op_thread(engine) + lane}, to_string(engine), lane);
  UnderWay& under_way = under_way_[op];
  under_way.lane = lane;
  find_producers(op, under_way);
  const SramTileId tile = levels_.tiles(op).writes;
  levels_.on_start(op, cycle);
  if (cycle >= counters_due_) {
    tell_counters(cycle);
  }
  if (tile != kNoOp) {
    producers_[tile] = {op, track};
  }
}

/// Whoever wrote the op's operands; the steps of one sum follow each other without.
void RunTrace::find_producers(std::uint32_t op, UnderWay& under_way) const {
  const OpTiles& tiles = levels_.tiles(op);
  for (const SramTileId* tile = tiles.begin(); tile != tiles.end(); ++tile) {
    const bool again = std::find(tiles.begin(), tile, *tile) != tile;
    if (!again && *tile != tiles.writes) {
      under_way.operands[under_way.operand_count++] = producers_.at(*tile);
    }
  }
}

void RunTrace::on_burst(const BurstTimes& burst) {
  tell_bandwidth(burst.dram_to);
  levels_.on_burst(burst);
  if (burst.dram_to >= counters_due_) {
    tell_counters(burst.dram_to);
  }
  bandwidth_bytes_[burst.write ? 1 : 0] += burst.bytes;

  const std::string name = json_text(tile_name(run_->program, burst.op));
  TraceArguments arguments;
  arguments.add("op", burst.op).add_hex("dram", burst.address).add("bytes", burst.bytes);
  writer_->slice({kMachine, kBusThreads + (burst.write ? 1 : 0)}, name, "bus",
                 time(burst.bus_start), time(burst.bus_end), arguments);
  const std::size_t lane = dram_[burst.write ? 1 : 0].take(burst.dram_from, burst.dram_to);
  const Track track = known({kMachine, kDramThreads + (burst.write ? kGroup : 0) + lane},
                            burst.write ? "DRAM write" : "DRAM read", lane);
  writer_->slice(track, name, "dram", time(burst.dram_from), time(burst.dram_to), arguments);
}

void RunTrace::on_complete(std::uint32_t op, Cycle cycle) {
  levels_.on_complete(op, cycle);
  const Engine engine = units_.account_of(run_->program.ops[op]);
  engines_[static_cast<std::size_t>(engine)].lanes.free(under_way_.at(op).lane, cycle);
}

void RunTrace::on_op(std::uint32_t op, const OpTimes& times) {
  const Op& what = run_->program.ops[op];
  const Engine engine = units_.account_of(what);
  TraceArguments arguments;
  arguments.add("op", op)
      .add("tensor", run_->program.tensor(what).name)
      .add("row", what.row)
      .add("col", what.col);
  if (rule_of(what.opcode).has_step) {
    arguments.add("k", what.step);
  }
  add_place(arguments, what);
  arguments.add("cycle", times.start)
      .add("cycles", times.complete - times.start)
      .add("fetched", times.fetched)
      .add("released", times.released);
  add_wait(arguments, op, times);
  const auto node = under_way_.extract(op);
  const UnderWay& under_way = node.mapped();
  const Track track{kMachine, op_thread(engine) + under_way.lane};
  writer_->slice(track, json_text(op_name(run_->program, op)), to_string(engine), time(times.start),
                 time(times.complete), arguments);
  // Behind the slice: viewers bind an arrow's head to what they know of at that time.
  for (std::size_t i = 0; i < under_way.operand_count; ++i) {
    const Producer& producer = under_way.operands[i];
    const Cycle last = run_->completed_at(producer.op) - 1;
    writer_->arrow(arrows_++, producer.track, time(last), track, time(times.start));
  }
  unit_of(op).released = times.released;
}

/// Addresses, and the bytes it moves in or out of SRAM.
void RunTrace::add_place(TraceArguments& arguments, const Op& op) const {
  visit_operands(
      run_->program, op,
      [&](std::size_t, const OperandRule& rule, std::uint32_t address, const TileExtent&) {
        arguments.add_hex(moves_tile(op) ? "sram" : rule.key.data(), address);
      });
  if (rule_of(op.opcode).has_dst) {
    arguments.add_hex(moves_tile(op) ? "sram" : "dst", op.dst);
  }
  if (moves_tile(op)) {
    arguments.add_hex("dram", TilePieces(run_->program, run_->machine.dram.layout, op).next().base);
  }
  std::uint64_t bytes = 0;
  const auto count = [&bytes](std::uint64_t, std::uint64_t more) { bytes += more; };
  visit_sram(run_->program, op, count, count);
  arguments.add("bytes", bytes);
}

/// What the engine did until the op started; and if the op was there and the engine free, for how
/// long other ops held it, and which one was the last.
void RunTrace::add_wait(TraceArguments& arguments, std::uint32_t op, const OpTimes& times) {
  const Engine engine = units_.account_of(run_->program.ops[op]);
  std::deque<Stretch>& before = engines_[static_cast<std::size_t>(engine)].before;
  while (!before.empty() && before.front().to < times.start) {
    before.pop_front();
  }
  if (!before.empty() && before.front().from < times.start) {
    arguments.add("before", to_string(before.front().state));
  }
  const OpWait wait = find_wait(*run_, op, times, unit_of(op).released);
  if (wait.cycles == 0) {
    return;
  }
  arguments.add("held", wait.cycles);
  if (wait.by.exists()) {
    arguments.add("held_by", wait.by.op)
        .add("held_by_op", op_name(run_->program, wait.by.op))
        .add("conflict", to_string(wait.by.kind));
  }
}

void RunTrace::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  EngineTrace& trace = engines_[static_cast<std::size_t>(engine)];
  if (trace.stretch && trace.stretch->state == state) {
    trace.stretch->to = trace.before.back().to = to;
    return;
  }
  tell_stretch(engine);
  trace.stretch = Stretch{state, from, to};
  trace.before.push_back({state, from, to});
}

void RunTrace::tell_stretch(Engine engine) {
  const std::optional<Stretch>& stretch = engines_[static_cast<std::size_t>(engine)].stretch;
  if (stretch) {
    TraceArguments arguments;
    arguments.add("cycle", stretch->from).add("cycles", stretch->to - stretch->from);
    writer_->slice({kMachine, state_thread(engine)},
                   std::string("\"") + to_string(stretch->state) + '"', "state",
                   time(stretch->from), time(stretch->to), arguments);
  }
}

void RunTrace::on_level(Level level, Cycle cycle, std::uint64_t value) {
  const LevelTrack& track = kLevelTracks[static_cast<std::size_t>(level)];
  if (units_.has_queue(track.engine)) {
    TraceArguments values;
    values.add(track.unit, value);
    writer_->counter(kMachine, track.name, time(cycle), values);
  }
}

void RunTrace::on_tile(const TileLife& life) {
  const std::uint64_t thread = 1 + life.address / kSramAlignment;
  const Track track = known({kTiles, thread}, hex(life.address, 4), 0);
  TraceArguments arguments;
  arguments.add("op", life.tile)
      .add_hex("sram", life.address)
      .add("bytes", life.bytes)
      .add("cycle", life.from)
      .add("cycles", life.to - life.from);
  writer_->slice(track, json_text(tile_name(run_->program, life.tile)), "tile", time(life.from),
                 time(life.to), arguments);
  producers_.erase(life.tile);
}

/// Totals are what they are when somebody acts: they are told once in an interval at most, and at the
/// end.
void RunTrace::tell_counters(Cycle now) {
  counters_due_ = now - now % kBandwidthCycles + kBandwidthCycles;
  const auto counters = run_->counters.all();
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const std::uint64_t value = counters[i].value();
    if (value != counters_told_[i]) {
      counters_told_[i] = value;
      TraceArguments values;
      values.add(counters[i].info.unit == "B" ? "bytes" : "count", value);
      writer_->counter(kMachine, counters[i].name(), time(now), values);
    }
  }
}

/// Of all intervals that end by `until`.
void RunTrace::tell_bandwidth(Cycle until) {
  while (bandwidth_from_ + kBandwidthCycles <= until) {
    if (bandwidth_bytes_ != bandwidth_told_ || bandwidth_from_ == 0) {
      const auto rate = [this](std::uint64_t bytes) {
        constexpr double kGigabytesPerBytePerPicosecond = 1e3;
        return nlohmann::json(kGigabytesPerBytePerPicosecond * static_cast<double>(bytes) /
                              (kBandwidthCycles * run_->machine.clock_period.picoseconds()))
            .dump();
      };
      TraceArguments values;
      values.add_json("read_GB_per_s", rate(bandwidth_bytes_[0]))
          .add_json("write_GB_per_s", rate(bandwidth_bytes_[1]));
      writer_->counter(kMachine, kBandwidthCounter, time(bandwidth_from_), values);
    }
    bandwidth_told_ = std::exchange(bandwidth_bytes_, {});
    bandwidth_from_ += kBandwidthCycles;
  }
}

void RunTrace::on_end(Cycle cycles) {
  levels_.on_end(cycles);
  tell_counters(cycles);
  // The last interval is as long as the others, though the run ends in it.
  tell_bandwidth(ceil_div(cycles, kBandwidthCycles) * kBandwidthCycles);
  for (const Engine engine : units_.all()) {
    tell_stretch(engine);
  }
  writer_->finish();
}

RunTrace::EngineTrace& RunTrace::unit_of(std::uint32_t op) {
  return engines_[index_of(units_.queue_of(run_->program.ops[op]))];
}

/// Names the track when it is used first.
Track RunTrace::known(const Track& track, const std::string& group, std::size_t lane) {
  if (tracks_.emplace(track.process, track.thread).second) {
    writer_->track(track, lane == 0 ? group : group + " " + std::to_string(lane + 1));
  }
  return track;
}

}  // namespace tilewave
