// A sweep in a dozen lines of text, for the terminal.
#pragma once

#include <string>

#include "sim/sweep/export.h"

namespace tilewave {

/// What came of the points and what follows from them. `kept` of them were in the store already.
std::string sweep_summary(const SweepReport& report, const std::string& store_file,
                          std::size_t kept);

/// "3 invalid, 1 timeout"; empty if everything is done.
std::string failures_text(const ResultTable& table);

}  // namespace tilewave
