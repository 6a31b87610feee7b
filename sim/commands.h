// What each command does, from its options to its output. Errors are thrown; main() words them.
#pragma once

#include "sim/command_line.h"

namespace tilewave {

enum class ExitCode : int {
  kDone = 0,
  kVerificationFailed = 1,
  kInputError = 2,
  kInternalError = 3,
  kInterrupted = 130,  ///< by ctrl-C, as shells have it: 128 + SIGINT
};

/// run(), sweep() and explain() must run inside SystemC, that is, below sc_main(). All throw
/// InputError.
ExitCode run(const RunCommand& command);
ExitCode sweep(const SweepCommand& command);
ExitCode explain(const ExplainCommand& command);
ExitCode compile(const CompileCommand& command);
ExitCode check(const CheckCommand& command);
ExitCode dram_trace(const DramTraceCommand& command);

}  // namespace tilewave
