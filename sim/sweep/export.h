// A sweep's results as files for other programs: CSV with a row for each point, and JSON with what
// they say together. Both depend on the definition and the results alone, to the byte.
#pragma once

#include <string>

#include "sim/sweep/analysis.h"
#include "sim/sweep/plan.h"

namespace tilewave {

inline constexpr const char* kSweepSchema = "tilewave-sweep";
inline constexpr int kSweepVersion = 1;

/// Everything there is to say about a sweep. What it refers to outlives it.
struct SweepReport {
  const SweepDefinition& sweep;
  const SweepPlan& plan;
  const ResultTable& table;
  const SweepAnalysis& analysis;
  ResultSource results;
};

/// RFC 4180 with a header: point, model, every swept key, status, message, bottleneck, main_stall,
/// every metric, build. Beside a key whose numbers have units, or may be words, stands a column of the
/// numbers in its base unit, "sram.size [B]". What there is not is empty.
std::string sweep_csv(const SweepReport& report);

/// As docs/sweeps.md has it; ends in a newline, with a line for each point.
std::string sweep_json(const SweepReport& report);

}  // namespace tilewave
