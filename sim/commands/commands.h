// What each command does, from its options to its output. Errors are thrown; main() words them.
#pragma once

#include "sim/commands/command_line.h"

namespace tilewave {

enum class ExitCode : int {
  kDone = 0,
  kVerificationFailed = 1,
  kInputError = 2,
  kInternalError = 3,
  kIncomplete = 4,     ///< a sweep on a cluster has points under way
  kInterrupted = 130,  ///< by ctrl-C, as shells have it: 128 + SIGINT
};

/// run(), explain(), sweep() and the three of a cluster must run inside SystemC, that is, below
/// sc_main(). All throw InputError.
ExitCode run(const RunCommand& command);
ExitCode sweep(const SweepCommand& command);
ExitCode submit_to_cluster(const ClusterSubmitCommand& command);
ExitCode collect_from_cluster(const ClusterCollectCommand& command);
ExitCode work_cluster_task(const ClusterTaskCommand& command);
ExitCode explain(const ExplainCommand& command);
ExitCode compile(const CompileCommand& command);
ExitCode check(const CheckCommand& command);
ExitCode dram_trace(const DramTraceCommand& command);

}  // namespace tilewave
