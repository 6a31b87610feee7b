// A run as a timeline for Perfetto: what the observer hears becomes tracks, slices, arrows and
// counters, straight into the file. What each of them means is docs/observing.md.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/watch/run_observer.h"
#include "sim/watch/run_levels.h"
#include "sim/watch/trace_event_writer.h"

namespace tilewave {

/// Slices of one track must not overlap, so things that go on at once lie side by side: each takes
/// the first lane that is free.
class TraceLanes {
 public:
  static constexpr Cycle kForever = ~Cycle{0};

  std::size_t take(Cycle from, Cycle until = kForever);
  void free(std::size_t lane, Cycle at) { busy_until_[lane] = at; }

 private:
  std::vector<Cycle> busy_until_;
};

/// Memory: a buffer, the ops and tiles under way, and four bytes for each op of the program.
class RunTrace : public RunObserver, private LevelSink {
 public:
  /// Bandwidth is a mean over intervals of as many cycles; counters are told once in each.
  static constexpr Cycle kBandwidthCycles = 512;

  /// `file` is not standard output and outlives the run; `model` names it.
  RunTrace(OutputFile& file, std::string model) : file_(file), model_(std::move(model)) {}

  void on_begin(const ObservedRun& run) override;
  void on_fetch(std::uint32_t op, Cycle cycle) override { levels_.on_fetch(op, cycle); }
  void on_start(std::uint32_t op, Cycle cycle) override;
  void on_issue(std::uint32_t op, Cycle cycle) override { levels_.on_issue(op, cycle); }
  void on_burst(const BurstTimes& burst) override;
  void on_complete(std::uint32_t op, Cycle cycle) override;
  void on_op(std::uint32_t op, const OpTimes& times) override;
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override;
  void on_end(Cycle cycles) override;

 private:
  struct Stretch {
    EngineState state = EngineState::kIdle;
    Cycle from = 0;
    Cycle to = 0;
  };
  struct EngineTrace {
    TraceLanes lanes;
    std::optional<Stretch> stretch;  // what goes on, neighbours of one state joined
    std::deque<Stretch> before;      // since the start of the ops under way
    Cycle released = 0;              // the last op that is known
  };
  struct Producer {
    std::uint32_t op = 0;
    Track track;
  };
  struct UnderWay {
    std::size_t lane = 0;
    std::array<Producer, kMostReads> operands;
    std::size_t operand_count = 0;
  };

  void on_level(Level level, Cycle cycle, std::uint64_t value) override;
  void on_tile(const TileLife& life) override;

  static std::string period_json(const ClockPeriod& period);
  Picoseconds time(Cycle cycle) const { return run_->machine.clock_period.begin(cycle); }
  EngineTrace& unit_of(std::uint32_t op);
  Track known(const Track& track, const std::string& group, std::size_t lane);
  void add_place(TraceArguments& arguments, const Op& op) const;
  void add_wait(TraceArguments& arguments, std::uint32_t op, const OpTimes& times);
  void find_producers(std::uint32_t op, UnderWay& under_way) const;
  void tell_stretch(Engine engine);
  void tell_bandwidth(Cycle until);
  void tell_counters(Cycle now);

  OutputFile& file_;
  std::string model_;
  std::optional<ObservedRun> run_;
  std::optional<TraceEventWriter> writer_;
  RunLevels levels_{*this};
  Units units_{{}};
  std::array<EngineTrace, kEngineCount> engines_;             // by Engine
  std::set<std::pair<std::uint32_t, std::uint64_t>> tracks_;  // that have a name
  std::unordered_map<std::uint32_t, UnderWay> under_way_;     // by op
  std::unordered_map<SramTileId, Producer> producers_;        // of the tiles in SRAM
  std::array<TraceLanes, 2> dram_;                            // reads, writes
  std::uint64_t arrows_ = 0;
  std::vector<std::uint64_t> counters_told_;  // by counter
  Cycle counters_due_ = 0;                    // told from then on
  Cycle bandwidth_from_ = 0;
  std::array<std::uint64_t, 2> bandwidth_bytes_{};  // read, written since
  std::array<std::uint64_t, 2> bandwidth_told_{};   // of the interval before
};

}  // namespace tilewave
