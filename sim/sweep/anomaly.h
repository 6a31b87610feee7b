// Where more of a resource made a model slower, and what changed. Part of sim/sweep/analysis.h.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/analysis.h"

namespace tilewave {

/// Compares every two points that differ in one key of which more (or, of a latency, less) should
/// help, and are neighbours in it. By model, key and point.
std::vector<Anomaly> find_anomalies(const SweepDefinition& sweep, const SweepPlan& plan,
                                    const ResultTable& results, const std::string& objective);

/// The same for machines and their goal.
std::vector<Anomaly> find_goal_anomalies(const SweepDefinition& sweep, const ResultTable& results,
                                         const GoalAnalysis& goal);

}  // namespace tilewave
