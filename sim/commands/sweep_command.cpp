// `tilewave sweep`: definition → plan → workers → store → exports.
#include "sim/commands/sweep_command.h"

#include <iostream>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/base/interrupt.h"
#include "sim/base/progress.h"
#include "sim/base/text_table.h"
#include "sim/commands/commands.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/result_store.h"
#include "sim/sweep/sweep_outputs.h"

namespace tilewave {
namespace {

/// Runs what is missing. False if the user stopped it.
bool run_missing(const SweepCommand& command, const SweepPlan& plan, ResultStore& store,
                 std::size_t& kept) {
  const SweepDefinition& sweep = command.definition;
  const auto is_known = [&](std::uint32_t point) {
    const auto found = store.find(plan.points[point].key);
    const bool known = found && is_final(found->status);
    kept += known ? 1 : 0;
    return known;
  };
  const std::vector<std::uint32_t> missing = points_to_run(plan, is_known);
  const std::size_t total = plan.points.size();
  if (missing.empty()) {
    return true;
  }
  const Interrupt interrupt;
  std::size_t done = total - missing.size();
  Progress progress("points", total, done);
  std::size_t failed = 0;
  const auto on_result = [&](std::uint32_t point, const PointResult& result) {
    const SweepPoint& at = sweep.space.points[point];
    store.put(plan.points[point].key, result, sweep.space.models[at.model],
              settings_text(sweep.space, at));
    failed += result.status == PointStatus::kDone ? 0 : 1;
    progress.update(++done, failed == 0 ? "" : with_separators(failed) + " not done");
  };
  const bool finished = run_points(sweep, plan, missing, {command.jobs, command.timeout}, on_result,
                                   [&interrupt] { return !interrupt.requested(); });
  if (!finished) {
    std::cerr << "tilewave: stopped with " << done << " of " << total << " points in "
              << one_line(store.path()) << "; the same command goes on from there" << std::endl;
  }
  return finished;
}

PointResult result_of(const PlannedPoint& planned, ResultStore& store) {
  std::optional<PointResult> found = store.find(planned.key);
  if (!found) {
    throw InputError("--store " + one_line(store.path()) + ": somebody removed results from it");
  }
  return std::move(*found);
}

}  // namespace

ExitCode sweep(const SweepCommand& command) {
  SweepOutputs outputs(command.outputs, command.store_file);
  const SweepPlan plan = plan_sweep(command.definition);
  ResultStore store("--store", command.store_file);
  std::size_t kept = 0;
  if (!run_missing(command, plan, store, kept)) {
    return ExitCode::kInterrupted;
  }
  const ResultSource results = [&](std::uint32_t point) {
    return result_of(plan.points[point], store);
  };
  return present_sweep(
      command.definition, plan, results, outputs,
      {"store", command.store_file, with_separators(kept) + " of them were in the store"});
}

}  // namespace tilewave
