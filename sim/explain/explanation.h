// Everything there is to say about why a program takes as long as it does: what the report and the
// JSON of `tilewave explain` are made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/watch/run_result.h"
#include "sim/base/progress.h"
#include "sim/explain/critical_path.h"
#include "sim/explain/load_ahead.h"
#include "sim/explain/reloads.h"
#include "sim/explain/traffic.h"
#include "sim/explain/what_if.h"
#include "sim/run/prepare.h"
#include "sim/run/useful_work.h"

namespace tilewave {

struct Explanation {
  std::string model;                   ///< as given; empty if there is only a program
  std::optional<std::string> program;  ///< the file of --program
  Config config;
  PreparedWork work;
  RunResult result;  ///< of the simulation, in timing only
  Traffic traffic;
  Reloads reloads;
  CriticalPath path;
  LoadAhead loads;
  double replay_error = 0;  ///< of this machine, before correction: replayed / measured − 1
  double dram_rate = 1;     ///< BaseRun::dram_rate
  std::vector<Prediction> what_ifs;

  UsefulWork useful_work() const {
    return tilewave::useful_work(config.machine.compute, work.compiled.figures, result);
  }
};

struct ExplainOptions {
  bool simulate = false;              ///< the what-ifs too
  PhaseProgress* progress = nullptr;  ///< who is told how far it has come
};

/// Simulates the work with a timeline and analyses it. Fills everything but the names.
Explanation explain_work(PreparedWork work, const Config& config, const ExplainOptions& options);

}  // namespace tilewave
