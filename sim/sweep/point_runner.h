// Runs one point after another in this process: from its config to its row. What the next point has
// in common with the last ones, programs and reference values, it does not make again.
#pragma once

#include <cstdint>
#include <list>

#include "sim/run/run_outcome.h"
#include "sim/run/simulate.h"
#include "sim/sweep/plan.h"

namespace tilewave {

class PointRunner {
 public:
  /// Both outlive the runner.
  PointRunner(const SweepDefinition& sweep, const SweepPlan& plan);

  /// Must run inside SystemC. Inputs that do not fit make an invalid point; our own bugs are
  /// thrown.
  PointResult run(std::uint32_t point);

 private:
  struct Compiled {
    CompileChoice choice;
    CompiledModel model;
  };

  const CompiledModel& compiled(const CompileChoice& choice, const Config& config);
  void simulate(const CompileChoice& choice, const CompiledModel& compiled, RunOutcome& outcome);

  const SweepDefinition& sweep_;
  const SweepPlan& plan_;
  std::list<Compiled> programs_;  ///< the last used first
  KeptValues values_;             ///< of the last model
  std::uint32_t values_of_ = 0;
};

}  // namespace tilewave
