#include "sim/sweep/sweep_outputs.h"

#include <vector>

#include "sim/pages/sweep_page.h"

namespace tilewave {

SweepOutputs::SweepOutputs(const SweepOutputFiles& files,
                           const std::optional<std::string>& store_file) {
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
  const auto store = open("--store", store_file);
  require_distinct(all);
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
    report_->write(sweep_page(json, report.sweep.space.models));
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

ExitCode present_sweep(const SweepDefinition& sweep, const SweepPlan& plan,
                       const ResultSource& valid_results, SweepOutputs& outputs,
                       const SweepOrigin& origin) {
  const ResultSource results = [&](std::uint32_t point) -> PointResult {
    const std::string& invalid = plan.points[point].invalid;
    return invalid.empty() ? valid_results(point)
                           : PointResult{PointStatus::kInvalid, invalid, {}, {}};
  };
  const ResultTable table = collect_results(plan.points.size(), results);
  const SweepAnalysis analysis = analyse(sweep, plan, table);
  const SweepReport report{sweep, table, analysis, results};
  outputs.write(report);
  if (!outputs.use_standard_output()) {
    write_standard_output(sweep_summary(report, origin));
  }
  return table.count(PointStatus::kWrong) > 0 ? ExitCode::kVerificationFailed : ExitCode::kDone;
}

}  // namespace tilewave
