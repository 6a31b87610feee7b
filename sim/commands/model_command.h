// `tilewave model`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/command.h"
#include "sim/model/onnx_files.h"

namespace tilewave {

struct ModelCommand : Command {
  std::string model;  ///< file name or built-in, as given
  OnnxArguments onnx;
  std::optional<std::string> json_file;  ///< "-": standard output
  std::vector<InputName> inputs;         ///< what is read, for the output to keep away from

  ExitCode execute() const override;
};

CommandEntry model_entry();

}  // namespace tilewave
