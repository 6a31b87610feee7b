// `tilewave diff`: two JSON results → figures in pairs → table and JSON.
#include "sim/commands/diff_command.h"

#include <array>
#include <memory>

#include "sim/base/dump_json.h"
#include "sim/base/output_file.h"
#include "sim/commands/dram_trace_command.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/report/result_json.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Compares two results that --json wrote, of 'run' or of 'dram-trace': the figures that "
    "differ,\n"
    "and by how much. The exit code is 0 if both can be read, whether they differ or not.\n\n"
    "Usage: tilewave diff A.json B.json [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave diff before.json after.json\n"
    "  tilewave run gemm:512x512x512 --sram.size=64KiB --json - | tilewave diff before.json -\n";

constexpr std::array<DocumentKind, 2> kKinds = {
    {{kResultSchema, kResultVersion}, {kDramTraceSchema, kDramTraceVersion}}};

po::options_description options() {
  po::options_description options = titled_options();
  options.add_options()                                                                      //
      ("all", "show figures that are equal, too")                                            //
      ("host", "compare what the runs took of the host, too")                                //
      ("json", text_value("FILE"), "write the comparison as JSON; '-' is standard output");  //
  return options;
}

DiffCommand read_command(const Arguments& arguments) {
  const std::vector<std::string>& files = arguments.positionals;
  if (files.size() != 2) {
    fail_command_line("diff takes two files, A.json and B.json, but got " +
                      (files.empty() ? "none" : std::to_string(files.size())) +
                      "; see 'tilewave diff --help'");
  }
  DiffCommand command;
  command.a = files[0];
  command.b = files[1];
  for (const std::string& file : files) {
    if (file.empty()) {
      fail_command_line("the name of a file of diff is empty");
    }
  }
  require_one_reader({{"A", command.a}, {"B", command.b}});
  command.choice = {arguments.has("all"), arguments.has("host")};
  command.json_file = arguments.value("json");
  return command;
}

}  // namespace

ExitCode DiffCommand::execute() const {
  std::unique_ptr<OutputFile> json;
  if (json_file) {
    json = std::make_unique<OutputFile>("--json", *json_file);
    require_distinct({json.get()}, {{"A", a}, {"B", b}});
  }
  const ResultDocument first = read_result_document(a, kKinds);
  const ResultDiff diff = compare_documents(first, read_result_document(b, kKinds), choice);
  if (json) {
    json->write(dump_json(diff_json(diff, choice), 2) + "\n");
    json->commit();
  }
  if (!json || !json->is_standard_output()) {
    write_standard_output(diff_text(diff, choice));
  }
  return ExitCode::kDone;
}

CommandEntry diff_entry() {
  return {
      .name = "diff",
      .operand = "A.json B.json",
      .summary = "compare two results, figure by figure",
      .takes_config = false,
      .options = options,
      .help = [](const std::string& text) { return kHelp + ("\n" + text); },
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<DiffCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
