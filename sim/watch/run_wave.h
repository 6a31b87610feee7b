// A run as a waveform: what the observer hears becomes signals, put into order of time and cut to
// the window that is asked for. What each signal means is docs/observing.md.
#pragma once

#include <array>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "platform/watch/run_observer.h"
#include "sim/watch/run_levels.h"
#include "sim/watch/vcd_writer.h"
#include "sim/watch/wave_window.h"

namespace tilewave {

/// A dump is in order of time, but the states of an engine are told when they are over: what others
/// do meanwhile is kept, 32 bytes for each change. on_end() throws InputError if the run never
/// comes to the window, on_begin() if the program has not got its ops.
class RunWave : public RunObserver, private LevelSink {
 public:
  /// `file` is not standard output and outlives the run.
  RunWave(OutputFile& file, WaveChoice choice) : vcd_(file), choice_(std::move(choice)) {}

  void on_begin(const ObservedRun& run) override;
  void on_fetch(std::uint32_t op, Cycle cycle) override { levels_.on_fetch(op, cycle); }
  void on_start(std::uint32_t op, Cycle cycle) override;
  void on_issue(std::uint32_t op, Cycle cycle) override { levels_.on_issue(op, cycle); }
  void on_burst(const BurstTimes& burst) override;
  void on_complete(std::uint32_t op, Cycle cycle) override;
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override;
  void on_end(Cycle cycles) override;

  /// Of the run, after it.
  const std::vector<WaveVariable>& variables() const { return vcd_.variables(); }
  Picoseconds from() const { return from_; }
  Picoseconds to() const { return to_; }

 private:
  /// What a string signal shows the number as.
  enum class Form : std::uint8_t { kNumber, kState, kOp };

  struct Signal {
    Form form = Form::kNumber;
    std::uint64_t value = 0;
    std::uint64_t shown = 0;
  };
  struct Change {
    Cycle cycle = 0;
    std::uint64_t number = 0;  // of the telling
    WaveSignal signal = 0;
    bool over = false;  // no more `value`, unless there is another one already
    std::uint64_t value = 0;

    bool operator>(const Change& other) const {
      return cycle != other.cycle ? cycle > other.cycle : number > other.number;
    }
  };
  /// A counter.
  struct Total {
    const std::uint64_t* at = nullptr;
    WaveSignal signal = 0;
    std::uint64_t told = 0;
  };
  struct EngineSignals {
    std::optional<WaveSignal> busy;  // none if the scope is not asked for; the others follow it
    Cycle accounted = 0;
  };

  void on_level(Level level, Cycle cycle, std::uint64_t value) override;

  bool shown(const std::string& scope) const;
  WaveSignal add(const std::string& scope, const std::string& name, std::uint32_t bits,
                 Form form = Form::kNumber);
  void add_signals();
  void add_engine(Engine engine);
  void add_memory(const std::string& scope);
  void add_counters(const std::string& scope);

  void change(WaveSignal signal, Cycle cycle, std::uint64_t value, bool over = false);
  void sample_totals(Cycle cycle);
  void settle(Cycle now);
  void apply_until(Cycle limit);
  void apply_next();
  void begin_dump();
  void show_changes(Picoseconds time);
  void set(WaveSignal signal);
  bool in_window(std::uint32_t op) const;
  Picoseconds time(Cycle cycle) const { return run_->machine.clock_period.begin(cycle); }

  VcdWriter vcd_;
  WaveChoice choice_;
  std::optional<ObservedRun> run_;
  RunLevels levels_{*this};
  std::vector<Signal> signals_;
  std::vector<WaveSignal> touched_;  // since the last show()
  Units units_{{}};
  std::array<EngineSignals, kEngineCount> engines_;  // by Engine
  std::array<std::optional<WaveSignal>, kLevelCount> level_signals_;
  std::vector<Total> totals_;  // of the scopes that are shown
  std::priority_queue<Change, std::vector<Change>, std::greater<>> pending_;
  std::uint64_t told_ = 0;
  Picoseconds from_ = 0;  // of the window; kNever: not known yet
  Picoseconds to_ = kNever;
  Picoseconds shown_until_ = 0;
  bool begun_ = false;             // the dump, that is, the window
  std::uint64_t ops_to_come_ = 0;  // of the window's
  Cycle last_completion_ = 0;      // likewise
};

}  // namespace tilewave
