// The report for people: what a run was, how long it took and where the time went, aligned and with
// units. No figure is computed here that the JSON result does not have.
#pragma once

#include <string>

#include "sim/run/run_outcome.h"

namespace tilewave {

/// Lines of at most 100 columns, unless names are long; the last is verdict_text().
std::string report_text(const RunOutcome& outcome);

/// The lines that other reports of a run share.
std::string machine_line(const Config& config);
std::string compile_lines(const CompileFigures& figures);
std::string time_lines(const RunResult& result);  ///< with the binding bound
std::string work_lines(
    const UsefulWork& work);  ///< roofline, utilisation, padding, warnings; or none

/// One line: "verified: 1 output, 4096 elements, max abs error 1.2e-06 (full)", "not verified
/// (timing only)" or "FAILED: ..." with the first wrong element.
std::string verdict_text(const RunOutcome& outcome);

}  // namespace tilewave
