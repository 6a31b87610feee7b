// The report of a run as one HTML document: engines over time, roofline, SRAM, DRAM bandwidth, and
// where the cycles went layer by layer. docs/reports.md defines what each shows.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "compiler/program/hazards.h"
#include "sim/pages/run_recorder.h"
#include "sim/run/run_outcome.h"

namespace tilewave {

/// What the page shows of a run beside its JSON result, which goes in unchanged as "result".
nlohmann::ordered_json run_page_data(const nlohmann::ordered_json& result_json,
                                     const RunOutcome& outcome,
                                     const std::vector<OpHazards>& hazards,
                                     const RunRecorder& recorder);

/// The document for such data.
std::string run_page(const nlohmann::ordered_json& data);

}  // namespace tilewave
