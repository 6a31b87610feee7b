// `tilewave dram-trace`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/command.h"
#include "sim/config/config.h"

namespace tilewave {

/// Its config has dram.model=banked where nothing else is asked for.
struct DramTraceCommand : Command {
  std::string file;
  Config config;
  std::uint32_t outstanding = 16;        ///< reads in flight, and writes in flight
  std::optional<std::string> json_file;  ///< "-": standard output
  std::vector<InputName> inputs;         ///< what is read, for the outputs to keep away from

  ExitCode execute() const override;
};

CommandEntry dram_trace_entry();

}  // namespace tilewave
