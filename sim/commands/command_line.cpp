// Which command it is; what its words mean is up to its entry in the register.
#include "sim/commands/command_line.h"

#include <vector>

#include "compiler/base/build_identity.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/commands/commands.h"
#include "sim/commands/help_command.h"
#include "sim/commands/option_values.h"

namespace tilewave {
namespace {

[[noreturn]] void fail_unknown_option(const std::string& word) {
  const std::vector<std::string> options = {"--help", "--version"};
  fail_command_line("unknown option " + in_quotes(word) + did_you_mean(word, options) +
                    "; a command comes first: " + command_list("or"));
}

}  // namespace

std::unique_ptr<const Command> parse_command_line(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    fail_command_line("missing command: " + command_list("or") + "; see 'tilewave --help'");
  }
  const std::string& first = arguments[0];
  if (!first.starts_with('-')) {
    const CommandEntry& command = known_command(first);
    const Arguments given =
        split_arguments(arguments.subspan(1), command_options(command), command.takes_config);
    return given.has("help") ? printing(command_help(command)) : command.parse(given);
  }
  const bool help = first == "--help" || first == "-h";
  if (!help && first != "--version") {
    fail_unknown_option(first);
  }
  if (arguments.size() > 1) {
    fail_command_line(first + " takes nothing after it, but got " + in_quotes(arguments[1]));
  }
  return printing(help ? general_help() : identity_text() + "\n");
}

}  // namespace tilewave
