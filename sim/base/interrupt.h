// What ends the process from outside, ctrl-C, `kill` and a terminal that goes away: so that a long
// job can end in order, and any other leaves nothing behind. Only main.cpp and what it calls
// install anything; the library does not.
#pragma once

#include "sim/base/exit_code.h"

namespace tilewave {

/// SIGINT, SIGTERM, SIGHUP and their like now remove temporary files and end the process with the
/// exit code a shell would give it; a file that gets too large, and a pipe that nobody reads, are
/// errors like any other. A SIGHUP that was ignored stays so, for nohup.
void end_on_signals();

/// While one exists, SIGINT, SIGTERM and SIGHUP do not end the process but are a question that a
/// long job asks. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;
  ExitCode exit_code() const;  ///< if it was requested: 128 + the signal's number
};

}  // namespace tilewave
