// Counts, the best point of each model, fronts and sensitivities in words.
#include "sim/sweep/summary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

constexpr std::size_t kMostModels = 5;
constexpr std::size_t kMostMessages = 3;

std::string settings_text(const SweepReport& report, std::uint32_t point) {
  const std::string text = settings_text(report.sweep.space, report.sweep.space.points[point]);
  return text.empty() ? "the base config" : text;
}

/// Four digits, or all of a whole number.
std::string number_text(double value) {
  constexpr double kMostWhole = 1e15;
  constexpr int kDigits = 4;
  if (value >= 0 && value < kMostWhole && value == std::floor(value)) {
    return with_separators(static_cast<std::uint64_t>(value));
  }
  if (value >= 1000 && value < kMostWhole) {
    return with_separators(static_cast<std::uint64_t>(std::llround(value)));
  }
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::general, kDigits);
  return {text.data(), end.ptr};
}

std::string figure_text(double value, const std::string& unit) {
  return unit == "s" ? duration(value) : number_text(value) + (unit == "1" ? "" : " " + unit);
}

/// What is ranked: the points of a model by the objective, or machines by the goal.
struct Ranking {
  std::string objective;
  std::string unit;
  bool higher_is_better = false;
  const std::vector<double>& values;  ///< [point]
  std::vector<std::uint32_t> points;
  std::vector<const ParetoFront*> fronts{};
  std::vector<const Sensitivity*> sensitivities{};
  std::string counted = "point";
};

std::vector<const Sensitivity*> of_objective(const std::vector<Sensitivity>& all,
                                             std::uint32_t model, const std::string& objective) {
  std::vector<const Sensitivity*> found;
  for (const Sensitivity& each : all) {
    if (each.model == model && each.metric == objective) {
      found.push_back(&each);
    }
  }
  return found;
}

Ranking ranking_of_model(const SweepReport& report, std::uint32_t model,
                         std::vector<std::uint32_t> points) {
  const std::string& objective = report.analysis.objective;
  Ranking ranking{.objective = objective,
                  .unit = objective == "seconds" ? "s" : "cycles",
                  .values = report.table.metric(objective),
                  .points = std::move(points),
                  .sensitivities = of_objective(report.analysis.sensitivities, model, objective)};
  for (const ParetoFront& front : report.analysis.fronts) {
    if (front.model == model) {
      ranking.fronts.push_back(&front);
    }
  }
  return ranking;
}

Ranking ranking_of_goal(const GoalAnalysis& goal) {
  Ranking ranking{.objective = goal.goal.name(),
                  .unit = goal.goal.metric.unit,
                  .higher_is_better = goal.goal.higher_is_better(),
                  .values = goal.values,
                  .points = goal.compared(),
                  .sensitivities = of_objective(goal.sensitivities, 0, goal.goal.name()),
                  .counted = "machine"};
  for (const ParetoFront& front : goal.fronts) {
    ranking.fronts.push_back(&front);
  }
  return ranking;
}

std::string objective_text(const Ranking& ranking, std::uint32_t point) {
  return figure_text(ranking.values[point], ranking.unit);
}

/// The first of the best.
std::optional<std::uint32_t> best_of(const Ranking& ranking) {
  std::optional<std::uint32_t> best;
  for (const std::uint32_t point : ranking.points) {
    const double value = ranking.values[point];
    if (!best || (ranking.higher_is_better ? value > ranking.values[*best]
                                           : value < ranking.values[*best])) {
      best = point;
    }
  }
  return best;
}

std::string best_line(const SweepReport& report, const Ranking& ranking, const std::string& name,
                      const std::string& none) {
  const auto best = best_of(ranking);
  return headed_line(
      "best",
      name + ": " +
          (best ? objective_text(ranking, *best) + " with " + settings_text(report, *best) : none));
}

std::string front_lines(const SweepReport& report, const Ranking& ranking) {
  std::string text;
  for (const ParetoFront* front : ranking.fronts) {
    if (!front->points.empty()) {
      text +=
          headed_line("", ranking.objective + " against " + front->cost + ": " +
                              count_text(front->points.size(), ranking.counted) + " on the front" +
                              (front->knee ? ", knee at " + settings_text(report, *front->knee) +
                                                 " (" + objective_text(ranking, *front->knee) + ")"
                                           : ""));
    }
  }
  return text;
}

std::string sensitivity_line(const std::string& objective,
                             const std::vector<const Sensitivity*>& sensitivities) {
  std::vector<std::string> effects;
  for (const Sensitivity* each : sensitivities) {
    effects.push_back(each->key + " " + fixed(each->effect, 2) + "x");
  }
  return effects.empty() ? "" : headed_line("", objective + " move with " + joined(effects));
}

