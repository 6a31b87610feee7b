// `tilewave dram-trace`: trace → DRAM model alone → report and JSON.
#include "sim/commands/dram_trace_command.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "compiler/base/error.h"
#include "compiler/base/stopwatch.h"
#include "models/dram/banked.h"
#include "models/dram/simple.h"
#include "sim/base/build_identity.h"
#include "sim/base/dump_json.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/base/text_table.h"
#include "sim/commands/config_options.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/run/dram_trace.h"
#include "sim/run/dram_trace_config.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Plays a trace of accesses on the DRAM model alone and measures it: in order, at most one per\n"
    "DRAM clock, with up to N reads and N writes in flight.\n\n"
    "Usage: tilewave dram-trace FILE [-c FILE]... [--dram.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave dram-trace tiles.trace --dram.preset=ddr4-3200 --dram.address_map=P\n"
    "  tilewave dram-trace tiles.trace --dram.preset=hbm2 --dram.channels=4 --outstanding=64 "
    "--json "
    "-\n\n"
    "FILE is plain text, not compressed: lines 'R ADDRESS', 'W ADDRESS', 'T' (next tile), 'B' "
    "(wait\n"
    "for everything in flight) and '# comment'; '# tx 64' states the bytes of an access.\n";

constexpr const char* kConfigOfTrace =
    "The DRAM is configured by the keys below, in files and on the command line, later wins. A "
    "file\n"
    "may describe a whole machine; what is not about its DRAM does not matter here. clock.period "
    "is\n"
    "the clock of dram.model=simple; the banked model has that of its part.\n";

po::options_description options() {
  po::options_description options = titled_options();
  add_config_option(options);
  options.add_options()                                                                  //
      ("outstanding", text_value("N"), "reads, and writes, in flight; 16 by default")    //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output");  //
  return options;
}

/// The keys that the command takes, with its own defaults.
po::options_description config_key_options() {
  const std::vector<SettingSource> base = {dram_trace_base()};
  return config_options(resolve_config(base),
                        [](std::string_view key) { return concerns_dram_trace(key); });
}

std::string help(const std::string& options_text) {
  return std::string(kHelp) + "\n" + options_text + "\n" + kConfigOfTrace +
         help_of(config_key_options());
}

DramTraceCommand read_command(const Arguments& arguments) {
  DramTraceCommand command;
  command.file = only_positional(arguments, "dram-trace", "FILE");
  command.json_file = arguments.value("json");
  if (const auto outstanding = arguments.value("outstanding")) {
    constexpr std::uint64_t kMostOutstanding = 65536;
    command.outstanding = parse_positive("outstanding", *outstanding, kMostOutstanding);
  }
  command.config = resolve_arguments(arguments, command.inputs, dram_trace_base());
  command.inputs.push_back({"FILE", command.file});
  require_one_reader(command.inputs);
  for (const Setting& setting : arguments.settings.settings) {
    if (!concerns_dram_trace(setting.key, command.config)) {
      fail_command_line(setting.key + "=" + printable(setting.value) +
                        " has no effect on dram-trace, which plays the DRAM alone");
    }
  }
  return command;
}

constexpr const char* kSchema = "tilewave-dram-trace";
constexpr int kVersion = 1;

/// The simple model has no size; this is more than any part has.
constexpr std::uint64_t kSimpleCapacity = std::uint64_t{1} << 48;

/// Everything there is to say about one trace.
struct TraceOutcome {
  DramTrace trace;
  DramTraceResult result;
  DramCounters counters;
  double peak_bytes_per_second = 0;
  double simulation_seconds = 0;
  double wall_seconds = 0;

  double share_of_peak() const { return result.bytes_per_second / peak_bytes_per_second; }
  double accesses_per_second() const {
    return simulation_seconds > 0 ? static_cast<double>(trace.accesses) / simulation_seconds : 0;
  }
};

DramTrace load_trace(const std::string& file, const DramTraceLimits& limits) {
  constexpr std::string_view kGzip = "\x1f\x8b";
  const std::string name = input_name(file);
  const std::string text = read_file(file, "DRAM trace", kMaxDramTraceBytes);
  if (text.starts_with(kGzip)) {
    throw InputError(name + ": is compressed; a trace is plain text, so unpack it with gunzip");
  }
  return parse_dram_trace(text, name, limits);
}

void play(const DramTraceOptions& options, DramModel& model, TraceOutcome& outcome) {
  const Stopwatch watch;
  outcome.result = play_dram_trace(outcome.trace, options, model);
  outcome.simulation_seconds = watch.seconds();
  outcome.counters = model.counters();
  outcome.peak_bytes_per_second = model.peak_bytes_per_second();
}

TraceOutcome play_file(const DramTraceCommand& command) {
  const MachineConfig& machine = command.config.machine;
  const DramConfig& dram = machine.dram;
  TraceOutcome outcome;
  if (dram.kind == DramKind::kBanked) {
    const DramTiming& timing = dram.preset.timing;
    BankedDram model(dram, controller_options(dram));
    outcome.trace = load_trace(
        command.file, {model.capacity_bytes(), static_cast<std::uint32_t>(timing.access_bytes)});
    play({timing.clock_ps, command.outstanding}, model, outcome);
  } else {
    SimpleDram model(dram, simple_dram_ticks(machine.clock_period));
    outcome.trace = load_trace(command.file, {kSimpleCapacity, 0});
    const ClockPeriod clock = machine.clock_period.scaled(model.ticks_per_picosecond());
    play({clock.begin_rounded_up(1), command.outstanding}, model, outcome);
  }
  return outcome;
}

