// `tilewave check`: may this program run at all?
#include "sim/commands/check_command.h"

#include <algorithm>
#include <memory>

#include "compiler/base/error.h"
#include "compiler/program/verify/program_verify.h"
#include "sim/base/error_line.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/model/model_source.h"

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Verifies program files, text or binary, without running them; '-' is standard input.\n\n"
    "Usage: tilewave check FILE...\n\n"
    "Examples:\n"
    "  tilewave check model.tw\n"
    "  tilewave compile gemm:64x64x64 | tilewave check -\n";

CheckCommand read_command(const Arguments& arguments) {
  CheckCommand command;
  command.files = arguments.positionals;
  if (command.files.empty()) {
    fail_command_line("check needs a FILE; see 'tilewave check --help'");
  }
  if (std::ranges::find(command.files, "") != command.files.end()) {
    fail_command_line("a FILE of check is empty");
  }
  if (std::ranges::count(command.files, "-") > 1) {
    fail_command_line("standard input cannot be read twice");
  }
  return command;
}

void check(const std::string& file) {
  const std::string name = input_name(file);
  const Program program = load_program(file);
  const VerifyReport report = verify_program(program, name);
  write_standard_output(name + ": ok, " + std::to_string(program.ops.size()) + " ops (" +
                        std::to_string(report.loads) + " load, " + std::to_string(report.executes) +
                        " execute, " + std::to_string(report.stores) + " store), " +
                        std::to_string(report.peak_address) + " bytes of SRAM\n");
}

}  // namespace

/// What is wrong with one file says nothing about the next.
ExitCode CheckCommand::execute() const {
  if (files.size() == 1) {
    check(files[0]);
    return ExitCode::kDone;
  }
  ExitCode code = ExitCode::kDone;
  for (const std::string& file : files) {
    try {
      check(file);
    } catch (const InputError& error) {
      print_error(error.what());
      code = ExitCode::kInputError;
    }
  }
  return code;
}

CommandEntry check_entry() {
  return {
      .name = "check",
      .operand = "FILE...",
      .summary = "verify program files",
      .takes_config = false,
      .options = titled_options,
      .help = [](const std::string& text) { return kHelp + ("\n" + text); },
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<CheckCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
