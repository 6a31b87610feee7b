// `tilewave dram-trace`: trace → DRAM model alone → report and JSON.
#include "sim/commands/dram_trace_command.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/base/stopwatch.h"
#include "compiler/base/text.h"
#include "models/dram/address_map.h"
#include "models/dram/banked.h"
#include "models/dram/simple.h"
#include "sim/base/dump_json.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/base/text_table.h"
#include "sim/base/units.h"
#include "sim/commands/config_options.h"
#include "sim/commands/help_text.h"
#include "sim/commands/option_values.h"
#include "sim/run/dram_trace.h"
#include "sim/run/dram_trace_config.h"

namespace po = boost::program_options;

namespace tilewave {
namespace {

constexpr const char* kHelp =
    "Plays a trace of accesses on the DRAM model alone and measures it: each at the time that the\n"
    "trace says, or, if it says none, in order, at most one per DRAM clock, with up to N reads and "
    "N\n"
    "writes in flight.\n\n"
    "Usage: tilewave dram-trace FILE [-c FILE]... [--dram.key=VALUE]... [OPTION]...\n\n"
    "Examples:\n"
    "  tilewave dram-trace tiles.trace --dram.preset=ddr4-3200 --dram.address_map=P\n"
    "  tilewave dram-trace tiles.trace --dram.preset=hbm2 --dram.channels=4 --outstanding=64 "
    "--json "
    "-\n"
    "  tilewave dram-trace example.stl --clock.period=1GHz\n\n"
    "FILE is plain text, not compressed: lines 'R ADDRESS [BYTES] [@CYCLE]', 'W ADDRESS [BYTES]\n"
    "[@CYCLE]', 'T' (next tile), 'B' (wait for everything in flight) and '# comment'; '# tx 64'\n"
    "states the bytes of an access, '# clock 1ns' the length of a cycle. Or a trace of DRAMSys or "
    "of\n"
    "Ramulator 2. 'tilewave run --dram-trace' writes them all.\n";

constexpr const char* kConfigOfTrace =
    "The DRAM is configured by the keys below, in files and on the command line, later wins. A "
    "file\n"
    "may describe a whole machine; what is not about its DRAM does not matter here. clock.period "
    "is\n"
    "the clock of dram.model=simple, the banked model has that of its part; and of the cycles of "
    "a\n"
    "trace with times, unless it states its own.\n";

po::options_description options() {
  po::options_description options = titled_options();
  add_config_option(options);
  options.add_options()  //
      ("format", word_value("FORMAT", kDramTraceFormats),
       "of FILE: tilewave, dramsys, ramulator2 or ramulator2-vectors; by default that of its first "
       "access")  //
      ("outstanding", text_value("N"),
       "reads, and writes, in flight; by default 16, 65536 if accesses have times")      //
      ("json", text_value("FILE"), "write the result as JSON; '-' is standard output");  //
  return options;
}

constexpr std::uint32_t kMostOutstanding = 65536;
constexpr std::uint32_t kUsualOutstanding = 16;

[[noreturn]] void fail_without_effect(const std::string& key, const std::string& value) {
  fail_command_line(key + "=" + printable(value) +
                    " has no effect on dram-trace, which plays the DRAM alone");
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
  command.format = choice(arguments, "format", kDramTraceFormats);
  if (const auto outstanding = arguments.value("outstanding")) {
    command.outstanding = parse_positive("outstanding", *outstanding, kMostOutstanding);
  }
  command.config = resolve_arguments(arguments, command.inputs, dram_trace_base());
  command.inputs.push_back({"FILE", command.file});
  require_one_reader(command.inputs);
  for (const Setting& setting : arguments.settings.settings) {
    if (setting.key == "clock.period") {
      command.clock_given = true;  // what for is known from the trace
    } else if (!concerns_dram_trace(setting.key)) {
      fail_without_effect(setting.key, setting.value);
    }
  }
  return command;
}

/// The simple model has no size; this is more than any part has.
constexpr std::uint64_t kSimpleCapacity = std::uint64_t{1} << 48;

/// Everything there is to say about one trace.
struct TraceOutcome {
  DramTrace trace;  ///< without its steps
  Config config;    ///< with the clock that the trace states
  std::uint32_t outstanding = 0;
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

/// A trace on its way from a file through a DRAM, in pieces: there is never more of it than a block.
class TraceRun {
 public:
  explicit TraceRun(const DramTraceCommand& command)
      : command_(command), name_(input_name(command.file)), reader_(name_, limits()) {
    outcome_.config = command.config;
  }

