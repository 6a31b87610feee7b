// How the program ends, as a shell sees it.
#pragma once

namespace tilewave {

enum class ExitCode : int {
  kDone = 0,
  kVerificationFailed = 1,
  kInputError = 2,
  kInternalError = 3,
  kIncomplete = 4,     ///< a sweep on a cluster has points under way
  kInterrupted = 130,  ///< by ctrl-C, as shells have it: 128 + SIGINT
};

}  // namespace tilewave
