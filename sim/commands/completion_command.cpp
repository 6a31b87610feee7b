// `tilewave completion`: prints the script of a shell.
#include "sim/commands/completion_command.h"

#include <memory>

#include "compiler/base/nearest.h"
#include "sim/commands/completion.h"
#include "sim/commands/help_command.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Prints what a shell needs to complete commands, options, config keys, machines and models. "
    "An\n"
    "installation has it where bash and zsh look for it.\n\n"
    "Usage: tilewave completion bash|zsh\n\n"
    "Examples:\n"
    "  source <(tilewave completion bash)\n"
    "  tilewave completion zsh > ~/.zfunc/_tilewave\n";

std::unique_ptr<const Command> parse(const Arguments& arguments) {
  const std::string shell = only_positional(arguments, "completion", "shell");
  if (shell == "bash") {
    return printing(bash_completion(completion_table()));
  }
  if (shell == "zsh") {
    return printing(zsh_completion(completion_table()));
  }
  const std::vector<std::string> shells = {"bash", "zsh"};
  fail_command_line("completion of " + in_quotes(shell) + " is not known" +
                    did_you_mean(shell, shells) + "; allowed: bash or zsh");
}

}  // namespace

CommandEntry completion_entry() {
  return {
      .name = "completion",
      .operand = "bash|zsh",
      .summary = "print what a shell needs to complete all this",
      .takes_config = false,
      .options = titled_options,
      .help = [](const std::string& text) { return kHelp + ("\n" + text); },
      .parse = parse,
  };
}

}  // namespace tilewave
