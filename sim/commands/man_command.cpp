// `tilewave man`: one page to standard output, or all of them into a directory, as the build does it.
#include "sim/commands/man_command.h"

#include <filesystem>
#include <memory>

#include "sim/base/output_file.h"
#include "sim/commands/commands.h"
#include "sim/commands/help_command.h"
#include "sim/commands/help_text.h"
#include "sim/commands/man_page.h"
#include "sim/commands/option_values.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Prints the manual page of tilewave or of one of its commands, in the form that man reads. An\n"
    "installation has them already: man tilewave, man tilewave-run.\n\n"
    "Usage: tilewave man [COMMAND]\n"
    "       tilewave man --dir DIR\n\n"
    "Examples:\n"
    "  tilewave man run | man -l -\n"
    "  tilewave man --dir ~/.local/share/man/man1\n";

po::options_description options() {
  po::options_description options = titled_options();
  options.add_options()("dir", text_value("DIR"),
                        "write all pages into DIR: tilewave.1, tilewave-run.1, ...");
  return options;
}

std::unique_ptr<const Command> parse(const Arguments& arguments) {
  const bool named = !arguments.positionals.empty();
  if (const auto directory = arguments.value("dir")) {
    if (named) {
      fail_command_line("--dir is for all pages, but got " + in_quotes(arguments.positionals[0]));
    }
    auto command = std::make_unique<ManCommand>();
    command->directory = *directory;
    return command;
  }
  return printing(man_page_of(named ? only_positional(arguments, "man", "COMMAND") : ""));
}

}  // namespace

ExitCode ManCommand::execute() const {
  std::vector<std::string> names = command_names();
  names.insert(names.begin(), "");
  for (const std::string& name : names) {
    OutputFile page("--dir",
                    (std::filesystem::path(directory) / (man_page_name(name) + ".1")).string());
    page.write(man_page_of(name));
    page.commit();
  }
  return ExitCode::kDone;
}

CommandEntry man_entry() {
  return {
      .name = "man",
      .operand = "[COMMAND]",
      .summary = "print a manual page",
      .takes_config = false,
      .options = options,
      .help = [](const std::string& text) { return kHelp + ("\n" + text); },
      .parse = parse,
  };
}

}  // namespace tilewave
