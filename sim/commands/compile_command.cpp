// `tilewave compile`: the program, or any stage on the way to it, without a simulation.
#include "sim/commands/compile_command.h"

#include <array>
#include <memory>
#include <span>

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_canonical.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/schedule/mapping.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/model/model_source.h"
#include "sim/report/loops_text.h"
#include "sim/report/schedule_text.h"
#include "sim/run/compile.h"
#include "sim/run/prepare.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Compiles MODEL and writes the program, or prints any stage on the way to it.\n\n"
    "Usage: tilewave compile MODEL [-c FILE]... [--section.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave compile mlp:128x128x64x32x32 --dump uops\n"
    "  tilewave compile gemm:256x256x256 -o gemm.tw --format binary\n"
    "  tilewave compile gemm:256x256x256 --sram.size=12KiB --schedule.eviction=belady --dump "
    "schedule\n";

constexpr std::array kDumps = {
    Named{"graph", DumpChoice::kGraph},        Named{"loops", DumpChoice::kLoops},
    Named{"mapping", DumpChoice::kMapping},    Named{"uops", DumpChoice::kUops},
    Named{"schedule", DumpChoice::kSchedule},  Named{"program", DumpChoice::kProgram},
    Named{"canonical", DumpChoice::kCanonical}};
constexpr std::array kFormats = {Named{"text", ProgramFormat::kText},
                                 Named{"binary", ProgramFormat::kBinary}};

po::options_description options() {
  po::options_description options = titled_options();
  add_config_option(options);
  add_type_option(options);
  add_mapping_option(options);
  add_onnx_options(options);
  options.add_options()  //
      ("dump", word_value("STAGE", kDumps),
       "graph, loops, mapping, uops, schedule, program or canonical; program by "
       "default")                                                                              //
      ("output,o", text_value("FILE"), "write to FILE; '-', the default, is standard output")  //
      ("format", word_value("FORMAT", kFormats),
       "of the program: text or binary; text by default");  //
  return options;
}

CompileCommand read_command(const Arguments& arguments) {
  CompileCommand command;
  command.model =
      typed_model(only_positional(arguments, "compile", "MODEL"), parse_type(arguments));
  command.onnx = parse_onnx(arguments, false);
  command.dump = choice(arguments, "dump", kDumps).value_or(command.dump);
  command.output_file = arguments.value("output").value_or(command.output_file);
  command.format = choice(arguments, "format", kFormats).value_or(command.format);
  if (arguments.has("format") && command.dump != DumpChoice::kProgram) {
    fail_command_line("--format=" + *arguments.value("format") +
                      " has no effect with --dump=" + *arguments.value("dump"));
  }
  command.config = resolve_arguments(arguments, command.inputs);
  add_model_inputs(command.model, command.onnx, command.inputs);
  require_one_reader(command.inputs);
  read_mapping(arguments, command.config, command.inputs);
  return command;
}

std::string binary_text(const Program& program) {
  const std::vector<std::byte> bytes = to_binary(program);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string program_dump(const Program& program, const CompileCommand& command) {
  if (command.dump == DumpChoice::kCanonical) {
    return canonical_text(program);
  }
  return command.format == ProgramFormat::kBinary ? binary_text(program) : to_text(program);
}

std::string graph_dump(const Graph& graph, const CompileCommand& command) {
  if (command.dump == DumpChoice::kProgram || command.dump == DumpChoice::kCanonical) {
    return program_dump(compile_model(graph, command.config).program, command);
  }
  const CompileChoices choices = choices_for(graph, command.config);
  const Config& config = choices.config;
  CompiledSchedule compiled = compile_schedule(graph, choices);
  const Graph& fused = compiled.fused;
  FittingSchedule& fitting = compiled.fitting;
  if (command.dump == DumpChoice::kGraph) {
    return to_text(fused);
  }
  if (command.dump == DumpChoice::kLoops) {
    return loops_text(fused, fitting.plan, config);
  }
  if (command.dump == DumpChoice::kMapping) {
    return to_text(mapping_of(compiled));
  }
  if (command.dump == DumpChoice::kUops) {
    return to_text(fused, fitting.uops);
  }
  const ScheduleStats stats = fitting.schedule.stats;
  return schedule_text(
      fused, fitting.uops,
      build_program(fused, fitting.uops, std::move(fitting.schedule), config.schedule.dram_bytes),
      stats);
}

/// A program file has only the last stages; printing it in another form converts it.
std::string dump(Model model, const CompileCommand& command) {
  if (const Graph* graph = graph_of(model)) {
    return compile_named(command.model, [&] { return graph_dump(*graph, command); });
  }
  const std::string name = input_name(command.model);
  if (command.dump != DumpChoice::kProgram && command.dump != DumpChoice::kCanonical) {
    throw InputError(name +
                     ": is a program, which has no graph, mapping, uOps or schedule; allowed: "
                     "--dump=program or canonical");
  }
  if (command.config.mapping) {
    fail_scheduled_already("--mapping " + command.config.mapping->name, command.model);
  }
  return program_dump(adopt_program(std::get<Program>(std::move(model)), name).program, command);
}

ExitCode compile(const CompileCommand& command) {
  OutputFile output("--output", command.output_file);
  require_distinct({&output}, command.inputs);
  Model model = load_model(command.model, command.onnx);
  require_distinct({&output}, data_inputs(std::get_if<OnnxModel>(&model)));
  output.write(dump(std::move(model), command));
  output.commit();
  return ExitCode::kDone;
}

}  // namespace

ExitCode CompileCommand::execute() const { return compile(*this); }

CommandEntry compile_entry() {
  return {
      .name = "compile",
      .operand = "MODEL",
      .summary = "write the program, or print any stage of the compiler",
      .options = options,
      .help = [](const std::string& text) { return model_command_help(kHelp, text); },
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<CompileCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
