// A run layer by layer, as CSV and as a part of the JSON result: one register of columns for both.
// docs/results.md defines each.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "sim/run/run_outcome.h"
#include "sim/shares/layer_account.h"

namespace tilewave {

/// RFC 4180 with a header, a row for each layer and a last one for what belongs to none: the sums of
/// the columns of cycles, bytes, ops, products and slots are the run's.
std::string layers_csv(const LayerAccount& account, const RunOutcome& outcome);

/// An object for each layer: the columns of the CSV, a dot in a name being a level.
nlohmann::ordered_json layers_json(const LayerAccount& account, const RunOutcome& outcome);

/// What belongs to no layer: cycles, and the array's slots in them.
nlohmann::ordered_json no_layer_json(const LayerAccount& account, const RunOutcome& outcome);

}  // namespace tilewave
