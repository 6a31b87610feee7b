// From the words of a command line to what is to be done.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "sim/commands/command.h"

namespace tilewave {

/// `arguments` without the program's name. It reads config files, but runs nothing. Throws
/// InputError with one line.
std::unique_ptr<const Command> parse_command_line(std::span<const std::string> arguments);

}  // namespace tilewave
