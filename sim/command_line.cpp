// From words to commands: which options a command has, what they mean and which exclude each other.
#include "sim/command_line.h"

#include <algorithm>
#include <array>

#include "compiler/error.h"
#include "compiler/nearest.h"
#include "compiler/tensor.h"
#include "sim/arguments.h"
#include "sim/command_help.h"
#include "sim/config_reader.h"
#include "sim/units.h"

namespace tilewave {
namespace {

[[noreturn]] void fail(const std::string& why) { throw InputError("command line: " + why); }

template <typename Enum>
struct Named {
  const char* name;
  Enum value;
};
template <typename Enum>
Named(const char*, Enum) -> Named<Enum>;

constexpr std::array kKernels = {Named{"auto", KernelChoice::kAuto},
                                 Named{"avx2", KernelChoice::kAvx2},
                                 Named{"reference", KernelChoice::kReference}};
constexpr std::array kVerify = {Named{"full", VerifyChoice::kFull},
                                Named{"sampled", VerifyChoice::kSampled},
                                Named{"off", VerifyChoice::kOff}};
constexpr std::array kDumps = {Named{"graph", DumpChoice::kGraph}, Named{"uops", DumpChoice::kUops},
                               Named{"schedule", DumpChoice::kSchedule},
                               Named{"program", DumpChoice::kProgram},
                               Named{"canonical", DumpChoice::kCanonical}};
constexpr std::array kFormats = {Named{"text", ProgramFormat::kText},
                                 Named{"binary", ProgramFormat::kBinary}};

template <typename Enum, std::size_t N>
std::optional<Enum> choice(const Arguments& arguments, const std::string& option,
                           const std::array<Named<Enum>, N>& choices) {
  const auto given = arguments.value(option);
  if (!given) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  std::string allowed;
  for (const Named<Enum>& candidate : choices) {
    if (*given == candidate.name) {
      return candidate.value;
    }
    const bool last = names.size() + 1 == N;
    allowed += (names.empty() ? "" : last ? " or " : ", ") + std::string(candidate.name);
    names.emplace_back(candidate.name);
  }
  fail("--" + option + "=" + printable(*given) + " is not a choice" + did_you_mean(*given, names) +
       "; allowed: " + allowed);
}

std::string only_positional(const Arguments& arguments, const std::string& command,
                            const std::string& what) {
  if (arguments.positionals.empty()) {
    fail(command + " needs a " + what + "; see 'tilewave " + command + " --help'");
  }
  if (arguments.positionals.size() > 1) {
    fail(command + " takes one " + what + ", but got " + in_quotes(arguments.positionals[0]) +
         " and " + in_quotes(arguments.positionals[1]));
  }
  if (arguments.positionals[0].empty()) {
    fail("the " + what + " of " + command + " is empty");
  }
  return arguments.positionals[0];
}

/// `base` comes before the files.
Config resolve(const Arguments& arguments, const SettingSource& base = {}) {
  std::vector<SettingSource> sources = {base};
  const auto files = arguments.options.find("config");
  if (files != arguments.options.end()) {
    for (const std::string& file : files->second) {
      sources.push_back(read_config_file(file));
    }
  }
  sources.push_back(arguments.settings);
  return resolve_config(sources);
}

std::uint64_t parse_seed(const std::string& text) {
  try {
    return parse_count(text);
  } catch (const InputError& error) {
    fail(std::string("--seed=") + error.what() + "; allowed: 0..18446744073709551615");
  }
}

OnnxArguments parse_onnx(const Arguments& arguments) {
  OnnxArguments onnx;
  if (const auto inputs = arguments.options.find("inputs"); inputs != arguments.options.end()) {
    onnx.inputs = inputs->second;
  }
  const auto batch = arguments.value("batch");
  if (!batch) {
    return onnx;
  }
  const std::string allowed = "; allowed: 1.." + std::to_string(kMaxDimension);
  try {
    onnx.batch = parse_count(*batch);
  } catch (const InputError& error) {
    fail(std::string("--batch=") + error.what() + allowed);
  }
  if (*onnx.batch == 0 || *onnx.batch > kMaxDimension) {
    fail("--batch=" + printable(*batch) + " is out of range" + allowed);
  }
  return onnx;
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
  if (command.program_file && !command.schedule_setting.empty()) {
    fail(command.schedule_setting + " has no effect with --program, which is scheduled already");
  }
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
  command.timing_only = arguments.has("timing-only");
  command.print_config = arguments.has("print-config");
  if (const auto seed = arguments.value("seed")) {
    command.seed = parse_seed(*seed);
  }
  command.kernel = choice(arguments, "kernel", kKernels).value_or(command.kernel);
  command.verify = choice(arguments, "verify", kVerify);
  command.config = resolve(arguments);
  command.schedule_setting = schedule_setting(arguments.settings.settings);
  check_run(arguments, command);
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
  command.config = resolve(arguments);
  return command;
}

/// Whether the DRAM alone knows the key.
bool concerns_dram_trace(std::string_view key, const Config& config) {
  if (key == "clock.period") {  // the banked model has a clock of its own
    return config.machine.dram.kind == DramKind::kSimple;
  }
  return key.starts_with("dram.") && key != "dram.layout";
}

std::uint32_t parse_outstanding(const std::string& text) {
  constexpr std::uint64_t kMost = 65536;
  const std::string allowed = "; allowed: 1.." + std::to_string(kMost);
  std::uint64_t count = 0;
  try {
    count = parse_count(text);
  } catch (const InputError& error) {
    fail(std::string("--outstanding=") + error.what() + allowed);
  }
  if (count == 0 || count > kMost) {
    fail("--outstanding=" + printable(text) + " is out of range" + allowed);
  }
  return static_cast<std::uint32_t>(count);
}

DramTraceCommand parse_dram_trace_command(const Arguments& arguments) {
  DramTraceCommand command;
  command.file = only_positional(arguments, "dram-trace", "FILE");
  command.json_file = arguments.value("json");
  if (const auto outstanding = arguments.value("outstanding")) {
    command.outstanding = parse_outstanding(*outstanding);
  }
  command.config = resolve(arguments, {"dram-trace", {{"dram.model", "banked", 0}}});
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
  if (name == "compile") {
    return parse_compile(arguments);
  }
  if (name == "dram-trace") {
    return parse_dram_trace_command(arguments);
  }
  return CheckCommand{only_positional(arguments, "check", "FILE")};
}

}  // namespace

void for_each_dram_trace_key(
    const Config& config,
    const std::function<void(std::string_view name, const std::string& value)>& visit) {
  for_each_key(config, [&](std::string_view name, const std::string& value) {
    if (concerns_dram_trace(name, config)) {
      visit(name, value);
    }
  });
}

Command parse_command_line(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    fail("missing command: run, compile, check or dram-trace; see 'tilewave --help'");
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
         (near.empty() ? "; commands are run, compile, check and dram-trace" : near));
  }
  if (arguments.size() > 1) {
    fail(first + " takes nothing after it, but got " + in_quotes(arguments[1]));
  }
  return HelpCommand{help ? general_help() : version_text()};
}

}  // namespace tilewave
