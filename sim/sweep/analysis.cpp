// Fronts, knees and sensitivities from the table of results.
#include "sim/sweep/analysis.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "sim/sweep/anomaly.h"
#include "sim/sweep/metrics.h"

namespace tilewave {
namespace {

constexpr std::size_t kMostLevels = 16;
constexpr std::size_t kRanges = 8;

/// Of more models, as patterns may make them, only the objective's sensitivity is told.
constexpr std::size_t kMostModelsInFull = 100;

/// How bad a value of the objective is, so that less is better.
double badness(double objective, bool higher_is_better) {
  return higher_is_better ? -objective : objective;
}

std::optional<std::uint32_t> knee_of(const std::vector<std::uint32_t>& front,
                                     const std::vector<double>& cost,
                                     const std::vector<double>& objective) {
  const auto is_above_0 = [&](std::uint32_t point) {
    return cost[point] > 0 && objective[point] > 0;
  };
  if (front.size() < 3 || !is_above_0(front.front()) || !is_above_0(front.back())) {
    return std::nullopt;
  }
  const auto share = [](double value, double from, double to) {
    return (std::log(value) - std::log(from)) / (std::log(to) - std::log(from));
  };
  std::optional<std::uint32_t> knee;
  double farthest = 0;
  for (const std::uint32_t point : front) {
    const double x = share(cost[point], cost[front.front()], cost[front.back()]);
    const double y = share(objective[point], objective[front.back()], objective[front.front()]);
    if (1 - x - y > farthest) {
      farthest = 1 - x - y;
      knee = point;
    }
  }
  return knee;
}

ParetoFront pareto_front(std::uint32_t model, const std::string& cost_name,
                         std::vector<std::uint32_t> points, const std::vector<double>& cost,
                         const std::vector<double>& objective, bool higher_is_better) {
  const auto bad = [&](std::uint32_t point) { return badness(objective[point], higher_is_better); };
  std::ranges::sort(
      points, {}, [&](std::uint32_t point) { return std::tuple(cost[point], bad(point), point); });
  ParetoFront front{model, cost_name, {}, {}};
  for (const std::uint32_t point : points) {
    if (front.points.empty() || bad(point) < bad(front.points.back())) {
      front.points.push_back(point);
    }
  }
  front.knee = knee_of(front.points, cost, objective);
  return front;
}

/// The points of one level of a key, with its name.
using Levels = std::vector<std::pair<std::string, std::vector<std::uint32_t>>>;

/// By how much it is, and what a key takes for it.
using PointsByNumber = std::map<std::pair<double, std::uint64_t>, std::vector<std::uint32_t>>;

Levels ranges_of(const PointsByNumber& by_number, const ConfigKey& key, std::size_t points) {
  Levels levels;
  std::size_t placed = 0;
  std::uint64_t first = 0;
  for (const auto& [order, members] : by_number) {
    const std::uint64_t number = order.second;
    const std::size_t level = placed * kRanges / points;
    if (level >= levels.size()) {
      levels.emplace_back();
      first = number;
    }
    auto& [label, all] = levels.back();
    label = print_key_value(key, first) + ".." + print_key_value(key, number);
    all.insert(all.end(), members.begin(), members.end());
    placed += members.size();
  }
  return levels;
}

Levels levels_of(const SweepDefinition& sweep, std::size_t axis,
                 const std::vector<std::uint32_t>& points) {
  const ConfigKey& key = *sweep.space.keys[axis];
  const std::string unset = base_value(sweep, key).value_or("not set");
  Levels levels;
  std::map<std::string, std::size_t> level_by_text;
  PointsByNumber by_number;
  for (const std::uint32_t point : points) {
    const std::string& given = sweep.space.points[point].values[axis];
    const std::string& text = given.empty() ? unset : given;
    const auto [found, is_new] = level_by_text.try_emplace(text, levels.size());
    if (is_new) {
      levels.push_back({text, {}});
    }
    levels[found->second].second.push_back(point);
    if (is_number(key) && text != "not set") {
      const std::uint64_t number = parse_quantity(key, text);
      by_number[{quantity_of(key, number), number}].push_back(point);
    }
  }
  if (is_number(key) && levels.size() > kMostLevels) {
    return ranges_of(by_number, key, points.size());
  }
  if (is_number(key)) {
    std::ranges::stable_sort(levels, {}, [&key](const auto& level) {
      return level.first == "not set" ? 0 : quantity_of(key, parse_quantity(key, level.first));
    });
  }
  return levels;
}

/// None if the metric is not above 0 everywhere.
std::optional<Sensitivity> sensitivity(const Levels& levels, const std::vector<double>& metric) {
  Sensitivity result;
  double lowest = 0;
  double highest = 0;
  for (const auto& [label, points] : levels) {
    double sum = 0;
    for (const std::uint32_t point : points) {
      if (!(metric[point] > 0)) {
        return std::nullopt;
      }
      sum += std::log(metric[point]);
    }
    const double mean = std::exp(sum / static_cast<double>(points.size()));
    lowest = result.levels.empty() ? mean : std::min(lowest, mean);
    highest = std::max(highest, mean);
    result.levels.push_back({label, mean});
  }
  result.effect = highest / lowest;
  return result;
}

/// Of every cost that varies.
void add_fronts(const ResultTable& results, std::uint32_t model,
                const std::vector<std::uint32_t>& points, const std::vector<double>& objective,
                bool higher_is_better, std::vector<ParetoFront>& fronts) {
  for (const std::string& name : cost_metrics()) {
    const std::vector<double>& cost = results.metric(name);
    std::set<double> costs;
    for (const std::uint32_t point : points) {
      costs.insert(cost[point]);
    }
    if (costs.size() > 1) {
      fronts.push_back(pareto_front(model, name, points, cost, objective, higher_is_better));
    }
  }
}

/// A figure and its values, [point].
using Column = std::pair<std::string, const std::vector<double>*>;

std::vector<Column> metric_columns(const ResultTable& results) {
  std::vector<Column> columns;
  for (const Metric& metric : sweep_metrics()) {
    columns.emplace_back(metric.name, &results.metric(metric.name));
  }
  return columns;
}

void add_sensitivities(const SweepDefinition& sweep, std::uint32_t model,
                       const std::vector<std::uint32_t>& points, const std::vector<Column>& columns,
                       std::vector<Sensitivity>& sensitivities) {
  for (std::size_t axis = 0; axis < sweep.space.keys.size(); ++axis) {
    const Levels levels = levels_of(sweep, axis, points);
    if (levels.size() < 2) {
      continue;
    }
    for (const auto& [name, values] : columns) {
      if (auto found = sensitivity(levels, *values)) {
        found->model = model;
        found->key = sweep.space.keys[axis]->name;
        found->metric = name;
        sensitivities.push_back(std::move(*found));
      }
    }
  }
}

/// [pattern]: the points of all its models, of those patterns that have placeholders.
std::vector<std::vector<std::uint32_t>> pattern_points(
    const SweepSpace& space, const std::vector<std::vector<std::uint32_t>>& by_model) {
  std::vector<std::vector<std::uint32_t>> by_pattern(space.patterns.size());
  for (std::size_t model = 0; model < by_model.size(); ++model) {
    const std::uint32_t pattern = space.pattern_of[model];
    if (is_pattern(space.patterns[pattern])) {
      by_pattern[pattern].insert(by_pattern[pattern].end(), by_model[model].begin(),
                                 by_model[model].end());
    }
  }
  for (std::vector<std::uint32_t>& points : by_pattern) {
    std::ranges::sort(points);
  }
  return by_pattern;
}

GoalAnalysis analyse_goal(const SweepDefinition& sweep, const ResultTable& results) {
  GoalAnalysis analysis;
  analysis.goal = parse_goal(*sweep.question.goal, sweep.question.weights, sweep.space);
  analysis.machines = machines_of(sweep.space);
  analysis.values = goal_values(analysis.goal, sweep.space, analysis.machines, results);
  const std::vector<std::uint32_t> machines = analysis.compared();
  add_fronts(results, 0, machines, analysis.values, analysis.goal.higher_is_better(),
             analysis.fronts);
  add_sensitivities(sweep, 0, machines, {{analysis.goal.name(), &analysis.values}},
                    analysis.sensitivities);
  analysis.anomalies = find_goal_anomalies(sweep, results, analysis);
  return analysis;
}

}  // namespace

std::vector<std::uint32_t> GoalAnalysis::compared() const {
  std::vector<std::uint32_t> numbers;
  for (std::size_t machine = 0; machine < machines.points.size(); ++machine) {
    if (!std::isnan(values[machines.number(machine)])) {
      numbers.push_back(machines.number(machine));
    }
  }
  return numbers;
}

SweepAnalysis analyse(const SweepDefinition& sweep, const SweepPlan& plan,
                      const ResultTable& results) {
  SweepAnalysis analysis;
  const bool clock_varies = std::ranges::find(sweep.space.keys, "clock.period", &ConfigKey::name) !=
                            sweep.space.keys.end();
  analysis.objective = clock_varies ? "seconds" : "cycles";
  const std::vector<double>& objective = results.metric(analysis.objective);
  const std::vector<std::vector<std::uint32_t>> points = compared_points(sweep.space, results);
  const std::vector<Column> columns = metric_columns(results);
  const std::vector<Column> told = points.size() > kMostModelsInFull
                                       ? std::vector<Column>{{analysis.objective, &objective}}
                                       : columns;
  for (std::uint32_t model = 0; model < points.size(); ++model) {
    add_fronts(results, model, points[model], objective, false, analysis.fronts);
    add_sensitivities(sweep, model, points[model], told, analysis.sensitivities);
  }
  const std::vector<std::vector<std::uint32_t>> by_pattern = pattern_points(sweep.space, points);
  for (std::uint32_t pattern = 0; pattern < by_pattern.size(); ++pattern) {
    add_sensitivities(sweep, pattern, by_pattern[pattern], columns, analysis.pattern_sensitivities);
  }
  analysis.anomalies = find_anomalies(sweep, plan, results, analysis.objective);
  if (sweep.question.goal) {
    analysis.goal = analyse_goal(sweep, results);
  }
  return analysis;
}

}  // namespace tilewave
