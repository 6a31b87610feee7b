// `tilewave explain`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/command.h"
#include "sim/config/config.h"
#include "sim/model/onnx_files.h"

namespace tilewave {

struct ExplainCommand : Command {
  std::string model;  ///< empty: only a program
  OnnxArguments onnx;
  Config config;
  std::optional<std::string> program_file;  ///< explain this instead of compiling
  std::optional<std::string> json_file;     ///< "-": standard output
  bool simulate = false;                    ///< the what-ifs too
  std::uint32_t path_elements = 0;          ///< of the critical path, listed one by one
  std::string schedule_setting;   ///< a schedule key of the command line: useless with a program
  std::vector<InputName> inputs;  ///< what is read, for the outputs to keep away from

  ExitCode execute() const override;
};

CommandEntry explain_entry();

}  // namespace tilewave
