// The figures that a sweep keeps of every run, by name: a table of which result file's fields they
// are, what a machine costs, and which of two values is better.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/accounting/counters.h"
#include "sim/run/run_outcome.h"
#include "sim/sweep/point_result.h"

namespace tilewave {

struct Metric {
  std::string name;  ///< "dram.read_bytes"; as in docs/results.md where a run's JSON has it
  std::string unit;  ///< "cycles", "B", "B/s", "s", "1" for shares and counts
  Better better = Better::kNeither;
  std::string help;
};

/// In the order of the exports' columns.
const std::vector<Metric>& sweep_metrics();

/// What a machine has that costs, the more the dearer: names of metrics.
const std::vector<std::string>& cost_metrics();

/// Throws InputError, which says what is wrong, unless these are the metrics of a row of that
/// status: all of them, each a number from 0 or null, if the point ran; none if it did not.
void check_metrics(PointStatus status, const nlohmann::ordered_json& metrics);

/// The row of a finished run: done, or wrong.
PointResult summarise(const RunOutcome& outcome);

}  // namespace tilewave
