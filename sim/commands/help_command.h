// `tilewave help`, and whatever else has nothing to do but to print.
#pragma once

#include <string>

#include "sim/commands/command.h"

namespace tilewave {

/// Help, --version: the words are known when the command line is.
struct HelpCommand : Command {
  std::string text;

  ExitCode execute() const override;
};

std::unique_ptr<const Command> printing(std::string text);

CommandEntry help_entry();

}  // namespace tilewave
