// The result file: every figure of a run under a fixed name, for programs to read.
// docs/results.md defines each.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/run/run_outcome.h"
#include "sim/shares/layer_account.h"

namespace tilewave {

inline constexpr const char* kResultSchema = "tilewave-run";
inline constexpr int kResultVersion = 1;

/// Cycles and bytes are integers, shares fractions of 1, what is not known is null. Two runs of the
/// same command differ in "host" at most. `layers` null: nobody has watched, and there are none.
nlohmann::ordered_json result_json(const RunOutcome& outcome, const LayerAccount* layers = nullptr);

/// The parts of it that other documents of a run share, as members of `json`.
void add_useful_work(nlohmann::ordered_json& json, const UsefulWork& work);
void add_bounds(nlohmann::ordered_json& json, const RunResult& result);

/// The keys that have an effect, by section.
nlohmann::ordered_json config_json(const Config& config);

}  // namespace tilewave
