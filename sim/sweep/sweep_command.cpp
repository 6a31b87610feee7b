// `tilewave sweep`: definition → plan → workers → store → exports.
#include "sim/sweep/sweep_command.h"

#include <iostream>
#include <memory>

#include "compiler/error.h"
#include "sim/commands.h"
#include "sim/files.h"
#include "sim/interrupt.h"
#include "sim/output_file.h"
#include "sim/progress.h"
#include "sim/sweep/export.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/result_store.h"
#include "sim/sweep/summary.h"
#include "sim/text_table.h"

namespace tilewave {
namespace {

/// The files of a sweep, checked before anything else.
struct Outputs {
  std::unique_ptr<OutputFile> json;
  std::unique_ptr<OutputFile> csv;

  explicit Outputs(const SweepCommand& command) {
    std::vector<const OutputFile*> files;
    const auto open = [&files](const char* option, const std::optional<std::string>& path) {
      auto file = path ? std::make_unique<OutputFile>(option, *path) : nullptr;
      if (file) {
        files.push_back(file.get());
      }
      return file;
    };
    json = open("--json", command.json_file);
    csv = open("--csv", command.csv_file);
    const OutputFile store("--store", command.store_file);
    files.push_back(&store);
    require_distinct(files);
  }

  bool uses_standard_output() const {
    return (json && json->is_standard_output()) || (csv && csv->is_standard_output());
  }
};

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
    std::string settings;
    for (const Setting& setting : sweep.space.settings(at)) {
      settings += (settings.empty() ? "" : " ") + setting.key + "=" + setting.value;
    }
    store.put(plan.points[point].key, result, sweep.space.models[at.model], settings);
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
  if (!planned.invalid.empty()) {
    return {PointStatus::kInvalid, planned.invalid, {}, {}};
  }
  std::optional<PointResult> found = store.find(planned.key);
  if (!found) {
    throw InputError("--store " + one_line(store.path()) + ": somebody removed results from it");
  }
  return std::move(*found);
}

void write_exports(const SweepReport& report, const Outputs& outputs) {
  if (outputs.json) {
    outputs.json->write(sweep_json(report));
  }
  if (outputs.csv) {
    outputs.csv->write(sweep_csv(report));
  }
  for (const auto* file : {&outputs.json, &outputs.csv}) {
    if (*file) {
      (*file)->commit();
    }
  }
}

ExitCode exit_code(const ResultTable& table) {
  return table.count(PointStatus::kWrong) > 0 ? ExitCode::kVerificationFailed : ExitCode::kDone;
}

}  // namespace

ExitCode sweep(const SweepCommand& command) {
  const Outputs outputs(command);
  const SweepPlan plan = plan_sweep(command.definition);
  ResultStore store("--store", command.store_file);
  std::size_t kept = 0;
  if (!run_missing(command, plan, store, kept)) {
    return ExitCode::kInterrupted;
  }
  const ResultSource results = [&](std::uint32_t point) {
    return result_of(plan.points[point], store);
  };
  const ResultTable table = collect_results(plan.points.size(), results);
  const SweepAnalysis analysis = analyse(command.definition, plan, table);
  const SweepReport report{command.definition, plan, table, analysis, results};
  write_exports(report, outputs);
  if (!outputs.uses_standard_output()) {
    write_standard_output(sweep_summary(report, command.store_file, kept));
  }
  return exit_code(table);
}

}  // namespace tilewave