nlohmann::ordered_json config_json(const Config& config) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for_each_dram_trace_key(config, [&json](std::string_view name, const std::string& value) {
    const std::size_t dot = name.find('.');
    json[std::string(name.substr(0, dot))][std::string(name.substr(dot + 1))] = value;
  });
  return json;
}

nlohmann::ordered_json outcome_json(const DramTraceCommand& command, const TraceOutcome& outcome) {
  using Json = nlohmann::ordered_json;
  const DramTraceResult& result = outcome.result;
  Json json;
  json["schema"] = kSchema;
  json["version"] = kVersion;
  json["tilewave"] = version_number();
  json["build"] = build_id();
  json["trace"] = command.file;
  json["outstanding"] = command.outstanding;
  json["access_bytes"] = outcome.trace.access_bytes;
  json["accesses"] = outcome.trace.accesses;
  json["reads"] = result.reads;
  json["writes"] = result.writes;
  json["tiles"] = outcome.trace.tiles;
  json["total_ns"] = static_cast<double>(result.total_ps) / 1000.0;
  json["bytes_per_second"] = result.bytes_per_second;
  json["peak_bytes_per_second"] = outcome.peak_bytes_per_second;
  json["share_of_peak"] = outcome.share_of_peak();
  json["mean_read_latency_ns"] =
      result.reads > 0 ? Json(result.mean_read_latency_ns) : Json(nullptr);
  json["row_hits"] = outcome.counters.row_hits;
  json["row_misses"] = outcome.counters.row_misses;
  json["row_conflicts"] = outcome.counters.row_conflicts;
  json["refreshes"] = outcome.counters.refreshes;
  json["host"] = {{"wall_seconds", outcome.wall_seconds},
                  {"simulation_seconds", outcome.simulation_seconds},
                  {"accesses_per_second", outcome.accesses_per_second()}};
  json["config"] = config_json(command.config);
  return json;
}

std::string settings_text(const Config& config) {
  std::string text;
  for_each_dram_trace_key(config, [&text](std::string_view name, const std::string& value) {
    text += (text.empty() ? "" : ", ") + std::string(name) + "=" + value;
  });
  return text;
}

/// "12,345.625": nanoseconds to the picosecond.
std::string nanoseconds(Picoseconds time) {
  std::array<char, 8> fraction;
  std::snprintf(fraction.data(), fraction.size(), ".%03u", static_cast<unsigned>(time % 1000));
  return with_separators(time / 1000) + fraction.data();
}

std::string outcome_text(const DramTraceCommand& command, const TraceOutcome& outcome) {
  const DramTraceResult& result = outcome.result;
  const DramCounters& counters = outcome.counters;
  constexpr double kGiga = 1e9;
  std::string text =
      "trace      " + input_name(command.file) + ", " + with_separators(result.reads) +
      " reads and " + with_separators(result.writes) + " writes of " +
      std::to_string(outcome.trace.access_bytes) + " B, " + with_separators(outcome.trace.tiles) +
      (outcome.trace.tiles == 1 ? " tile, " : " tiles, ") + std::to_string(command.outstanding) +
      " outstanding\n" + "config     " + settings_text(command.config) + "\n" + "time       " +
      nanoseconds(result.total_ps) + " ns\n" + "bandwidth  " +
      fixed(result.bytes_per_second / kGiga, 3) + " GB/s, " + percent(outcome.share_of_peak()) +
      " of " + fixed(outcome.peak_bytes_per_second / kGiga, 1) + " GB/s\n";
  if (result.reads > 0) {
    text += "latency    " + fixed(result.mean_read_latency_ns, 3) + " ns, mean of the reads\n";
  }
  if (command.config.machine.dram.kind == DramKind::kBanked) {
    text += "rows       " + with_separators(counters.row_hits) + " hits, " +
            with_separators(counters.row_misses) + " misses, " +
            with_separators(counters.row_conflicts) + " conflicts; " +
            with_separators(counters.refreshes) + " refreshes\n";
  }
  return text + "host       " + duration(outcome.wall_seconds) + ", simulation " +
         duration(outcome.simulation_seconds) + ", " + scaled(outcome.accesses_per_second()) +
         "accesses/s\n";
}

ExitCode dram_trace(const DramTraceCommand& command) {
  const Stopwatch watch;
  std::unique_ptr<OutputFile> json;
  if (command.json_file) {
    json = std::make_unique<OutputFile>("--json", *command.json_file);
    require_distinct({json.get()}, command.inputs);
  }
  TraceOutcome outcome = play_file(command);
  outcome.wall_seconds = watch.seconds();
  if (json) {
    json->write(dump_json(outcome_json(command, outcome), 2) + "\n");
    json->commit();
  }
  if (!json || !json->is_standard_output()) {
    write_standard_output(outcome_text(command, outcome));
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode DramTraceCommand::execute() const { return dram_trace(*this); }

CommandEntry dram_trace_entry() {
  return {
      .name = "dram-trace",
      .operand = "FILE",
      .summary = "play a trace on the DRAM model alone",
      .options = options,
      .help = help,
      .parse = [](const Arguments& arguments) -> std::unique_ptr<const Command> {
        return std::make_unique<DramTraceCommand>(read_command(arguments));
      },
  };
}

}  // namespace tilewave
