// What a sweep says as a whole: which machines are worth their cost, which keys matter, and where
// more of a resource made things slower. It words only the reasons of the latter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/goal.h"
#include "sim/sweep/result_table.h"

namespace tilewave {

/// The points of a model that no other one beats in both cost and objective, by ascending cost.
struct ParetoFront {
  std::uint32_t model = 0;
  std::string cost;  ///< a metric
  std::vector<std::uint32_t> points;
  /// Where the front bends most: with logarithms of cost and objective, each scaled to 0..1 over
  /// the front, the point farthest below the line between its ends ("Kneedle", Satopää et al.
  /// 2011). None if no point lies below.
  std::optional<std::uint32_t> knee;
};

/// How far a metric moves with a key alone: of the done points, by the value of the key.
struct Sensitivity {
  struct Level {
    std::string label;
    double mean = 0;  ///< geometric, over whatever the other keys are
  };
  std::uint32_t model = 0;
  std::string key;
  std::string metric;
  double effect = 1;  ///< largest mean / smallest mean
  /// The values of the key; if they are numbers and more than 16, eight ranges of equally many
  /// points.
  std::vector<Level> levels;
};

/// Two points that differ in one key only, to the next of its values, of which the one with more of
/// the resource is the slower one, or worse by the goal.
struct Anomaly {
  std::uint32_t model = 0;
  std::string key;
  std::uint32_t from = 0;  ///< the point with less of the resource, or the longer latency
  std::uint32_t to = 0;
  double change = 0;  ///< of the objective, relative to `from`; below 0 if more of it is better
  std::string explanation;
};

/// The same of machines, by their goal. They stand as the points that have their numbers; models are no
/// part of it.
struct GoalAnalysis {
  Goal goal;
  SweepMachines machines;
  std::vector<double> values;  ///< goal_values()
  std::vector<ParetoFront> fronts;
  std::vector<Sensitivity> sensitivities;  ///< of the goal, if it is above 0 for all machines
  std::vector<Anomaly> anomalies;

  /// The numbers of the machines that have a goal.
  std::vector<std::uint32_t> compared() const;
};

struct SweepAnalysis {
  std::string objective;  ///< of a model: "cycles"; "seconds" if the clock is swept
  std::vector<ParetoFront> fronts;
  std::vector<Sensitivity> sensitivities;  ///< of metrics that are above 0 in all done points
  /// The same over all points of a pattern with placeholders, whose number `model` is.
  std::vector<Sensitivity> pattern_sensitivities;
  std::vector<Anomaly> anomalies;
  std::optional<GoalAnalysis> goal;
};

/// Of the points that are done and kept.
SweepAnalysis analyse(const SweepDefinition& sweep, const SweepPlan& plan,
                      const ResultTable& results);

}  // namespace tilewave
