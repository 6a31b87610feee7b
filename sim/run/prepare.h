// What a command works on: the MODEL or program that the user names, compiled or adopted, verified
// either way.
#pragma once

#include <optional>
#include <string>

#include "compiler/onnx/onnx_import.h"
#include "sim/model/onnx_files.h"
#include "sim/run/compile.h"

namespace tilewave {

/// What names the work on a command line, as given.
struct WorkNames {
  std::string model;                        ///< may be empty if there is a program file
  std::optional<std::string> program_file;  ///< instead of compiling the model
  std::string schedule_setting;  ///< a schedule key of the command line: useless with a program
  OnnxArguments onnx;
};

struct PreparedWork {
  std::optional<Graph> source;    ///< the model that was compiled; none if a program was given
  std::optional<OnnxModel> onnx;  ///< the model, if it is one, whether compiled or not
  CompiledModel compiled;
};

/// Throws InputError: `setting`, of tiles or scheduler, says nothing to a program.
[[noreturn]] void fail_scheduled_already(const std::string& setting, const std::string& program);

/// Throws InputError.
PreparedWork prepare(const WorkNames& names, const Config& config);

}  // namespace tilewave
