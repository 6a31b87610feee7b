// `tilewave run`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/command.h"
#include "sim/config/config.h"
#include "sim/model/onnx_files.h"
#include "sim/outputs/run_outputs.h"
#include "sim/run/value_choices.h"

namespace tilewave {

struct RunCommand : Command {
  std::string model;  ///< file name or built-in, as given; may be empty if there is a program, or
                      ///< with print_config
  OnnxArguments onnx;
  std::optional<std::string> expect_directory;  ///< with the outputs of an ONNX model
  Config config;
  std::optional<std::string> program_file;  ///< run this instead of compiling
  RunOutputNames outputs;
  bool timing_only = false;
  std::uint64_t seed = 1;
  KernelChoice kernel = KernelChoice::kAuto;
  std::optional<VerifyChoice> verify;  ///< none: full or sampled, by the amount of work
  bool print_config = false;
  std::string schedule_setting;   ///< a schedule or tile key, as given: useless with a program
  std::vector<InputName> inputs;  ///< what is read, for the outputs to keep away from

  /// What the result goes by: the model, else the program.
  std::string name() const { return model.empty() ? program_file.value_or("") : model; }
  ExitCode execute() const override;
};

CommandEntry run_entry();

}  // namespace tilewave
