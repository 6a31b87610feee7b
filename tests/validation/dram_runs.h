// The banked DRAM on the traffic of the reference runs, next to what three other simulators took
// for it (tests/data/dram/reference.csv), and the limits that the difference must keep.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/validation/error_summary.h"

namespace tilewave::validation {

/// Total times, from the first issue to the last completion.
struct DramRun {
  std::string spec;  ///< the preset
  std::string map;
  std::string scenario;  ///< tests/support/dram_traffic.h
  unsigned outstanding = 0;
  bool writes = false;  ///< some of the accesses are
  std::optional<double> ramulator_ns;
  std::optional<double> dramsys_ns;
  std::optional<double> dramsim3_ns;
  double ours_ns = 0;

  /// The mean of Ramulator and DRAMSys, or the one there is.
  double reference_ns() const;
  double error() const { return error_percent(ours_ns, reference_ns()); }
  bool is_lpddr4() const { return spec == "lp4"; }
  /// "isolated tiles", "random reads", ...
  std::string traffic() const;
};

/// Simulates every row of the reference.
std::vector<DramRun> simulate_dram_runs();

/// What tests/validation enforces of error(), in percent.
struct DramLimit {
  const char* what;
  bool (*concerns)(const DramRun&);
  double mean;
  std::optional<double> p90;
  std::optional<double> max;
};
const std::vector<DramLimit>& dram_limits();

/// Of the runs that `concerns` chooses.
template <typename Concerns>
ErrorSummary summarize_errors(const std::vector<DramRun>& runs, const Concerns& concerns) {
  std::vector<double> errors;
  for (const DramRun& run : runs) {
    if (concerns(run)) {
      errors.push_back(run.error());
    }
  }
  return summarize(errors);
}

}  // namespace tilewave::validation