std::string anomaly_lines(const SweepReport& report, const std::vector<Anomaly>& anomalies,
                          const std::string& worse) {
  if (anomalies.empty()) {
    return {};
  }
  const auto size = [](const Anomaly& anomaly) { return std::abs(anomaly.change); };
  const Anomaly& worst = *std::ranges::max_element(anomalies, {}, size);
  return headed_line("exceptions", count_text(anomalies.size(), "step") +
                                       " to more of a resource made " + worse + ", by up to " +
                                       percent(size(worst))) +
         headed_line("", "that one: " + worst.key + " from " + settings_text(report, worst.from) +
                             " to " + settings_text(report, worst.to) + ": " + worst.explanation);
}

/// Of the best machine, what each model has of the goal's metric.
std::string part_lines(const SweepReport& report, const GoalAnalysis& goal, std::uint32_t machine) {
  const std::vector<double>& metric = report.table.metric(goal.goal.metric.name);
  std::string text;
  std::size_t shown = 0;
  for (const std::uint32_t point : goal.machines.points[goal.machines.of[machine]]) {
    if (++shown > kMostModels) {
      break;
    }
    const std::uint32_t model = report.sweep.space.points[point].model;
    text += headed_line(
        "", one_line(report.sweep.space.models[model]) + ": " +
                figure_text(metric[point], goal.goal.metric.unit) +
                (goal.goal.is_weighted ? ", weight " + number_text(goal.goal.weights[model]) : ""));
  }
  return text;
}

std::string goal_lines(const SweepReport& report, const GoalAnalysis& goal) {
  const Ranking ranking = ranking_of_goal(goal);
  const std::size_t models = report.sweep.space.models.size();
  std::string text = headed_line(
      "goal", (goal.goal.is_weighted ? "weighted " : "") + goal.goal.name() + " over " +
                  count_text(models, "model") + ", for " + with_separators(ranking.points.size()) +
                  " of " + count_text(goal.machines.points.size(), "machine"));
  text += best_line(report, ranking, goal.goal.name(), "no machine has a point of each model");
  if (const auto best = best_of(ranking)) {
    text += part_lines(report, goal, *best);
  }
  return text + front_lines(report, ranking) +
         sensitivity_line(ranking.objective, ranking.sensitivities) +
         anomaly_lines(report, goal.anomalies, goal.goal.name() + " worse");
}

std::string model_lines(const SweepReport& report) {
  const SweepSpace& space = report.sweep.space;
  const std::vector<std::vector<std::uint32_t>> points = compared_points(space, report.table);
  const std::string none = report.sweep.question.where.empty()
                               ? "no point is done"
                               : "no point is done and fulfils --where";
  std::string text;
  for (std::uint32_t model = 0; model < std::min(points.size(), kMostModels); ++model) {
    const Ranking ranking = ranking_of_model(report, model, points[model]);
    text += best_line(report, ranking, one_line(space.models[model]), none) +
            front_lines(report, ranking) +
            sensitivity_line(ranking.objective, ranking.sensitivities);
  }
  if (points.size() > kMostModels) {
    text += headed_line("", "and " + count_text(points.size() - kMostModels, "model") +
                                " more; see --csv, --json or --report");
  }
  return text;
}

/// How the objective moves over all models of a pattern.
std::string pattern_lines(const SweepReport& report) {
  const SweepSpace& space = report.sweep.space;
  std::string text;
  for (std::uint32_t pattern = 0; pattern < space.patterns.size(); ++pattern) {
    const std::vector<const Sensitivity*> found =
        of_objective(report.analysis.pattern_sensitivities, pattern, report.analysis.objective);
    if (!found.empty()) {
      text += headed_line("models", one_line(space.patterns[pattern])) +
              sensitivity_line(report.analysis.objective, found);
    }
  }
  return text;
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
  std::vector<std::string> failures;
  for (const PointStatus status :
       {PointStatus::kWrong, PointStatus::kInvalid, PointStatus::kTimeout, PointStatus::kCrashed}) {
    if (const std::size_t count = table.count(status); count > 0) {
      failures.push_back(with_separators(count) + " " + to_string(status));
    }
  }
  return joined(failures);
}

std::string kept_text(const SweepReport& report) {
  std::vector<std::string> where = report.sweep.question.where;
  if (where.empty()) {
    return {};
  }
  std::ranges::transform(where, where.begin(), one_line);
  const auto kept = static_cast<std::size_t>(std::ranges::count(report.table.kept, true));
  return with_separators(kept) + " of " + count_text(report.table.points(), "point") + " " +
         (kept == 1 ? "fulfils " : "fulfil ") + joined(where);
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
  if (const std::string kept = kept_text(report); !kept.empty()) {
    text += headed_line("where", kept);
  }
  if (report.analysis.goal) {
    return text + goal_lines(report, *report.analysis.goal);
  }
  return text + model_lines(report) + pattern_lines(report) +
         anomaly_lines(report, report.analysis.anomalies, "it slower");
}

}  // namespace tilewave
