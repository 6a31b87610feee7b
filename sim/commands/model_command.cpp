// `tilewave model`: MODEL → its summary → text and JSON, and what is wrong with it, if anything is.
#include "sim/commands/model_command.h"

#include <memory>

#include "sim/base/dump_json.h"
#include "sim/base/error_line.h"
#include "sim/commands/help_text.h"
#include "sim/commands/input_names.h"
#include "sim/commands/option_values.h"
#include "sim/model/model_summary.h"
#include "sim/report/model_report.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Says what MODEL is, without a machine: its operators, the multiply-accumulates that it asks\n"
    "for, its parameters, inputs and outputs, and how much lies between operators at once. Of an\n"
    "ONNX model that cannot be imported it names every node that is in the way, and the exit code\n"
    "is 2. For programs there is 'tilewave check'.\n\n"
    "Usage: tilewave model MODEL [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave model mlp:128x128x64x32x32\n"
    "  tilewave model configs/models/residual.graph --json residual.json\n"
    "  tilewave model model.onnx --batch 8\n";

po::options_description options() {
  po::options_description options = titled_options();
  add_type_option(options);
  add_onnx_options(options);
  options.add_options()("json", text_value("FILE"),
                        "write what is known as JSON; '-' is standard output");
  return options;
}

ModelCommand read_command(const Arguments& arguments) {
  ModelCommand command;
  command.model = typed_model(only_positional(arguments, "model", "MODEL"), parse_type(arguments));
  command.onnx = parse_onnx(arguments, false);
  command.json_file = arguments.value("json");
  add_model_inputs(command.model, command.onnx, command.inputs);
  require_one_reader(command.inputs);
  return command;
}

}  // namespace

ExitCode ModelCommand::execute() const {
  std::unique_ptr<OutputFile> json;
  if (json_file) {
    json = std::make_unique<OutputFile>("--json", *json_file);
    require_distinct({json.get()}, inputs);
  }
  const ModelSummary summary = summarize_model(model, onnx);
  if (json) {
    json->write(dump_json(model_json(summary), 2) + "\n");
    json->commit();
  }
  if (!json || !json->is_standard_output()) {
    write_standard_output(model_text(summary));
  }
  if (summary.error.empty()) {
    return ExitCode::kDone;
  }
  print_error(summary.error);
  return ExitCode::kInputError;
}

CommandEntry model_entry() {
  return {
      .name = "model",
      .operand = "MODEL",
      .summary = "say what a model is, and what it asks for",
      .takes_config = false,
      .options = options,
      .help =
          [](const std::string& text) {
            return std::string(kHelp) + "\n" + models_help() + "\n" + text;
          },
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<ModelCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
