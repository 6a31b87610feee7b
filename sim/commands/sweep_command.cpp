// `tilewave sweep`: definition → plan → workers → store → exports.
#include "sim/commands/sweep_command.h"

#include <algorithm>
#include <iostream>
#include <set>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/base/interrupt.h"
#include "sim/base/progress.h"
#include "sim/base/text_table.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/result_store.h"
#include "sim/sweep/sweep_outputs.h"

namespace tilewave {
namespace {

/// Points of which the store had the result: all valid ones but those that run, and those that are
/// the same in other words.
std::size_t count_kept(const SweepPlan& plan, const std::vector<std::uint32_t>& missing) {
  std::set<PointKey> runs;
  for (const std::uint32_t point : missing) {
    runs.insert(plan.points[point].key);
  }
  return static_cast<std::size_t>(
      std::ranges::count_if(plan.points, [&runs](const PlannedPoint& point) {
        return point.invalid.empty() && !runs.contains(point.key);
      }));
}

std::vector<std::uint32_t> missing_points(const SweepPlan& plan, ResultStore& store) {
  return points_to_run(plan, [&](std::uint32_t point) {
    const auto found = store.find(plan.points[point].key);
    return found && is_final(found->status);
  });
}

/// kDone, or how the user stopped it.
ExitCode run_missing(const SweepCommand& command, const SweepPlan& plan,
                     const std::vector<std::uint32_t>& missing, ResultStore& store) {
  const SweepDefinition& sweep = command.definition;
  const std::size_t total = plan.points.size();
  if (missing.empty()) {
    return ExitCode::kDone;
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
    std::cerr << "tilewave: stopped with " << total - done << " of " << count_text(total, "point")
              << " still to run; the results of the others are in " << one_line(store.path())
              << ", and the same command goes on from there" << std::endl;
  }
  return finished ? ExitCode::kDone : interrupt.exit_code();
}

PointResult result_of(const PlannedPoint& planned, ResultStore& store) {
  std::optional<PointResult> found = store.find(planned.key);
  if (!found) {
    throw InputError("--store " + one_line(store.path()) + ": somebody removed results from it");
  }
  return std::move(*found);
}

ExitCode sweep(const SweepCommand& command) {
  SweepOutputs outputs(command.outputs, command.store_file, command.inputs);
  const SweepPlan plan = plan_sweep(command.definition);
  ResultStore store("--store", command.store_file);
  const std::vector<std::uint32_t> missing = missing_points(plan, store);
  const ExitCode ran = run_missing(command, plan, missing, store);
  if (ran != ExitCode::kDone) {
    return ran;
  }
  const ResultSource results = [&](std::uint32_t point) {
    return result_of(plan.points[point], store);
  };
  std::string note = with_separators(count_kept(plan, missing)) + " of them were in the store";
  if (const std::uint64_t others = store.rows_of_other_builds(); others > 0) {
    note += ", " + count_text(others, "result") + " of other builds left alone";
  }
  return present_sweep(command.definition, plan, results, outputs,
                       {"store", command.store_file, note, [&](std::uint32_t point) {
                          return store.row_name(plan.points[point].key);
                        }});
}

}  // namespace

ExitCode SweepCommand::execute() const { return sweep(*this); }

}  // namespace tilewave
