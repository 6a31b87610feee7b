// What the user asked of `tilewave sweep`, checked.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sim/sweep/definition.h"

namespace tilewave {

struct SweepOutputFiles {
  std::optional<std::string> json;  ///< "-": standard output
  std::optional<std::string> csv;   ///< the same
  std::optional<std::string> report;
};

struct SweepCommand {
  SweepDefinition definition;
  std::string store_file = "tilewave-sweep.sqlite";
  unsigned jobs = 1;                                 ///< worker processes
  std::optional<std::chrono::milliseconds> timeout;  ///< of one point
  SweepOutputFiles outputs;
};

}  // namespace tilewave
