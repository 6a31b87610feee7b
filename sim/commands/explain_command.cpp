// `tilewave explain`: model → program → simulation with a timeline → analyses → report and JSON.
#include "sim/commands/explain_command.h"

#include <memory>
#include <optional>
#include <utility>

#include "sim/base/dump_json.h"
#include "sim/base/output_file.h"
#include "sim/base/progress.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/explain/explain_json.h"
#include "sim/explain/explain_report.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Says why a program takes as long as it does: its DRAM traffic against the least there could "
    "be,\n"
    "which tiles are loaded again and for whom they had to go, the critical path through its ops,\n"
    "what keeps loads from running further ahead, and how long it would take on other machines.\n\n"
    "Usage: tilewave explain MODEL [-c FILE]... [--section.key=VALUE]... [OPTION]...\n"
    "       tilewave explain --program FILE [-c FILE]... [--section.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave explain gemm:512x512x512\n"
    "  tilewave explain mlp:128x128x64x32x32 --sram.size=16KiB --simulate\n"
    "  tilewave explain --program small.twp --path 20 --json why.json\n";

po::options_description options() {
  po::options_description options = titled_options();
  add_config_option(options);
  add_type_option(options);
  add_mapping_option(options);
  add_onnx_options(options);
  options.add_options()  //
      ("program", text_value("FILE"),
       "explain this program; it is not compiled again for the what-ifs")                 //
      ("timing-only", "as it always is: no data is moved, and none is needed")            //
      ("simulate", "simulate the what-ifs too, and print the errors of the predictions")  //
      ("path", text_value("N"), "list the first N ops of the critical path")              //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output");   //
  return options;
}

ExplainCommand read_command(const Arguments& arguments) {
  constexpr std::uint64_t kMostElements = 1'000'000;
  ExplainCommand command;
  command.program_file = arguments.value("program");
  if (arguments.positionals.empty() && !command.program_file) {
    fail_command_line("explain needs a MODEL or --program=FILE; see 'tilewave explain --help'");
  }
  if (!arguments.positionals.empty()) {
    command.model = only_positional(arguments, "explain", "MODEL");
  }
  command.model = typed_model(command.model, parse_type(arguments));
  command.onnx = parse_onnx(arguments, false);
  command.json_file = arguments.value("json");
  command.simulate = arguments.has("simulate");
  if (const auto path = arguments.value("path")) {
    command.path_elements = parse_positive("path", *path, kMostElements);
  }
  command.config = resolve_arguments(arguments, command.inputs);
  add_model_inputs(command.model, command.onnx, command.inputs);
  if (command.program_file) {
    command.inputs.push_back({"--program", *command.program_file});
  }
  require_one_reader(command.inputs);
  read_mapping(arguments, command.config, command.inputs);
  command.schedule_setting = schedule_setting(arguments);
  check_schedule_setting(command.program_file, command.schedule_setting);
  return command;
}

ExitCode explain(const ExplainCommand& command) {
  std::unique_ptr<OutputFile> json;
  if (command.json_file) {
    json = std::make_unique<OutputFile>("--json", *command.json_file);
    require_distinct({json.get()}, command.inputs);
  }
  std::optional<PhaseProgress> progress(std::in_place);
  progress->begin("compiling");
  PreparedWork work =
      prepare({command.model, command.program_file, command.schedule_setting, command.onnx},
              command.config);
  if (json) {
    require_distinct({json.get()}, data_inputs(work.onnx ? &*work.onnx : nullptr));
  }
  Explanation explanation =
      explain_work(std::move(work), command.config, {command.simulate, &*progress});
  progress.reset();
  explanation.model = command.model;
  explanation.program = command.program_file;
  if (json) {
    json->write(dump_json(explain_json(explanation, command.path_elements), 2) + "\n");
    json->commit();
  }
  if (!json || !json->is_standard_output()) {
    write_standard_output(explain_text(explanation, command.path_elements));
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode ExplainCommand::execute() const { return explain(*this); }

CommandEntry explain_entry() {
  return {
      .name = "explain",
      .operand = "MODEL",
      .summary = "say why it takes as long as it does, and what would change that",
      .options = options,
      .help = [](const std::string& text) { return model_command_help(kHelp, text); },
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<ExplainCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
