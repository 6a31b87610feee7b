// The table of commands, and the texts that are walks over it. A new command is a line here.
#include "sim/commands/commands.h"

#include <algorithm>
#include <array>

#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/commands/check_command.h"
#include "sim/commands/compile_command.h"
#include "sim/commands/completion_command.h"
#include "sim/commands/diff_command.h"
#include "sim/commands/dram_trace_command.h"
#include "sim/commands/explain_command.h"
#include "sim/commands/help_command.h"
#include "sim/commands/help_text.h"
#include "sim/commands/man_command.h"
#include "sim/commands/model_command.h"
#include "sim/commands/option_values.h"
#include "sim/commands/run_command.h"
#include "sim/commands/sweep_command.h"

namespace tilewave {

std::span<const CommandEntry> commands() {
  static const std::array entries = {
      run_entry(),        sweep_entry(),   explain_entry(), diff_entry(),
      model_entry(),      compile_entry(), check_entry(),   dram_trace_entry(),
      completion_entry(), man_entry(),     help_entry(),
  };
  return entries;
}

const CommandEntry* find_command(std::string_view name) {
  const auto found = std::ranges::find(commands(), name, &CommandEntry::name);
  return found == commands().end() ? nullptr : &*found;
}

const CommandEntry& known_command(const std::string& name) {
  const CommandEntry* command = find_command(name);
  if (command == nullptr) {
    const std::string near = did_you_mean(name, command_names());
    fail_command_line("unknown command " + in_quotes(name) +
                      (near.empty() ? "; commands are " + command_list("and") : near));
  }
  return *command;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandEntry& command : commands()) {
    names.emplace_back(command.name);
  }
  return names;
}

std::string command_list(std::string_view last_word) {
  const std::vector<std::string> names = command_names();
  std::string list = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    list += (i + 1 == names.size() ? " " + std::string(last_word) + " " : ", ") + names[i];
  }
  return list;
}

boost::program_options::options_description command_options(const CommandEntry& command) {
  boost::program_options::options_description options = command.options();
  options.add_options()("help,h", "print this help");
  return options;
}

std::string command_help(const CommandEntry& command) {
  return command.help(help_of(command_options(command))) + "\n" + kExitCodesHelp;
}

std::string general_help() {
  const auto call = [](const CommandEntry& command) {
    return std::string(command.name) + " " + std::string(command.operand);
  };
  std::size_t width = 0;
  for (const CommandEntry& command : commands()) {
    width = std::max(width, call(command).size());
  }
  std::string list;
  for (const CommandEntry& command : commands()) {
    std::string words = call(command);
    words.resize(width + 2, ' ');
    list += "  " + words + std::string(command.summary) + "\n";
  }
  return "tilewave compiles neural networks to static schedules of tile operations and simulates\n"
         "them on a SystemC model of an accelerator.\n\n"
         "Usage: tilewave COMMAND ...\n\n"
         "Commands:\n" +
         list +
         "\n"
         "tilewave help COMMAND explains a command, its options and the config keys, as\n"
         "tilewave COMMAND --help does; tilewave --version prints the version.\n\n" +
         models_help() +
         "\nExamples:\n"
         "  tilewave run mlp:128x128x64x32x32\n"
         "  tilewave compile gemm:256x256x256 --dump schedule\n\n" +
         kExitCodesHelp;
}

}  // namespace tilewave
