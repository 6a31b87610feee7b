// What each command does, from its options to its output. Errors are thrown; main() words them.
#pragma once

#include "sim/command_line.h"

namespace tilewave {

enum class ExitCode : int {
  kDone = 0,
  kVerificationFailed = 1,
  kInputError = 2,
  kInternalError = 3,
};

/// Must run inside SystemC, that is, below sc_main(). Throws InputError, as the others do.
ExitCode run(const RunCommand& command);
ExitCode compile(const CompileCommand& command);
ExitCode check(const CheckCommand& command);
ExitCode dram_trace(const DramTraceCommand& command);

}  // namespace tilewave
