// The driver is that of `tilewave dram-trace`, the controller that of the default config.
#include "tests/validation/dram_runs.h"

#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "models/dram/banked.h"
#include "sim/run/dram_trace.h"
#include "tests/support/csv.h"
#include "tests/support/dram_traffic.h"

namespace tilewave::validation {
namespace {

std::optional<double> time_of(const std::string& cell) {
  return cell.empty() ? std::nullopt : std::optional(std::stod(cell));
}

DramConfig config_of(const DramRun& run) {
  DramConfig config;
  config.kind = DramKind::kBanked;
  config.preset = load_dram_preset(run.spec);
  config.address_map = run.map;
  config.write_ack = DramWriteAck::kIssued;  // as the references do
  return config;
}

/// Traces by scenario and access size: each is used by many runs.
class Traces {
 public:
  const DramTrace& get(const DramRun& run, const DramTraceLimits& limits) {
    const auto key = std::pair(run.scenario, limits.access_bytes);
    const auto found = traces_.find(key);
    if (found != traces_.end()) {
      return found->second;
    }
    const std::string text = test::dram_scenario(run.scenario, limits.access_bytes);
    return traces_.emplace(key, parse_dram_trace(text, run.scenario, limits)).first->second;
  }

 private:
  std::map<std::pair<std::string, std::uint32_t>, DramTrace> traces_;
};

void simulate(DramRun& run, Traces& traces, const TimingMistake* mistake = nullptr) {
  DramConfig config = config_of(run);
  if (mistake != nullptr) {
    mistake->make(config.preset.timing);
  }
  const DramTiming& timing = config.preset.timing;
  BankedDram dram(config, controller_options(config));
  const DramTrace& trace =
      traces.get(run, {dram.capacity_bytes(), static_cast<std::uint32_t>(timing.access_bytes)});
  const DramTraceResult result = play_dram_trace(trace, {timing.clock_ps, run.outstanding}, dram);
  run.ours_ns = static_cast<double>(result.total_ps) / 1000.0;
  run.writes = result.writes > 0;
}

bool starts_with_one_of(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (text.starts_with(word)) {
      return true;
    }
  }
  return false;
}

}  // namespace

double DramRun::reference_ns() const {
  if (ramulator_ns && dramsys_ns) {
    return (*ramulator_ns + *dramsys_ns) / 2;
  }
  return ramulator_ns ? *ramulator_ns : dramsys_ns.value();
}

std::string DramRun::traffic() const {
  if (scenario.starts_with("tworr_")) {
    return "two read streams";
  }
  if (starts_with_one_of(scenario, {"two_burst_", "two_tile_"})) {
    return "read and write streams";
  }
  if (scenario.starts_with("tileiso_")) {
    return "isolated tiles";
  }
  if (scenario.starts_with("rnd_")) {
    return "random reads";
  }
  if (scenario == "seq_rd") {
    return "sequential reads";
  }
  return writes ? "writes" : "tile reads";
}

std::vector<DramRun> simulate_dram_runs() {
  const test::CsvFile file(TILEWAVE_SOURCE_DIR "/tests/data/dram/reference.csv");
  std::vector<DramRun> runs;
  Traces traces;
  for (const test::CsvFile::Row& row : file.rows()) {
    DramRun run;
    run.spec = file.at(row, "spec");
    run.map = file.at(row, "map");
    run.scenario = file.at(row, "scenario");
    run.outstanding = static_cast<unsigned>(file.count(row, "outstanding"));
    run.ramulator_ns = time_of(file.at(row, "ramulator_ns"));
    run.dramsys_ns = time_of(file.at(row, "dramsys_ns"));
    run.dramsim3_ns = time_of(file.at(row, "dramsim3_ns"));
    simulate(run, traces);
    runs.push_back(std::move(run));
  }
  return runs;
}

namespace {

/// Of one spec's runs of one traffic: measured when the limits were set, plus half a point for the
/// mean and a point for p90 and max.
DramLimit limit_of(const char* spec, const char* traffic, double mean, double p90, double max) {
  return {std::string(spec) + ", " + traffic,
          [spec = std::string(spec), traffic = std::string(traffic)](const DramRun& run) {
            return run.spec == spec && run.traffic() == traffic;
          },
          mean + 0.5, p90 + 1, max + 1};
}

/// Reads and writes take turns and rows do not conflict, so that the turnarounds are what counts.
bool mostly_turnarounds(const DramRun& run) {
  return run.spec.starts_with("ddr4") && run.map == "B" && run.scenario == "two_burst_ld4096_off" &&
         run.outstanding == 16;
}

}  // namespace

