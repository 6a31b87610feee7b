// What the user asked of `tilewave sweep`, checked.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sim/commands/command.h"
#include "sim/sweep/definition.h"
#include "sim/sweep/sweep_outputs.h"

namespace tilewave {

struct SweepCommand : Command {
  SweepDefinition definition;
  std::string store_file = "tilewave-sweep.sqlite";
  unsigned jobs = 1;                                 ///< worker processes
  std::optional<std::chrono::milliseconds> timeout;  ///< of one point
  SweepOutputFiles outputs;
  std::vector<InputName> inputs;  ///< what is read, for the outputs to keep away from

  ExitCode execute() const override;
};

/// Of all of `tilewave sweep`: those of cluster_command.h, too.
CommandEntry sweep_entry();

}  // namespace tilewave
