// `tilewave compile`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/commands/command.h"
#include "sim/config/config.h"
#include "sim/model/onnx_files.h"

namespace tilewave {

enum class DumpChoice : std::uint8_t {
  kGraph,
  kLoops,
  kMapping,
  kUops,
  kSchedule,
  kProgram,
  kCanonical
};
enum class ProgramFormat : std::uint8_t { kText, kBinary };

struct CompileCommand : Command {
  std::string model;
  OnnxArguments onnx;
  Config config;
  DumpChoice dump = DumpChoice::kProgram;
  std::string output_file = "-";  ///< "-": standard output
  ProgramFormat format = ProgramFormat::kText;
  std::vector<InputName> inputs;  ///< what is read, for the outputs to keep away from

  ExitCode execute() const override;
};

CommandEntry compile_entry();

}  // namespace tilewave
