// Refuses what cannot be written before any work, and writes it all at the end.
#include "sim/sweep/sweep_outputs.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "sim/base/files.h"
#include "sim/base/text_table.h"
#include "sim/pages/sweep_page.h"
#include "sim/sweep/store_file.h"

namespace tilewave {

SweepOutputs::SweepOutputs(const SweepOutputFiles& files,
                           const std::optional<std::string>& store_file,
                           const std::vector<InputName>& inputs) {
  if (store_file) {
    check_store_file("--store " + one_line(*store_file), *store_file);
  }
  std::vector<const OutputFile*> all;
  const auto open = [&all](const char* option, const std::optional<std::string>& path) {
    auto file = path ? std::make_unique<OutputFile>(option, *path) : nullptr;
    if (file) {
      all.push_back(file.get());
    }
    return file;
  };
  json_ = open("--json", files.json);
  csv_ = open("--csv", files.csv);
  report_ = open("--report", files.report);
  if (store_file) {
    require_not_beside(*store_file, all);
  }
  const auto store = open("--store", store_file);
  require_distinct(all, inputs);
}

bool SweepOutputs::use_standard_output() const {
  return (json_ && json_->is_standard_output()) || (csv_ && csv_->is_standard_output());
}

void SweepOutputs::write(const SweepReport& report) {
  const std::string json = json_ || report_ ? sweep_json(report) : "";
  if (json_) {
    json_->write(json);
  }
  if (report_) {
    report_->write(sweep_page(json, report.sweep.space.patterns));
  }
  if (csv_) {
    csv_->write(sweep_csv(report));
  }
  for (const auto* file : {&json_, &csv_, &report_}) {
    if (*file) {
      (*file)->commit();
    }
  }
}

namespace {

/// On standard error, what a script has to know: points that may be run again, and a sweep that
/// came to nothing, which is no success.
ExitCode report_failures(const ResultTable& table, const ResultSource& results) {
  const std::size_t points = table.points();
  const std::size_t done = table.count(PointStatus::kDone);
  const std::size_t again = table.count(PointStatus::kTimeout) + table.count(PointStatus::kCrashed);
  if (done > 0 || points == 0) {
    if (again > 0) {
      std::cerr << "tilewave: " << with_separators(again) << " of " << count_text(points, "point")
                << " crashed or took too long" << std::endl;
    }
    return ExitCode::kDone;
  }
  const PointResult first = results(0);
  std::cerr << "tilewave: none of " << count_text(points, "point")
            << " is done: " << failures_text(table) << "; point 0 is " << to_string(first.status)
            << ": " << one_line(first.message) << std::endl;
  return ExitCode::kInputError;
}

/// On standard error, that points are done but none is an answer to what was asked.
ExitCode report_nothing_left(const SweepReport& report) {
  std::string why;
  if (std::ranges::count(report.table.kept, true) == 0) {
    why = kept_text(report);
  } else if (report.analysis.goal && report.analysis.goal->compared().empty()) {
    why = "no machine has " + report.analysis.goal->goal.name() +
          ", for which all its points have to be done";
  }
  if (why.empty()) {
    return ExitCode::kDone;
  }
  std::cerr << "tilewave: " << why << std::endl;
  return ExitCode::kInputError;
}

}  // namespace

ExitCode present_sweep(const SweepDefinition& sweep, const SweepPlan& plan,
                       const ResultSource& valid_results, SweepOutputs& outputs,
                       const SweepOrigin& origin) {
  const ResultSource results = [&](std::uint32_t point) -> PointResult {
    const std::string& invalid = plan.points[point].invalid;
    return invalid.empty() ? valid_results(point)
                           : PointResult{PointStatus::kInvalid, invalid, {}, {}};
  };
  ResultTable table = collect_results(plan.points.size(), results, origin.row);
  keep_what_fulfils(sweep, table);
  const SweepAnalysis analysis = analyse(sweep, plan, table);
  const SweepReport report{sweep, plan, table, analysis, results};
  outputs.write(report);
  if (!outputs.use_standard_output()) {
    write_standard_output(sweep_summary(report, origin));
  }
  if (table.count(PointStatus::kWrong) > 0) {
    return ExitCode::kVerificationFailed;
  }
  const ExitCode failures = report_failures(table, results);
  return failures == ExitCode::kDone ? report_nothing_left(report) : failures;
}

}  // namespace tilewave
