// The result file: every figure of a run under a fixed name, for programs to read.
// docs/results.md defines each.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/run/run_outcome.h"

namespace tilewave {

inline constexpr const char* kResultSchema = "tilewave-run";
inline constexpr int kResultVersion = 1;

/// Cycles and bytes are integers, shares fractions of 1, what is not known is null. Two runs of the
/// same command differ in "host" at most.
nlohmann::ordered_json result_json(const RunOutcome& outcome);

/// Where the result has a counter, or what is called like one: "dram.read_bytes" at /dram/read_bytes.
nlohmann::ordered_json::json_pointer json_place(std::string_view name);

/// The keys that have an effect, by section.
nlohmann::ordered_json config_json(const Config& config);

}  // namespace tilewave
