// `tilewave dram-trace`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/command.h"
#include "sim/config/config.h"
#include "sim/run/dram_trace_format.h"

namespace tilewave {

/// Of the document of --json.
inline constexpr const char* kDramTraceSchema = "tilewave-dram-trace";
inline constexpr int kDramTraceVersion = 1;

/// Its config has dram.model=banked where nothing else is asked for.
struct DramTraceCommand : Command {
  std::string file;
  Config config;
  std::optional<DramTraceFormat> format;  ///< none: the file shows it
  std::optional<std::uint32_t>
      outstanding;                       ///< reads in flight, and writes in flight; none: 16, or
                                         ///< as many as there may be if accesses have times
  bool clock_given = false;              ///< clock.period, on the command line
  std::optional<std::string> json_file;  ///< "-": standard output
  std::vector<InputName> inputs;         ///< what is read, for the outputs to keep away from

  ExitCode execute() const override;
};

CommandEntry dram_trace_entry();

}  // namespace tilewave
