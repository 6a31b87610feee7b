// `tilewave dram-trace`: trace → DRAM model alone → report and JSON.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "compiler/base/error.h"
#include "models/dram/banked.h"
#include "models/dram/simple.h"
#include "sim/base/build_identity.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/base/stopwatch.h"
#include "sim/base/text_table.h"
#include "sim/commands/commands.h"
#include "sim/run/dram_trace.h"
#include "sim/run/dram_trace_config.h"

namespace tilewave {
namespace {

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
  const std::string name = one_line(file);
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
      "trace      " + one_line(command.file) + ", " + with_separators(result.reads) +
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

}  // namespace

ExitCode dram_trace(const DramTraceCommand& command) {
  const Stopwatch watch;
  std::unique_ptr<OutputFile> json;
  if (command.json_file) {
    json = std::make_unique<OutputFile>("--json", *command.json_file);
  }
  TraceOutcome outcome = play_file(command);
  outcome.wall_seconds = watch.seconds();
  if (json) {
    json->write(outcome_json(command, outcome).dump(2) + "\n");
    json->commit();
  }
  if (!json || !json->is_standard_output()) {
    write_standard_output(outcome_text(command, outcome));
  }
  return ExitCode::kDone;
}

}  // namespace tilewave