  TraceOutcome run() {
    constexpr std::string_view kGzip = "\x1f\x8b";
    constexpr std::size_t kBlockBytes = std::size_t{1} << 16U;
    FileReader file(command_.file, "DRAM trace");
    std::string block(kBlockBytes, '\0');
    for (std::size_t found = kBlockBytes, blocks = 0; found == kBlockBytes; ++blocks) {
      found = file.read(block.data(), kBlockBytes);
      const std::string_view text(block.data(), found);
      if (blocks == 0 && text.starts_with(kGzip)) {
        throw InputError(name_ +
                         ": is compressed; a trace is plain text, so unpack it with gunzip");
      }
      reader_.block(text);
      play();
    }
    reader_.finish();
    play();
    const Stopwatch watch;
    outcome_.result = player_->finish();
    outcome_.simulation_seconds += watch.seconds();
    outcome_.counters = model_->counters();
    outcome_.peak_bytes_per_second = model_->peak_bytes_per_second();
    outcome_.trace = std::move(reader_.trace());
    return std::move(outcome_);
  }

 private:
  const DramConfig& dram() const { return command_.config.machine.dram; }

  DramTraceLimits limits() {
    DramTraceLimits limits;
    limits.capacity_bytes = kSimpleCapacity;
    if (dram().kind == DramKind::kBanked) {
      const DramTiming& timing = dram().preset.timing;
      map_.emplace(dram().address_map, timing, dram().channels);
      limits.capacity_bytes = map_->capacity_bytes();
      limits.access_bytes = static_cast<std::uint32_t>(timing.access_bytes);
      limits.map = &*map_;
      limits.timing = &timing;
      limits.channels = dram().channels;
    }
    limits.clock = command_.config.machine.clock_period;
    limits.format = command_.format;
    return limits;
  }

  /// What the trace says before its first access is known.
  void begin() {
    const DramTrace& trace = reader_.trace();
    const bool simple = dram().kind == DramKind::kSimple;
    ClockPeriod& clock = outcome_.config.machine.clock_period;
    if (command_.clock_given && !simple && !trace.timed) {
      fail_without_effect("clock.period", print_clock_period(clock));
    }
    if (trace.timed && trace.clock) {
      if (command_.clock_given && clock != *trace.clock) {
        fail_command_line("clock.period=" + print_clock_period(clock) + " has no effect on " +
                          name_ + ", which states its clock: " + print_clock_period(*trace.clock));
      }
      clock = *trace.clock;
    }
    if (simple) {
      model_ = std::make_unique<SimpleDram>(dram(), simple_dram_ticks(clock));
    } else {
      model_ = std::make_unique<BankedDram>(dram(), controller_options(dram()));
    }
    outcome_.outstanding =
        command_.outstanding.value_or(trace.timed ? kMostOutstanding : kUsualOutstanding);
    const ClockPeriod cycle = clock.scaled(model_->ticks_per_picosecond());
    player_.emplace(DramTraceOptions{.clock = simple ? cycle.begin_rounded_up(1)
                                                     : dram().preset.timing.clock_ps,
                                     .outstanding = outcome_.outstanding,
                                     .cycle = cycle},
                    *model_);
  }

  void play() {
    std::vector<DramTraceStep>& steps = reader_.trace().steps;
    if (reader_.trace().accesses > 0 && !player_) {
      begin();
    }
    if (player_) {
      const Stopwatch watch;
      for (const DramTraceStep& step : steps) {
        player_->play(step);
      }
      outcome_.simulation_seconds += watch.seconds();
      steps.clear();
    }
  }

