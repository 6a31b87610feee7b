// Gathers what the report of a run shows while the run goes: every op, state and tile of a run of
// moderate size, and of every run exact sums by layer and over time, in bounded memory but for a
// few words per op of the program.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/program/program.h"
#include "platform/watch/run_observer.h"
#include "sim/pages/longest_stalls.h"
#include "sim/pages/time_bins.h"
#include "sim/shares/layer_account.h"
#include "sim/watch/run_levels.h"

namespace tilewave {

/// A stretch of an engine's time in one state; they follow each other from cycle 0 on.
struct StateStretch {
  EngineState state = EngineState::kIdle;
  Cycle cycles = 0;
};

/// Everything about each op.
struct RunDetail {
  std::vector<OpTimes> ops;                                    ///< by op
  std::vector<TileLife> tiles;                                 ///< in SRAM, by their ends
  std::array<std::vector<StateStretch>, kEngineCount> states;  ///< no two neighbours are equal
};

class RunRecorder : public RunObserver, private LevelSink {
 public:
  /// Beyond, a page would be too large to open at ease: it shows sums only.
  static constexpr std::uint64_t kMostOps = 60'000;
  static constexpr std::uint64_t kMostStretches = 300'000;  ///< of all engines

  /// The program, which is verified, outlives it.
  explicit RunRecorder(const Program& program, std::uint64_t most_ops = kMostOps);

  void on_begin(const ObservedRun& run) override;
  void on_fetch(std::uint32_t op, Cycle cycle) override { levels_.on_fetch(op, cycle); }
  void on_start(std::uint32_t op, Cycle cycle) override { levels_.on_start(op, cycle); }
  void on_issue(std::uint32_t op, Cycle cycle) override { levels_.on_issue(op, cycle); }
  void on_complete(std::uint32_t op, Cycle cycle) override { levels_.on_complete(op, cycle); }
  void on_burst(const BurstTimes& burst) override;
  void on_op(std::uint32_t op, const OpTimes& times) override;
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override;
  void on_end(Cycle cycles) override;

  const Program& program() const { return program_; }
  const LayerAccount& account() const { return account_; }
  const Layers& layers() const { return account_.layers(); }
  const Units& units() const { return account_.units(); }
  std::vector<Stall> longest_stalls() const { return stalls_.all(); }
  const std::optional<RunDetail>& detail() const { return detail_; }  ///< none of a long run

  const TimeBins& dram_reads() const { return dram_reads_; }    ///< bytes
  const TimeBins& dram_writes() const { return dram_writes_; }  ///< bytes
  const TimeBins& live_bytes() const { return live_bytes_; }    ///< bytes × cycles
  /// Cycles.
  const TimeBins& state(Engine engine, EngineState state) const {
    return states_[static_cast<std::size_t>(engine)][static_cast<std::size_t>(state)];
  }
  std::uint64_t peak_live_bytes() const { return peak_live_bytes_; }

 private:
  void on_level(Level level, Cycle cycle, std::uint64_t value) override;
  void on_tile(const TileLife& life) override;
  /// Cycles in which the DRAM can move a burst at its peak rate.
  Cycle transfer_cycles(std::uint32_t bytes) const;
  void keep_stretch(Engine engine, EngineState state, Cycle cycles);

  const Program& program_;
  LongestStalls stalls_;
  LayerAccount account_{program_, &stalls_};
  RunLevels levels_{*this};
  std::optional<RunDetail> detail_;
  std::uint64_t stretches_ = 0;
  double channel_bytes_per_cycle_ = 1;
  TimeBins dram_reads_;
  TimeBins dram_writes_;
  TimeBins live_bytes_;
  std::array<std::array<TimeBins, kEngineStateCount>, kEngineCount> states_;  // by Engine
  std::uint64_t peak_live_bytes_ = 0;
};

}  // namespace tilewave
