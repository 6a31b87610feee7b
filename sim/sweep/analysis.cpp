// Fronts, knees and sensitivities from the table of results.
#include "sim/sweep/analysis.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/sweep/anomaly.h"
#include "sim/sweep/metrics.h"

namespace tilewave {
namespace {

constexpr std::size_t kMostLevels = 16;
constexpr std::size_t kRanges = 8;

std::vector<std::uint32_t> done_points(const SweepDefinition& sweep, const ResultTable& results,
                                       std::uint32_t model) {
  std::vector<std::uint32_t> points;
  for (std::uint32_t i = 0; i < results.points(); ++i) {
    if (results.done(i) && sweep.space.points[i].model == model) {
      points.push_back(i);
    }
  }
  return points;
}

std::optional<std::uint32_t> knee_of(const std::vector<std::uint32_t>& front,
                                     const std::vector<double>& cost,
                                     const std::vector<double>& objective) {
  if (front.size() < 3 || !(cost[front.front()] > 0) || !(objective[front.back()] > 0)) {
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
                         const std::vector<double>& objective) {
  std::ranges::sort(points, [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(cost[a], objective[a], a) < std::tie(cost[b], objective[b], b);
  });
  ParetoFront front{model, cost_name, {}, {}};
  for (const std::uint32_t point : points) {
    if (front.points.empty() || objective[point] < objective[front.points.back()]) {
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
  const std::string unset = key.has_effect(sweep.base) ? key_text(key, sweep.base) : "not set";
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

void add_sensitivities(const SweepDefinition& sweep, const ResultTable& results,
                       std::uint32_t model, const std::vector<std::uint32_t>& points,
                       SweepAnalysis& analysis) {
  for (std::size_t axis = 0; axis < sweep.space.keys.size(); ++axis) {
    const Levels levels = levels_of(sweep, axis, points);
    if (levels.size() < 2) {
      continue;
    }
    for (const Metric& metric : sweep_metrics()) {
      if (auto found = sensitivity(levels, results.metric(metric.name))) {
        found->model = model;
        found->key = sweep.space.keys[axis]->name;
        found->metric = metric.name;
        analysis.sensitivities.push_back(std::move(*found));
      }
    }
  }
}

}  // namespace

SweepAnalysis analyse(const SweepDefinition& sweep, const SweepPlan& plan,
                      const ResultTable& results) {
  SweepAnalysis analysis;
  const bool clock_varies = std::ranges::find(sweep.space.keys, "clock.period", &ConfigKey::name) !=
                            sweep.space.keys.end();
  analysis.objective = clock_varies ? "seconds" : "cycles";
  const std::vector<double>& objective = results.metric(analysis.objective);
  for (std::uint32_t model = 0; model < sweep.space.models.size(); ++model) {
    const std::vector<std::uint32_t> points = done_points(sweep, results, model);
    for (const std::string& name : cost_metrics()) {
      const std::vector<double>& cost = results.metric(name);
      std::set<double> costs;
      for (const std::uint32_t point : points) {
        costs.insert(cost[point]);
      }
      if (costs.size() > 1) {
        analysis.fronts.push_back(pareto_front(model, name, points, cost, objective));
      }
    }
    add_sensitivities(sweep, results, model, points, analysis);
  }
  analysis.anomalies = find_anomalies(sweep, plan, results, analysis.objective);
  return analysis;
}

}  // namespace tilewave
