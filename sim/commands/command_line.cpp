// From words to commands: which options a command has, what they mean and which exclude each other.
#include "sim/commands/command_line.h"

#include <algorithm>
#include <array>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/commands/arguments.h"
#include "sim/commands/cluster_arguments.h"
#include "sim/commands/command_help.h"
#include "sim/commands/option_values.h"
#include "sim/run/dram_trace_config.h"

namespace tilewave {
namespace {

[[noreturn]] void fail(const std::string& why) { fail_command_line(why); }

constexpr std::array kDumps = {
    Named{"graph", DumpChoice::kGraph},     Named{"loops", DumpChoice::kLoops},
    Named{"uops", DumpChoice::kUops},       Named{"schedule", DumpChoice::kSchedule},
    Named{"program", DumpChoice::kProgram}, Named{"canonical", DumpChoice::kCanonical}};
constexpr std::array kFormats = {Named{"text", ProgramFormat::kText},
                                 Named{"binary", ProgramFormat::kBinary}};

void check_schedule_setting(const std::optional<std::string>& program_file,
                            const std::string& schedule_setting) {
  if (program_file && !schedule_setting.empty()) {
    fail(schedule_setting + " has no effect with --program, which is scheduled already");
  }
}

/// Combinations in which one option would silently be without effect.
void check_run(const Arguments& arguments, const RunCommand& command) {
  if (command.timing_only && command.verify && *command.verify != VerifyChoice::kOff) {
    fail("--verify=" + *arguments.value("verify") +
         " has no effect with --timing-only, which computes nothing");
  }
  if (command.timing_only && command.expect_directory) {
    fail("--expect has no effect with --timing-only, which computes nothing");
  }
  if (command.vcd_file == "-") {
    fail("--vcd=- is not a file name; a waveform cannot go to standard output");
  }
  if (command.trace_file == "-") {
    fail("--trace=- is not a file name; a timeline cannot go to standard output");
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

/// The first setting of tiles or scheduler, as given; empty if there is none.
std::string schedule_setting(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    if (setting.key.starts_with("schedule.") || setting.key.starts_with("tile.")) {
      return setting.key + "=" + printable(setting.value);
    }
  }
  return {};
}

RunCommand parse_run(const Arguments& arguments) {
  RunCommand command;
  command.model = only_positional(arguments, "run", "MODEL");
  command.onnx = parse_onnx(arguments);
  command.expect_directory = arguments.value("expect");
  command.program_file = arguments.value("program");
  command.json_file = arguments.value("json");
  command.vcd_file = arguments.value("vcd");
  command.wave = parse_wave(arguments);
  command.trace_file = arguments.value("trace");
  command.report_file = parse_page_file(arguments);
  command.timing_only = arguments.has("timing-only");
  command.print_config = arguments.has("print-config");
  if (const auto seed = arguments.value("seed")) {
    command.seed = parse_seed("seed", *seed);
  }
  command.kernel = choice(arguments, "kernel", kKernels).value_or(command.kernel);
  command.verify = choice(arguments, "verify", kVerify);
  command.config = resolve_arguments(arguments);
  command.schedule_setting = schedule_setting(arguments.settings.settings);
  check_run(arguments, command);
  return command;
}

ExplainCommand parse_explain(const Arguments& arguments) {
  constexpr std::uint64_t kMostElements = 1'000'000;
  ExplainCommand command;
  command.program_file = arguments.value("program");
  if (arguments.positionals.empty() && !command.program_file) {
    fail("explain needs a MODEL or --program=FILE; see 'tilewave explain --help'");
  }
  if (!arguments.positionals.empty()) {
    command.model = only_positional(arguments, "explain", "MODEL");
  }
  command.onnx = parse_onnx(arguments);
  command.json_file = arguments.value("json");
  command.simulate = arguments.has("simulate");
  if (const auto path = arguments.value("path")) {
    command.path_elements = parse_positive("path", *path, kMostElements);
  }
  command.config = resolve_arguments(arguments);
  command.schedule_setting = schedule_setting(arguments.settings.settings);
  check_schedule_setting(command.program_file, command.schedule_setting);
  return command;
}

CompileCommand parse_compile(const Arguments& arguments) {
  CompileCommand command;
  command.model = only_positional(arguments, "compile", "MODEL");
  command.onnx = parse_onnx(arguments);
  command.dump = choice(arguments, "dump", kDumps).value_or(command.dump);
  command.output_file = arguments.value("output").value_or(command.output_file);
  command.format = choice(arguments, "format", kFormats).value_or(command.format);
  if (arguments.has("format") && command.dump != DumpChoice::kProgram) {
    fail("--format=" + *arguments.value("format") +
         " has no effect with --dump=" + *arguments.value("dump"));
  }
  command.config = resolve_arguments(arguments);
  return command;
}

DramTraceCommand parse_dram_trace_command(const Arguments& arguments) {
  DramTraceCommand command;
  command.file = only_positional(arguments, "dram-trace", "FILE");
  command.json_file = arguments.value("json");
  if (const auto outstanding = arguments.value("outstanding")) {
    constexpr std::uint64_t kMostOutstanding = 65536;
    command.outstanding = parse_positive("outstanding", *outstanding, kMostOutstanding);
  }
  command.config = resolve_arguments(arguments, dram_trace_base());
  for (const Setting& setting : arguments.settings.settings) {
    if (!concerns_dram_trace(setting.key, command.config)) {
      fail(setting.key + "=" + printable(setting.value) +
           " has no effect on dram-trace, which plays the DRAM alone");
    }
  }
  return command;
}

Command parse_command(const std::string& name, std::span<const std::string> rest) {
  const bool with_config = name != "check";
  const Arguments arguments = split_arguments(rest, command_options(name), with_config);
  if (arguments.has("help")) {
    return HelpCommand{command_help(name)};
  }
  if (name == "run") {
    return parse_run(arguments);
  }
  if (name == "explain") {
    return parse_explain(arguments);
  }
  if (name == "compile") {
    return parse_compile(arguments);
  }
  if (name == "sweep") {
    return std::visit(
        [](auto&& command) { return Command(std::forward<decltype(command)>(command)); },
        parse_any_sweep(arguments));
  }
  if (name == "dram-trace") {
    return parse_dram_trace_command(arguments);
  }
  return CheckCommand{only_positional(arguments, "check", "FILE")};
}

}  // namespace

Command parse_command_line(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    fail(
        "missing command: run, sweep, explain, compile, check or dram-trace; see 'tilewave "
        "--help'");
  }
  const std::string& first = arguments[0];
  const std::vector<std::string>& commands = command_names();
  if (std::ranges::find(commands, first) != commands.end()) {
    return parse_command(first, arguments.subspan(1));
  }
  const bool help = first == "--help" || first == "-h";
  if (!help && first != "--version") {
    const bool option = first.starts_with('-');
    const std::vector<std::string> options = {"--help", "--version"};
    const std::string near = did_you_mean(first, option ? options : commands);
    fail((option ? "unknown option " : "unknown command ") + in_quotes(first) +
         (near.empty() ? "; commands are run, sweep, explain, compile, check and dram-trace"
                       : near));
  }
  if (arguments.size() > 1) {
    fail(first + " takes nothing after it, but got " + in_quotes(arguments[1]));
  }
  return HelpCommand{help ? general_help() : version_text()};
}

}  // namespace tilewave
