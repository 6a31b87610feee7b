// `tilewave check`.
#pragma once

#include <string>
#include <vector>

#include "sim/commands/command.h"

namespace tilewave {

struct CheckCommand : Command {
  std::vector<std::string> files;

  ExitCode execute() const override;
};

CommandEntry check_entry();

}  // namespace tilewave
