// What `tilewave run` can be asked, and its help.
#include <algorithm>
#include <memory>
#include <string>

#include "compiler/base/error.h"
#include "compiler/program/units.h"
#include "models/machine.h"
#include "platform/watch/machine_counters.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/commands/run_command.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

[[noreturn]] void fail(const std::string& why) { fail_command_line(why); }

constexpr const char* kHelp =
    "Compiles MODEL, simulates it, checks its outputs against a reference and reports.\n\n"
    "Usage: tilewave run MODEL [-c FILE]... [--section.key=VALUE]... [OPTION]...\n"
    "       tilewave run --program FILE [-c FILE]... [--section.key=VALUE]... [OPTION]...\n"
    "       tilewave run [MODEL] [-c FILE]... [--section.key=VALUE]... --print-config\n\n"
    "Examples:\n"
    "  tilewave run mlp:128x128x64x32x32\n"
    "  tilewave run gemm:512x512x512 --sram.size=128KiB --compute.dataflow=ws\n"
    "  tilewave run configs/models/residual.graph -c configs/tileflow.ini --json result.json --vcd "
    "wave.vcd\n"
    "  tilewave run gemm:512x512x512 --timing-only --report run.html\n"
    "  tilewave run gemm:512x512x512 --timing-only --layers layers.csv --ops ops.csv\n"
    "  tilewave run gemm:512x512x512 --timing-only --dram.model=banked --dram-trace dram.trace\n"
    "  tilewave run model.onnx --batch 8 --inputs test_data_set_0 --expect test_data_set_0\n"
    "  tilewave run gemm:4096x4096x4096 --timing-only --json -\n"
    "  tilewave run gemm:64x64x64 --dram.channels=2 --print-config > two_channels.ini\n";

po::options_description options() {
  po::options_description options = titled_options();
  add_config_option(options);
  add_type_option(options);
  add_mapping_option(options);
  add_onnx_options(options);
  options.add_options()  //
      ("expect", text_value("DIR|FILE"),
       "of an ONNX model: compare its outputs with those of a directory, output_0.pb, output_1.npy "
       "..., or of an .npz by name")  //
      ("program", text_value("FILE"),
       "run this program instead of compiling MODEL, whose values it is held against")    //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output")    //
      ("vcd", text_value("FILE.vcd"), "write a waveform, and FILE.gtkw to open it with")  //
      ("vcd-window", text_value("FROM..TO"),
       "of the waveform: only this time, 10us..20us or, in cycles, 5000..6000")  //
      ("vcd-ops", text_value("A..B"),
       "of the waveform: only from the first start of these ops to their last completion")  //
      ("vcd-scope", text_value("NAME,..."),
       ("of the waveform: only these of " + wave_scope_list()).c_str())       //
      ("trace", text_value("FILE"), "write a timeline, for ui.perfetto.dev")  //
      ("dram-trace", text_value("FILE"),
       "write what reaches the DRAM, and when, for 'tilewave dram-trace' and others")  //
      ("dram-trace-format", word_value("FORMAT", kDramTraceFormats),
       "of that file: tilewave, dramsys, ramulator2 or ramulator2-vectors; dramsys by default if "
       "FILE ends in .stl, else tilewave")                                               //
      ("report", text_value("FILE"), "write a page to look at: one HTML file, offline")  //
      ("layers", text_value("FILE"),
       "write a table of the layers as CSV; '-' is standard output")            //
      ("ops", text_value("FILE"), "write a table of the program's ops as CSV")  //
      ("timing-only", "move no data: the same cycles, nothing to verify")       //
      ("seed", text_value("N"),
       "draw inputs and weights that MODEL does not carry from seed N; 1 "
       "by default")  //
      ("kernel", word_value("KERNEL", kKernels),
       "how tiles are computed on this host: auto, avx2 or "
       "reference; auto by default")  //
      ("verify", word_value("HOW", kVerify),
       "full, sampled or off; by default full up to a stated amount "
       "of work, sampled above it")                                                    //
      ("print-config", "print the fully resolved config, which reproduces this run");  //
  return options;
}

