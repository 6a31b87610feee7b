// Which command it is; what its words mean is up to its entry in the register.
#include "sim/commands/command_line.h"

#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/base/build_identity.h"
#include "sim/base/output_file.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_values.h"

namespace tilewave {
namespace {

std::unique_ptr<const Command> printing(std::string text) {
  auto command = std::make_unique<HelpCommand>();
  command->text = std::move(text);
  return command;
}

[[noreturn]] void fail_unknown(const std::string& word) {
  if (word.starts_with('-')) {
    const std::vector<std::string> options = {"--help", "--version"};
    fail_command_line("unknown option " + in_quotes(word) + did_you_mean(word, options) +
                      "; a command comes first: " + command_list("or"));
  }
  const std::string near = did_you_mean(word, command_names());
  fail_command_line("unknown command " + in_quotes(word) +
                    (near.empty() ? "; commands are " + command_list("and") : near));
}

}  // namespace

ExitCode HelpCommand::execute() const {
  write_standard_output(text);
  return ExitCode::kDone;
}

std::unique_ptr<const Command> parse_command_line(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    fail_command_line("missing command: " + command_list("or") + "; see 'tilewave --help'");
  }
  const std::string& first = arguments[0];
  if (const CommandEntry* command = find_command(first)) {
    const Arguments given =
        split_arguments(arguments.subspan(1), command_options(*command), command->takes_config);
    return given.has("help") ? printing(command_help(*command)) : command->parse(given);
  }
  const bool help = first == "--help" || first == "-h";
  if (!help && first != "--version") {
    fail_unknown(first);
  }
  if (arguments.size() > 1) {
    fail_command_line(first + " takes nothing after it, but got " + in_quotes(arguments[1]));
  }
  return printing(help ? general_help() : identity_text() + "\n");
}

}  // namespace tilewave
