// `tilewave diff`.
#pragma once

#include <optional>
#include <string>

#include "sim/commands/command.h"
#include "sim/diff/result_diff.h"

namespace tilewave {

struct DiffCommand : Command {
  std::string a;  ///< JSON results; "-": standard input
  std::string b;
  DiffChoice choice;
  std::optional<std::string> json_file;  ///< "-": standard output

  ExitCode execute() const override;
};

CommandEntry diff_entry();

}  // namespace tilewave
