// `tilewave man`.
#pragma once

#include <string>

#include "sim/commands/command.h"

namespace tilewave {

struct ManCommand : Command {
  std::string directory;  ///< which gets every page

  ExitCode execute() const override;
};

CommandEntry man_entry();

}  // namespace tilewave
