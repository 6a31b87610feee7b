// The banked DRAM on the traffic of the reference runs, next to what three other simulators took
// for it (tests/data/dram/reference.csv), and the limits that the difference must keep.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/dram/standard.h"
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
  std::string what;
  std::function<bool(const DramRun&)> concerns;
  std::optional<double> mean;
  std::optional<double> p90;
  std::optional<double> max;
};
const std::vector<DramLimit>& dram_limits();

/// "DDR4 reads, mean 1.72 > 1.50", ...: one for each limit that the runs break.
std::vector<std::string> broken_limits(const std::vector<DramRun>& runs);

/// A mistake in the timings of a part that only runs with writes can notice.
struct TimingMistake {
  const char* what;
  void (*make)(DramTiming&);
};
const std::vector<TimingMistake>& write_timing_mistakes();

/// `runs` with those of `spec` that write simulated again with a mistake in its timings.
std::vector<DramRun> with_mistake(std::vector<DramRun> runs, const std::string& spec,
                                  const TimingMistake& mistake);

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