const std::vector<DramLimit>& dram_limits() {
  static const std::vector<DramLimit> limits = {
      {"DDR4 reads",
       [](const DramRun& run) { return run.spec.starts_with("ddr4") && !run.writes; },
       1.5,
       {},
       5},
      {"HBM2 reads",
       [](const DramRun& run) { return run.spec == "hbm2" && !run.writes; },
       1.5,
       {},
       5},
      {"DDR4 and HBM2, sequential reads",
       [](const DramRun& run) { return !run.is_lpddr4() && run.scenario == "seq_rd"; },
       1,
       {},
       {}},
      {"DDR4 and HBM2, isolated tiles",
       [](const DramRun& run) { return !run.is_lpddr4() && run.scenario.starts_with("tileiso_"); },
       1,
       {},
       {}},
      {"DDR4 and HBM2, all traffic", [](const DramRun& run) { return !run.is_lpddr4(); }, 5, 8, {}},
      {"LPDDR4, all traffic", [](const DramRun& run) { return run.is_lpddr4(); }, 5, {}, {}},
      limit_of("ddr4", "writes", 0.5, 1.5, 3.9),
      limit_of("ddr4", "read and write streams", 1.4, 3.6, 5.8),
      limit_of("ddr424", "writes", 0.1, 0.6, 0.6),
      limit_of("ddr424", "read and write streams", 0.9, 2.1, 5.4),
      limit_of("hbm2", "writes", 1.0, 3.0, 3.3),
      limit_of("hbm2", "read and write streams", 1.2, 3.0, 4.7),
      limit_of("lp4", "writes", 2.2, 5.0, 5.0),
      limit_of("lp4", "read and write streams", 2.1, 3.8, 3.8),
      {"DDR4, mostly turnarounds", mostly_turnarounds, {}, {}, 0.5},
  };
  return limits;
}

std::vector<std::string> broken_limits(const std::vector<DramRun>& runs) {
  std::vector<std::string> broken;
  for (const DramLimit& limit : dram_limits()) {
    const ErrorSummary errors = summarize_errors(runs, limit.concerns);
    const auto check = [&](const char* figure, double error, const std::optional<double>& allowed) {
      if (allowed && error > *allowed) {
        std::array<char, 64> text;
        std::snprintf(text.data(), text.size(), ", %s %.2f > %.2f", figure, error, *allowed);
        broken.push_back(limit.what + text.data());
      }
    };
    check("mean", errors.mean, limit.mean);
    check("p90", errors.p90, limit.p90);
    check("max", errors.max, limit.max);
  }
  return broken;
}

const std::vector<TimingMistake>& write_timing_mistakes() {
  static const std::vector<TimingMistake> mistakes = {
      {"tWR doubled", [](DramTiming& timing) { timing.write_recovery *= 2; }},
      {"tWR left out", [](DramTiming& timing) { timing.write_recovery = 0; }},
      {"CWL + 4", [](DramTiming& timing) { timing.write_latency += 4; }},
      {"tRCD of writes + 4", [](DramTiming& timing) { timing.activate_to_write += 4; }},
      {"tWTR_L + 4", [](DramTiming& timing) { timing.write_to_read_same_group += 4; }},
      {"tWTR_L - 4", [](DramTiming& timing) { timing.write_to_read_same_group -= 4; }},
      {"tWTR_S and tWTR_L doubled",
       [](DramTiming& timing) {
         timing.write_to_read_other_group *= 2;
         timing.write_to_read_same_group *= 2;
       }},
      {"RD to WR + 4", [](DramTiming& timing) { timing.read_to_write += 4; }},
  };
  return mistakes;
}

std::vector<DramRun> with_mistake(std::vector<DramRun> runs, const std::string& spec,
                                  const TimingMistake& mistake) {
  Traces traces;
  for (DramRun& run : runs) {
    if (run.spec == spec && run.writes) {
      simulate(run, traces, &mistake);
    }
  }
  return runs;
}

}  // namespace tilewave::validation