/// Combinations in which one option would silently be without effect.
void check_run(const Arguments& arguments, const RunCommand& command) {
  for (const auto& [option, values] : arguments.options) {
    if (command.print_config && option != "print-config" && option != "config") {
      fail("--" + option + " has no effect with --print-config, which runs nothing");
    }
  }
  if (command.timing_only && arguments.has("kernel")) {
    fail("--kernel=" + *arguments.value("kernel") +
         " has no effect with --timing-only, which computes nothing");
  }
  if (command.timing_only && command.verify && *command.verify != VerifyChoice::kOff) {
    fail("--verify=" + *arguments.value("verify") +
         " has no effect with --timing-only, which computes nothing");
  }
  if (command.timing_only && command.expect_directory) {
    fail("--expect has no effect with --timing-only, which computes nothing");
  }
  if (command.outputs.vcd == "-") {
    fail("--vcd=- is not a file name; a waveform cannot go to standard output");
  }
  if (command.outputs.trace == "-") {
    fail("--trace=- is not a file name; a timeline cannot go to standard output");
  }
  if (command.outputs.dram_trace == "-") {
    fail("--dram-trace=- is not a file name; a DRAM trace cannot go to standard output");
  }
  if (command.outputs.dram_trace_format == DramTraceFormat::kRamulator2Vectors &&
      command.config.machine.dram.kind == DramKind::kSimple) {
    fail(
        "--dram-trace-format=ramulator2-vectors says banks and rows; allowed with "
        "dram.model=banked");
  }
  if (arguments.has("dram-trace-format") && !command.outputs.dram_trace) {
    fail("--dram-trace-format has no effect without --dram-trace");
  }
  if (command.outputs.ops == "-") {
    fail("--ops=- is not a file name; a table of ops cannot go to standard output");
  }
  check_schedule_setting(command.program_file, command.schedule_setting);
}

/// "--vcd-window", "--vcd-ops" and "--vcd-scope".
WaveChoice parse_wave(const Arguments& arguments) {
  WaveChoice choice;
  for (const char* option : {"vcd-window", "vcd-ops", "vcd-scope"}) {
    const auto text = arguments.value(option);
    if (!text) {
      continue;
    }
    const std::string name = std::string("--") + option;
    if (!arguments.has("vcd")) {
      fail(name + " has no effect without --vcd");
    }
    try {
      if (name == "--vcd-window") {
        choice.times = parse_wave_times(*text);
        choice.text = name + " " + printable(*text);
      } else if (name == "--vcd-ops") {
        choice.ops = parse_wave_ops(*text);
        choice.text = name + " " + printable(*text);
      } else {
        choice.scopes = parse_wave_scopes(*text);
      }
    } catch (const InputError& error) {
      fail(name + "=" + error.what());
    }
  }
  if (choice.times && choice.ops) {
    fail("--vcd-window and --vcd-ops exclude each other");
  }
  return choice;
}

/// A scope that this machine does not have would be an empty waveform.
void check_wave(const RunCommand& command) {
  const Units units = units_of(command.config.machine);
  for (const std::string& scope : command.outputs.wave.scopes) {
    if (is_unit(scope) && std::ranges::find(units.all(), scope, [](Engine engine) {
                            return to_string(engine);
                          }) == units.all().end()) {
      fail("--vcd-scope=" + scope + ": this machine has no such unit of its own");
    }
  }
}

RunCommand read_command(const Arguments& arguments) {
  RunCommand command;
  command.program_file = arguments.value("program");
  command.print_config = arguments.has("print-config");
  if (!arguments.positionals.empty()) {
    command.model = only_positional(arguments, "run", "MODEL");
  } else if (!command.program_file && !command.print_config) {
    fail("run needs a MODEL or --program=FILE; see 'tilewave run --help'");
  }
  command.onnx = parse_onnx(arguments, !arguments.has("timing-only") && !command.print_config);
  command.expect_directory = arguments.value("expect");
  command.outputs.json = arguments.value("json");
  command.outputs.vcd = arguments.value("vcd");
  command.outputs.wave = parse_wave(arguments);
  command.outputs.trace = arguments.value("trace");
  command.outputs.dram_trace = arguments.value("dram-trace");
  command.outputs.dram_trace_format =
      choice(arguments, "dram-trace-format", kDramTraceFormats)
          .value_or(dram_trace_format_of(command.outputs.dram_trace.value_or("")));
  command.outputs.report = parse_page_file(arguments);
  command.outputs.layers = arguments.value("layers");
  command.outputs.ops = arguments.value("ops");
  command.timing_only = arguments.has("timing-only");
  if (const auto seed = arguments.value("seed")) {
    command.seed = parse_seed("seed", *seed);
  }
  command.kernel = choice(arguments, "kernel", kKernels).value_or(command.kernel);
  command.verify = choice(arguments, "verify", kVerify);
  command.config = resolve_arguments(arguments, command.inputs);
  add_model_inputs(command.model, command.onnx, command.inputs);
  if (command.program_file) {
    command.inputs.push_back({"--program", *command.program_file});
  }
  if (command.expect_directory) {
    for (const std::string& file : expected_files(*command.expect_directory)) {
      command.inputs.push_back({"--expect", file});
    }
  }
  require_one_reader(command.inputs);
  read_mapping(arguments, command.config, command.inputs);
  command.schedule_setting = schedule_setting(arguments);
  check_run(arguments, command);
  command.model = typed_model(command.model, parse_type(arguments));
  if (arguments.has("vcd-scope")) {
    check_wave(command);
  }
  return command;
}

}  // namespace

CommandEntry run_entry() {
  return {
      .name = "run",
      .operand = "MODEL",
      .summary = "compile, simulate, verify, report",
      .options = options,
      .help = [](const std::string& text) { return model_command_help(kHelp, text); },
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<RunCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
