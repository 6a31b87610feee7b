// A model's summary for people and for programs. docs/results.md defines each figure.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "sim/model/model_summary.h"

namespace tilewave {

inline constexpr const char* kModelSchema = "tilewave-model";
inline constexpr int kModelVersion = 1;

/// Several lines; a figure that is not known says so.
std::string model_text(const ModelSummary& summary);

/// What is not known is null.
nlohmann::ordered_json model_json(const ModelSummary& summary);

}  // namespace tilewave
