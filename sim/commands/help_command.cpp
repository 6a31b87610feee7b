// The help of --help, asked for by a word.
#include "sim/commands/help_command.h"

#include <utility>

#include "sim/base/output_file.h"
#include "sim/commands/commands.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Explains tilewave, or one of its commands: the same as 'tilewave COMMAND --help'.\n\n"
    "Usage: tilewave help [COMMAND]\n\n"
    "Examples:\n"
    "  tilewave help\n"
    "  tilewave help sweep\n";

std::unique_ptr<const Command> parse(const Arguments& arguments) {
  if (arguments.positionals.empty()) {
    return printing(general_help());
  }
  return printing(command_help(known_command(only_positional(arguments, "help", "COMMAND"))));
}

}  // namespace

ExitCode HelpCommand::execute() const {
  write_standard_output(text);
  return ExitCode::kDone;
}

std::unique_ptr<const Command> printing(std::string text) {
  auto command = std::make_unique<HelpCommand>();
  command->text = std::move(text);
  return command;
}

CommandEntry help_entry() {
  return {
      .name = "help",
      .operand = "[COMMAND]",
      .summary = "explain a command, its options and the config keys",
      .takes_config = false,
      .options = titled_options,
      .help = [](const std::string& text) { return kHelp + ("\n" + text); },
      .parse = parse,
  };
}

}  // namespace tilewave
