// Counts, the best point of each model, fronts and sensitivities in words.
#include "sim/sweep/summary.h"

#include <algorithm>
#include <cmath>

#include "sim/base/files.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

constexpr std::size_t kMostModels = 5;
constexpr std::size_t kMostMessages = 3;

std::string settings_text(const SweepReport& report, std::uint32_t point) {
  std::string text;
  for (const Setting& setting : report.sweep.space.settings(report.sweep.space.points[point])) {
    text += (text.empty() ? "" : " ") + setting.key + "=" + setting.value;
  }
  return text.empty() ? "the base config" : text;
}

std::string objective_text(const SweepReport& report, std::uint32_t point) {
  const double value = report.table.metric(report.analysis.objective)[point];
  return report.analysis.objective == "cycles"
             ? with_separators(static_cast<std::uint64_t>(value)) + " cycles"
             : duration(value);
}

std::string best_lines(const SweepReport& report, std::uint32_t model) {
  const std::vector<double>& objective = report.table.metric(report.analysis.objective);
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < report.table.points(); ++i) {
    if (report.table.done(i) && report.sweep.space.points[i].model == model &&
        (!best || objective[i] < objective[*best])) {
      best = i;
    }
  }
  const std::string name = one_line(report.sweep.space.models[model]);
  if (!best) {
    return headed_line("best", name + ": no point is done");
  }
  return headed_line("best", name + ": " + objective_text(report, *best) + " with " +
                                 settings_text(report, *best));
}

std::string front_lines(const SweepReport& report, std::uint32_t model) {
  std::string text;
  for (const ParetoFront& front : report.analysis.fronts) {
    if (front.model == model && !front.points.empty()) {
      text += headed_line("", report.analysis.objective + " against " + front.cost + ": " +
                                  count_text(front.points.size(), "point") + " on the front" +
                                  (front.knee ? ", knee at " + settings_text(report, *front.knee) +
                                                    " (" + objective_text(report, *front.knee) + ")"
                                              : ""));
    }
  }
  return text;
}

std::string sensitivity_line(const SweepReport& report, std::uint32_t model) {
  std::string text;
  for (const Sensitivity& each : report.analysis.sensitivities) {
    if (each.model == model && each.metric == report.analysis.objective) {
      text += (text.empty() ? "" : ", ") + each.key + " " + fixed(each.effect, 2) + "x";
    }
  }
  return text.empty() ? "" : headed_line("", report.analysis.objective + " move with " + text);
}

std::string anomaly_lines(const SweepReport& report) {
  const std::vector<Anomaly>& anomalies = report.analysis.anomalies;
  if (anomalies.empty()) {
    return {};
  }
  const Anomaly& worst = *std::ranges::max_element(anomalies, {}, &Anomaly::change);
  return headed_line("exceptions", count_text(anomalies.size(), "step") +
                                       " to more of a resource made it slower,"
                                       " by up to " +
                                       percent(worst.change)) +
         headed_line("", "that one: " + worst.key + " from " + settings_text(report, worst.from) +
                             " to " + settings_text(report, worst.to) + ": " + worst.explanation);
}

std::string message_lines(const SweepReport& report) {
  std::string text;
  std::size_t shown = 0;
  for (std::uint32_t i = 0; i < report.table.points() && shown < kMostMessages; ++i) {
    if (!report.table.done(i)) {
      const PointResult result = report.results(i);
      text += headed_line(to_string(result.status),
                          "point " + std::to_string(i) + ": " + result.message);
      ++shown;
    }
  }
  return text;
}

/// Empty if no model is a program without one.
std::string consistency_line(const SweepReport& report) {
  std::size_t programs = 0;
  for (const Model& model : report.plan.models) {
    programs += done_verdict(report.sweep, model) == Verdict::kConsistent ? 1U : 0U;
  }
  const std::size_t models = report.plan.models.size();
  return programs == 0 ? ""
                       : headed_line("outputs", "those of " + with_separators(programs) + " of " +
                                                    count_text(models, "model") +
                                                    ", programs, are consistent with themselves");
}

}  // namespace

std::string failures_text(const ResultTable& table) {
  std::string text;
  for (const PointStatus status :
       {PointStatus::kWrong, PointStatus::kInvalid, PointStatus::kTimeout, PointStatus::kCrashed}) {
    if (const std::size_t count = table.count(status); count > 0) {
      text += (text.empty() ? "" : ", ") + with_separators(count) + " " + to_string(status);
    }
  }
  return text;
}

std::string sweep_summary(const SweepReport& report, const SweepOrigin& origin) {
  const std::string failures = failures_text(report.table);
  std::string text =
      headed_line("sweep", count_text(report.table.points(), "point") + ": " +
                               with_separators(report.table.count(PointStatus::kDone)) + " done" +
                               (failures.empty() ? "" : ", " + failures) +
                               (origin.note.empty() ? "" : "; " + origin.note));
  text += headed_line(origin.kind, one_line(origin.place)) + consistency_line(report);
  text += message_lines(report);
  const std::size_t models = report.sweep.space.models.size();
  for (std::uint32_t model = 0; model < std::min(models, kMostModels); ++model) {
    text +=
        best_lines(report, model) + front_lines(report, model) + sensitivity_line(report, model);
  }
  if (models > kMostModels) {
    text += headed_line("", "and " + count_text(models - kMostModels, "model") +
                                " more; see --csv, --json or --report");
  }
  return text + anomaly_lines(report);
}

}  // namespace tilewave
