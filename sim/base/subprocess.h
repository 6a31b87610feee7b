// Another program, run to its end without a shell, with what it says on both streams.
#pragma once

#include <string>
#include <vector>

namespace tilewave {

struct ProgramEnd {
  int exit_code = 0;  ///< 128 + the signal that ended it
  std::string out;
  std::string err;
};

/// `command[0]` is searched for in PATH. Standard input is empty; the program is in a process group
/// of its own, so that a ctrl-C in our terminal does not reach it. Throws InputError if it cannot
/// be started: "sbatch cannot be run: No such file or directory".
ProgramEnd call_program(const std::vector<std::string>& command);

}  // namespace tilewave
