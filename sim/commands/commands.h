// The register of commands: dispatch, help and suggestions are walks over it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/commands/command.h"

namespace tilewave {

/// In the order of the help.
std::span<const CommandEntry> commands();

/// Null if there is none of that name.
const CommandEntry* find_command(std::string_view name);
/// Throws InputError, naming the nearest.
const CommandEntry& known_command(const std::string& name);

std::vector<std::string> command_names();

/// "run, sweep, explain <last_word> dram-trace"
std::string command_list(std::string_view last_word);

/// The command's options and --help.
boost::program_options::options_description command_options(const CommandEntry& command);

std::string command_help(const CommandEntry& command);
std::string general_help();

}  // namespace tilewave
