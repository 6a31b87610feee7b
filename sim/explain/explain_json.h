// The result file of `tilewave explain`: every figure under a fixed name, for programs to read.
// docs/explain.md defines each.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/explain/explanation.h"

namespace tilewave {

inline constexpr const char* kExplainSchema = "tilewave-explain";
inline constexpr int kExplainVersion = 1;

/// Cycles and bytes are integers, predictions and bounds need not be; what is not known is null.
/// The first `path_elements` elements of the critical path are listed.
nlohmann::ordered_json explain_json(const Explanation& explanation, std::size_t path_elements);

}  // namespace tilewave
