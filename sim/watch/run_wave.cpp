// The signals and their values at each change.
#include "sim/watch/run_wave.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "compiler/program/op_names.h"
#include "platform/watch/machine_counters.h"
#include "sim/base/text_table.h"
#include "sim/base/units.h"

namespace tilewave {
namespace {

// The signals of an engine, by distance from its first.
constexpr WaveSignal kState = 1;
constexpr WaveSignal kStateCode = 2;
constexpr WaveSignal kOp = 3;
constexpr WaveSignal kOpIndex = 4;

constexpr std::uint32_t kStateBits = 4;
constexpr std::uint32_t kIndexBits = 32;
constexpr std::uint32_t kTotalBits = 64;
constexpr std::uint32_t kString = 0;
constexpr std::uint64_t kNoOpIndex = (std::uint64_t{1} << kIndexBits) - 1;  // kNoOp

}  // namespace

void RunWave::on_begin(const ObservedRun& run) {
  run_.emplace(run);
  levels_.on_begin(run);
  if (choice_.ops) {
    if (choice_.ops->last >= run.program.ops.size()) {
      throw InputError(choice_.text + ": the program has " +
                       count_text(run.program.ops.size(), "op") + ", counted from 0");
    }
    from_ = kNever;
    ops_to_come_ = choice_.ops->last - choice_.ops->first + std::uint64_t{1};
  } else if (choice_.times) {
    from_ = choice_.times->from.time(run.machine.clock_period);
    to_ = choice_.times->to.time(run.machine.clock_period);
  }
  add_signals();
  std::string legend = "state_code:";
  for (int state = 0; state < kEngineStateCount; ++state) {
    legend += " " + std::to_string(state) + "=" + to_string(static_cast<EngineState>(state));
  }
  vcd_.begin(legend);
}

bool RunWave::shown(const std::string& scope) const {
  return std::ranges::find(choice_.scopes, scope) != choice_.scopes.end();
}

WaveSignal RunWave::add(const std::string& scope, const std::string& name, std::uint32_t bits,
                        Form form) {
  signals_.push_back({form, 0, 0});
  return vcd_.add(scope, name, bits);
}

void RunWave::add_signals() {
  units_ = units_of(run_->machine);
  for (const Engine engine : units_.all()) {
    add_engine(engine);
  }
  if (shown("queues")) {
    for (const Engine engine : units_.all()) {
      if (units_.has_queue(engine)) {
        level_signals_[static_cast<std::size_t>(queue_level(engine))] =
            add("queues", to_string(engine), kIndexBits);
      }
    }
  }
  for (const std::string_view scope : run_->counters.scopes()) {
    if (!is_unit(scope)) {
      add_memory(std::string(scope));
    }
  }
}

/// What is neither a unit nor the queues: its level, if it has one, and its counters.
void RunWave::add_memory(const std::string& scope) {
  if (scope == "sram" && shown(scope)) {
    level_signals_[static_cast<std::size_t>(Level::kSramBytes)] =
        add(scope, "live_bytes", kTotalBits);
  }
  add_counters(scope);
}

void RunWave::add_counters(const std::string& scope) {
  for (const Counter& counter : run_->counters.all()) {
    if (counter.scope == scope && shown(scope)) {
      totals_.push_back({counter.at, add(scope, std::string(counter.info.key), kTotalBits), 0});
    }
  }
}

void RunWave::add_engine(Engine engine) {
  const std::string scope = to_string(engine);
  if (!shown(scope)) {
    return;
  }
  EngineSignals& signals = engines_[static_cast<std::size_t>(engine)];
  signals.busy = add(scope, "busy", 1);
  add(scope, "state", kString, Form::kState);
  add(scope, "state_code", kStateBits);
  signals_[add(scope, "op", kString, Form::kOp)].value = kNoOpIndex;
  signals_[add(scope, "op_index", kIndexBits)].value = kNoOpIndex;
  const bool own_bursts =
      (engine == Engine::kLoadDma || engine == Engine::kStoreDma) && units_.has_queue(engine);
  if (own_bursts) {
    level_signals_[static_cast<std::size_t>(engine == Engine::kLoadDma ? Level::kLoadBursts
                                                                       : Level::kStoreBursts)] =
        add(scope, "outstanding", kIndexBits);
  }
  add_counters(scope);
}

void RunWave::on_start(std::uint32_t op, Cycle cycle) {
  if (from_ == kNever && in_window(op)) {
    from_ = time(cycle);
  }
  levels_.on_start(op, cycle);
  const Engine engine = units_.account_of(run_->program.ops[op]);
  if (const auto busy = engines_[static_cast<std::size_t>(engine)].busy) {
    change(*busy + kOp, cycle, op);
    change(*busy + kOpIndex, cycle, op);
  }
  sample_totals(cycle);
  settle(cycle);
}

void RunWave::on_burst(const BurstTimes& burst) {
  levels_.on_burst(burst);
  sample_totals(burst.dram_to);
  settle(burst.dram_to);
}

void RunWave::on_complete(std::uint32_t op, Cycle cycle) {
  levels_.on_complete(op, cycle);
  const Engine engine = units_.account_of(run_->program.ops[op]);
  if (const auto busy = engines_[static_cast<std::size_t>(engine)].busy) {
    change(*busy + kOp, cycle, op, true);
  }
  if (in_window(op)) {
    last_completion_ = std::max(last_completion_, cycle);
    if (--ops_to_come_ == 0) {
      to_ = time(last_completion_);
    }
  }
}

void RunWave::on_state(Engine engine, EngineState state, Cycle from, Cycle to) {
  EngineSignals& signals = engines_[static_cast<std::size_t>(engine)];
  signals.accounted = to;
  if (signals.busy) {
    const auto code = static_cast<std::uint64_t>(state);
    change(*signals.busy, from, state == EngineState::kBusy ? 1 : 0);
    change(*signals.busy + kState, from, code);
    change(*signals.busy + kStateCode, from, code);
  }
}

void RunWave::on_level(Level level, Cycle cycle, std::uint64_t value) {
  if (const auto signal = level_signals_[static_cast<std::size_t>(level)]) {
    change(*signal, cycle, value);
  }
}

void RunWave::on_end(Cycle cycles) {
  if (choice_.times && from_ >= time(cycles)) {
    throw InputError(choice_.text + ": the run ends at " + print_time(time(cycles)) + ", after " +
                     count_text(cycles, "cycle"));
  }
  levels_.on_end(cycles);
  sample_totals(cycles);
  apply_until(cycles + 1);
  if (!begun_) {
    begin_dump();
  }
  to_ = std::min(to_, time(cycles));
  if (to_ > shown_until_) {
    vcd_.at(to_);
  }
  vcd_.finish();
}

bool RunWave::in_window(std::uint32_t op) const {
  return choice_.ops && choice_.ops->first <= op && op <= choice_.ops->last;
}

/// Totals are what they are when somebody acts: nobody is told of them.
void RunWave::sample_totals(Cycle cycle) {
  for (Total& total : totals_) {
    if (*total.at != total.told) {
      total.told = *total.at;
      change(total.signal, cycle, total.told);
    }
  }
}

void RunWave::change(WaveSignal signal, Cycle cycle, std::uint64_t value, bool over) {
  if (time(cycle) < to_) {
    pending_.push({cycle, told_++, signal, over, value});
  }
}

/// Shows everything of which nothing more can come: before `now`, and accounted by all engines.
void RunWave::settle(Cycle now) {
  for (const EngineSignals& engine : engines_) {
    if (engine.busy) {
      now = std::min(now, engine.accounted);
    }
  }
  apply_until(now);
}

void RunWave::apply_until(Cycle limit) {
  while (!pending_.empty() && pending_.top().cycle < limit) {
    const Cycle cycle = pending_.top().cycle;
    const bool inside = from_ != kNever && time(cycle) >= from_;
    if (inside && time(cycle) > from_ && !begun_) {
      begin_dump();
    }
    while (!pending_.empty() && pending_.top().cycle == cycle) {
      apply_next();
    }
    if (inside && !begun_) {
      begin_dump();
    }
    if (begun_ && time(cycle) < to_) {
      show_changes(time(cycle));
    }
    touched_.clear();
  }
}

void RunWave::apply_next() {
  const Change& next = pending_.top();
  Signal& signal = signals_[next.signal];
  if (!next.over) {
    signal.value = next.value;
  } else if (signal.value == next.value) {
    signal.value = kNoOpIndex;
  }
  touched_.push_back(next.signal);
  pending_.pop();
}

void RunWave::begin_dump() {
  begun_ = true;
  shown_until_ = from_;
  vcd_.at(from_);
  for (WaveSignal signal = 0; signal < signals_.size(); ++signal) {
    set(signal);
  }
}

void RunWave::show_changes(Picoseconds time) {
  for (const WaveSignal signal : touched_) {
    if (signals_[signal].value != signals_[signal].shown) {
      if (time != shown_until_) {
        shown_until_ = time;
        vcd_.at(time);
      }
      set(signal);
    }
  }
}

void RunWave::set(WaveSignal signal) {
  const std::uint64_t value = signals_[signal].value;
  signals_[signal].shown = value;
  switch (signals_[signal].form) {
    case Form::kNumber: vcd_.set(signal, value); break;
    case Form::kState: vcd_.set(signal, to_string(static_cast<EngineState>(value))); break;
    case Form::kOp:
      vcd_.set(signal, value == kNoOpIndex
                           ? std::string("-")
                           : op_name(run_->program, static_cast<std::uint32_t>(value)));
      break;
  }
}

}  // namespace tilewave
