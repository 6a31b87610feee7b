// --goal: one figure of a machine over all models of a sweep, by which machines are compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sweep/metrics.h"
#include "sim/sweep/result_table.h"

namespace tilewave {

enum class GoalKind : std::uint8_t { kSum, kGeometricMean };

struct Goal {
  GoalKind kind = GoalKind::kSum;
  Metric metric;
  /// By model of the space; each 1 unless they are given. Sum: Σ wᵢ·xᵢ; geometric mean:
  /// exp(Σ wᵢ·ln xᵢ / Σ wᵢ).
  std::vector<double> weights;
  bool is_weighted = false;  ///< whether they are given

  std::string name() const;  ///< "sum(cycles)"
  bool higher_is_better() const { return metric.better == Better::kHigher; }
};

/// `text` is sum(METRIC) or geomean(METRIC) of a metric of which one of two values is better. `weights`
/// are MODEL=WEIGHT, for each model as given or as a pattern makes it, whose own weight goes before that
/// of its pattern; without any, all weigh the same. Throws InputError, which starts with
/// "command line: --goal" or "--weight".
Goal parse_goal(std::string_view text, const std::vector<std::string>& weights,
                const SweepSpace& space);

/// Points that differ in nothing but the model are of one machine, whose number is that of its point with
/// the first model.
struct SweepMachines {
  /// [machine]: its points in the order of their models, one of each; of points that are the same in
  /// the same words the first.
  std::vector<std::vector<std::uint32_t>> points;
  std::vector<std::uint32_t> of;  ///< [point]: the machine
  std::size_t models = 0;

  std::uint32_t number(std::size_t machine) const { return points[machine].front(); }
  /// Whether it has a point of every model.
  bool is_complete(std::size_t machine) const { return points[machine].size() == models; }
};

/// In the order of their first points.
SweepMachines machines_of(const SweepSpace& space);

/// [point]: the goal of the machine that has the point's number; ResultTable::kNone for other points,
/// and where a model has no point that is done, kept and has the metric.
std::vector<double> goal_values(const Goal& goal, const SweepSpace& space,
                                const SweepMachines& machines, const ResultTable& results);

}  // namespace tilewave