  const DramTraceCommand& command_;
  std::string name_;
  std::optional<AddressMap> map_;  ///< of a DRAM with banks
  DramTraceReader reader_;
  std::unique_ptr<DramModel> model_;
  std::optional<DramTracePlayer> player_;
  TraceOutcome outcome_;
};

nlohmann::ordered_json config_json(const Config& config, bool timed) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for_each_dram_trace_key(config, timed, [&json](std::string_view name, const std::string& value) {
    const std::size_t dot = name.find('.');
    json[std::string(name.substr(0, dot))][std::string(name.substr(dot + 1))] = value;
  });
  return json;
}

nlohmann::ordered_json outcome_json(const DramTraceCommand& command, const TraceOutcome& outcome) {
  using Json = nlohmann::ordered_json;
  const DramTraceResult& result = outcome.result;
  Json json;
  json["schema"] = kDramTraceSchema;
  json["version"] = kDramTraceVersion;
  json["tilewave"] = version_number();
  json["build"] = build_id();
  json["trace"] = command.file;
  json["format"] = to_string(outcome.trace.format);
  json["timed"] = outcome.trace.timed;
  json["outstanding"] = outcome.outstanding;
  json["access_bytes"] = outcome.trace.access_bytes;
  json["accesses"] = outcome.trace.accesses;
  json["reads"] = result.reads;
  json["writes"] = result.writes;
  json["read_bytes"] = outcome.counters.read_bytes;
  json["write_bytes"] = outcome.counters.write_bytes;
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
  json["config"] = config_json(outcome.config, outcome.trace.timed);
  return json;
}

std::string settings_text(const Config& config, bool timed) {
  std::vector<std::string> settings;
  for_each_dram_trace_key(config, timed,
                          [&settings](std::string_view name, const std::string& value) {
                            settings.push_back(std::string(name) + "=" + value);
                          });
  return joined(settings);
}

/// "12,345.625": nanoseconds to the picosecond.
std::string nanoseconds(Picoseconds time) {
  std::array<char, 8> fraction;
  std::snprintf(fraction.data(), fraction.size(), ".%03u", static_cast<unsigned>(time % 1000));
  return with_separators(time / 1000) + fraction.data();
}

/// "1,024 reads and 512 writes of 64 B, 1 tile, 16 outstanding"
std::string accesses_text(const TraceOutcome& outcome) {
  const DramTrace& trace = outcome.trace;
  std::string text = with_separators(outcome.result.reads) + " reads and " +
                     with_separators(outcome.result.writes) + " writes";
  if (trace.sized) {
    text += ", " + with_separators(outcome.counters.read_bytes) + " and " +
            with_separators(outcome.counters.write_bytes) + " B";
  } else {
    text += " of " + std::to_string(trace.access_bytes) + " B";
  }
  text += ", " + with_separators(trace.tiles) + (trace.tiles == 1 ? " tile" : " tiles");
  return text + (trace.timed ? ", each at its time"
                             : ", " + std::to_string(outcome.outstanding) + " outstanding");
}

std::string outcome_text(const DramTraceCommand& command, const TraceOutcome& outcome) {
  const DramTraceResult& result = outcome.result;
  const DramCounters& counters = outcome.counters;
  constexpr double kGiga = 1e9;
  std::string text = "trace      " + input_name(command.file) + ", " + accesses_text(outcome) +
                     "\n" + "config     " + settings_text(outcome.config, outcome.trace.timed) +
                     "\n" + "time       " + nanoseconds(result.total_ps) + " ns\n" + "bandwidth  " +
                     fixed(result.bytes_per_second / kGiga, 3) + " GB/s, " +
                     percent(outcome.share_of_peak()) + " of " +
                     fixed(outcome.peak_bytes_per_second / kGiga, 1) + " GB/s\n";
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
  TraceOutcome outcome = TraceRun(command).run();
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
