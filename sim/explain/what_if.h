// What a program would take on a machine with one limit moved: as settings that anybody can run,
// and as a prediction by replay.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/config.h"
#include "sim/run/compile.h"

namespace tilewave {

/// A change of the machine.
struct WhatIf {
  std::string name;               ///< "DRAM bandwidth x2"
  std::string id;                 ///< "dram_bandwidth_x2", for JSON
  std::vector<Setting> settings;  ///< what has to be set in addition; keys that are superseded fall
                                  ///< back to their defaults
  bool recompiled_only = false;   ///< it changes nothing for a program that is compiled already
};

/// Twice the DRAM bandwidth, twice the SRAM, compute for free, no DRAM latency, queues four times
/// as deep; those that the config can express and that are not in it already. What is compiled again, of
/// `source`, has the same tiles.
std::vector<WhatIf> standard_what_ifs(const Config& config, const Graph* source);

/// The config with the change, as if its settings had been given after all others. Throws
/// InputError if they do not go together.
Config changed_config(const Config& config, const WhatIf& what_if);

struct Prediction {
  WhatIf what_if;
  std::uint64_t dram_bytes = 0;      ///< loaded and stored by the program, recompiled if it can be
  Cycle replayed = 0;                ///< by replay() as it stands
  double predicted = 0;              ///< cycles: replayed, times BaseRun::correction()
  std::optional<Cycle> simulated{};  ///< cycles, if that was asked for
  std::string refused{};             ///< why there is no prediction, if there is none

  /// predicted / simulated − 1; nothing without a simulation.
  std::optional<double> error() const;
};

/// How many times as fast the changed machine is: by simulation if there was one, else by
/// prediction; 0 if it was refused.
double speed_up(const Prediction& prediction, Cycle measured);

/// The least speed-up for which a report advises a change.
inline constexpr double kWorthwhile = 1.05;

/// The run that the predictions start from. What it refers to outlives it.
struct BaseRun {
  const Graph* source = nullptr;  ///< recompiled for each what-if; null: the program stays as it is
  const CompiledModel* compiled = nullptr;
  const Config* config = nullptr;
  Cycle measured = 0;    ///< by simulation
  Cycle replayed = 0;    ///< with `dram_rate`
  double dram_rate = 1;  ///< of dram_service()'s bytes per cycle, what the run bears out

  double correction() const;    ///< measured / replayed
  double replay_error() const;  ///< replayed / measured − 1
};

/// Replays the run. With the banked DRAM, whose rate depends on what meets in it, the rate is
/// adjusted so that the replay takes the measured cycles, if a rate within a quarter does that.
BaseRun base_run(const Graph* source, const CompiledModel& compiled, const Config& config,
                 Cycle measured);

/// `simulate` also runs the simulator on each changed machine, in timing only. `done` counts what-ifs, for
/// another thread; null: nobody looks.
std::vector<Prediction> predict(const BaseRun& base, const std::vector<WhatIf>& what_ifs,
                                bool simulate, std::atomic<std::uint64_t>* done = nullptr);

}  // namespace tilewave
