// One function for each block of the report.
#include "sim/report/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/base/ratio.h"
#include "sim/base/text_table.h"
#include "sim/config/keys.h"
#include "sim/report/told_counters.h"

namespace tilewave {
namespace {

std::string key_text(const Config& config, const char* name) {
  const ConfigKey* key = find_config_key(name);
  if (key == nullptr) {
    throw InternalError(std::string("the report asks for a key that there is not: ") + name);
  }
  return key_text(*key, config);
}

std::string or_unknown(const std::optional<std::uint64_t>& number) {
  return number ? with_separators(*number) : "?";
}

std::string whole(double number) {
  return with_separators(static_cast<std::uint64_t>(number + 0.5));
}

std::string number_text(const char* format, double value) {
  if (std::isnan(value)) {
    return "nan";  // whatever its sign
  }
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string machine_text(const Config& config) {
  const MachineConfig& machine = config.machine;
  const auto key = [&config](const char* name) { return key_text(config, name); };
  std::string core = key("compute.dataflow");
  core += machine.compute.dataflow == Dataflow::kSimd
              ? " " + key("compute.macs_per_cycle") + " MAC/cycle"
              : " " + key("compute.rows") + "x" + key("compute.cols");
  for (std::size_t i = 0; i < kElementTypeCount; ++i) {
    const auto type = static_cast<ElementType>(i);
    if (machine.compute.rate_of(type) > 1) {
      core +=
          " " + std::string(to_string(type)) + " x" + std::to_string(machine.compute.rate_of(type));
    }
  }
  return key("clock.period") + " clock, " + core + ", SRAM " + key("sram.size") + " in " +
         key("sram.banks") + " banks, bus " + key("bus.bytes_per_cycle") + "/cycle, DRAM " +
         key("dram.channels") + " x " +
         key(machine.dram.kind == DramKind::kSimple ? "dram.bandwidth" : "dram.preset") +
         ", overlap " + key("sequencer.overlap");
}

std::string model_text(const RunOutcome& outcome) {
  std::string text = one_line(outcome.model);
  if (outcome.program && *outcome.program != outcome.model) {
    text += ", program " + one_line(*outcome.program);
  }
  if (outcome.config.mapping) {
    text += ", mapping " + outcome.config.mapping->name;
  }
  return text + (outcome.timing_only ? ", timing only"
                                     : ", seed " + std::to_string(outcome.seed) + ", kernel " +
                                           outcome.host.kernel);
}

/// That values are not the model's own is said.
std::string weights_line(const RunOutcome& outcome) {
  return outcome.unread_weights == 0
             ? ""
             : headed_line(
                   "weights",
                   with_separators(outcome.unread_weights) + " in other files, not read: " +
                       (outcome.timing_only ? "no values are computed"
                                            : "drawn from seed " + std::to_string(outcome.seed)));
}

}  // namespace

std::string compile_lines(const CompileFigures& figures) {
  std::string text;
  if (figures.operators) {
    text += headed_line("compile", count_text(*figures.operators, "operator") + ", " +
                                       with_separators(*figures.operators_fused) + " after fusion");
  }
  const std::string heading = figures.operators ? "" : "compile";
  std::string ops = count_text(figures.scheduled_ops, "op");
  if (figures.uops) {
    ops = count_text(*figures.uops, "uOp") + " -> " + ops;
  }
  text += headed_line(heading, ops + ": " + count_text(figures.loads, "load") + ", " +
                                   count_text(figures.executes, "execute") + ", " +
                                   count_text(figures.stores, "store"));
  const TileShape& tile = figures.tile;
  text += headed_line(
      "", "steps of up to " + std::to_string(tile.m) + "x" + std::to_string(tile.n) + "x" +
              std::to_string(tile.k) + " (m x n x k)" +
              (figures.factors.none() ? "" : ", products of " + joined(names_of(figures.factors))));
  if (figures.loads_eliminated) {
    const std::uint64_t loads = figures.loads + *figures.loads_eliminated;
    const double share =
        loads == 0 ? 0
                   : static_cast<double>(*figures.loads_eliminated) / static_cast<double>(loads);
    text += headed_line("", count_text(*figures.loads_eliminated, "load") + " eliminated (" +
                                percent(share) + "), " +
                                count_text(figures.evictions.value_or(0), "eviction"));
    text +=
        headed_line("", "SRAM peak " + or_unknown(figures.peak_sram_bytes) +
                            " B, live at the end " + or_unknown(figures.final_live_bytes) + " B");
  }
  return text;
}

namespace {

std::string cycles_of(double share_of, Cycle total) {
  return percent(total == 0 ? 0.0 : share_of / static_cast<double>(total));
}

/// States that no engine was in are left out.
std::string engines_table(const RunResult& result) {
  TextTable table;
  TextTable::Row header = {"cycles"};
  TextTable::Row ops = {"ops"};
  for (const Engine unit : result.units.all()) {
    header.insert(header.end(), {to_string(unit), ""});
    ops.insert(ops.end(), {with_separators(result.engine(unit).ops), ""});
  }
  table.add(header);
  for (std::size_t state = 0; state < kEngineStateCount; ++state) {
    TextTable::Row row = {to_string(static_cast<EngineState>(state))};
    bool any = false;
    for (const Engine unit : result.units.all()) {
      const Cycle cycles = result.engine(unit).cycles[state];
      any = any || cycles != 0;
      row.push_back(with_separators(cycles));
      row.push_back(cycles_of(static_cast<double>(cycles), result.cycles));
    }
    if (any) {
      table.add(row);
    }
  }
  table.add(ops);
  return table.text();
}

std::string resources_table(const RunResult& result, ToldCounters& told) {
  TextTable table;
  table.add({"resource", "work", "share of peak", "bound [cycles]"});
  for (const Engine unit : result.units.all()) {
    told.tell(to_string(unit), "steps");
    told.tell(to_string(unit), "macs");   // by the roofline
    told.tell(to_string(unit), "slots");  // by the array's line
  }
  table.add({"compute", count_text(result.steps(), "step"),
             cycles_of(result.bounds.compute, result.cycles), whole(result.bounds.compute)});
  if (std::ranges::find(result.units.all(), Engine::kVector) != result.units.all().end()) {
    table.add({"vector", count_text(result.engine(Engine::kVector).ops, "step"),
               cycles_of(result.bounds.vector, result.cycles), whole(result.bounds.vector)});
  }
  const auto add = [&](const char* name, std::uint64_t bytes, double peak) {
    table.add({name, with_separators(bytes) + " B",
               percent(share_of_peak(bytes, peak, result.cycles)),
               whole(ratio(static_cast<double>(bytes), peak))});
  };
  add("sram", told.tell("sram", "bytes"), result.sram_peak_bytes_per_cycle);
  add("bus read", told.tell("bus", "read_bytes"), result.bus_peak_bytes_per_cycle);
  add("bus write", told.tell("bus", "write_bytes"), result.bus_peak_bytes_per_cycle);
  add("dram", told.tell("dram", "read_bytes") + told.tell("dram", "write_bytes"),
      result.dram_peak_bytes_per_cycle);
  return table.text();
}

std::string bounds_text(const RunResult& result) {
  const Bounds& bounds = result.bounds;
  const std::array<std::pair<const char*, double>, 5> all = {{{"compute", bounds.compute},
                                                              {"vector", bounds.vector},
                                                              {"sram", bounds.sram},
                                                              {"bus", bounds.bus},
                                                              {"dram", bounds.dram}}};
  const auto binding =
      std::ranges::max_element(all, {}, [](const auto& bound) { return bound.second; });
  return headed_line("bound", std::string(binding->first) + " binds: " + whole(binding->second) +
                                  " of " + with_separators(result.cycles) + " cycles, efficiency " +
                                  percent(result.efficiency()));
}

/// What has a line of its own; the others follow, by their names.
std::string counters_text(const RunResult& result, ToldCounters& told) {
  std::string text = headed_line(
      "overlap", count_text(result.overlap_cycles, "cycle") + " (" +
                     cycles_of(static_cast<double>(result.overlap_cycles), result.cycles) +
                     ") with DMA and compute at work at once");
  if (const std::uint64_t conflicts = told.tell("sram", "bank_conflicts"); conflicts != 0) {
    text += headed_line("sram", count_text(conflicts, "bank conflict"));
  }
  const std::uint64_t hits = told.tell("dram", "row_hits");
  const std::uint64_t misses = told.tell("dram", "row_misses");
  const std::uint64_t conflicts = told.tell("dram", "row_conflicts");
  const std::uint64_t refreshes = told.tell("dram", "refreshes");
  if (hits + misses + conflicts != 0) {
    text += headed_line("dram", count_text(hits, "row hit") + ", " + with_separators(misses) +
                                    " misses, " + count_text(conflicts, "conflict") + ", " +
                                    with_separators(refreshes) + " refreshes");
  }
  return text + told.others();
}

std::string host_text(const RunOutcome& outcome) {
  const HostFigures& host = outcome.host;
  return headed_line("host", duration(host.wall_seconds) + ": compile " +
                                 duration(host.compile_seconds) + ", simulation " +
                                 duration(host.simulation_seconds) + ", verification " +
                                 duration(host.verify_seconds)) +
         headed_line("", scaled(host.cycles_per_second(outcome.result)) + "cycles/s, " +
                             scaled(host.uops_per_second(outcome.compile)) +
                             "uOps/s, peak memory " +
                             scaled(static_cast<double>(host.peak_rss_bytes)) + "B");
}

/// ", 3 elements off by rounding"; nothing if there are none.
std::string rounding_text(std::uint64_t by_rounding) {
  return by_rounding == 0 ? "" : ", " + count_text(by_rounding, "element") + " off by rounding";
}

/// " is 1, expected 2, allowed error 3e-05"
std::string values_text(double actual, const std::string& origin, double expected, double allowed) {
  return " is " + number_text("%.9g", actual) + ", " + origin + " " +
         number_text("%.9g", expected) + ", allowed error " + number_text("%.2g", allowed);
}

std::string verification_text(const Verification& verification) {
  return headed_line("reference", std::string(verification.by_graph ? "graph" : "program order") +
                                      ", sums in double, values up to " +
                                      number_text("%.3g", verification.max_abs_value) + "; " +
                                      with_separators(verification.tiles) + " of " +
                                      count_text(verification.all_tiles, "tile") +
                                      rounding_text(verification.by_rounding));
}

/// "rtol 0.0001, atol 1e-05"
std::string tolerance_text() {
  return "rtol " + number_text("%g", kRelativeTolerance) + ", atol " +
         number_text("%g", kAbsoluteTolerance);
}

std::string expected_text(const ExpectedComparison& expected) {
  return headed_line("expected", expected.directory + ": " +
                                     count_text(expected.outputs, "output") + ", " +
                                     count_text(expected.elements, "element") + ", max abs error " +
                                     number_text("%.2g", expected.max_abs_error) + " (" +
                                     tolerance_text() + ")" + rounding_text(expected.by_rounding));
}

std::string difference_text(const ExpectedComparison& expected) {
  const ExpectedComparison::Difference& first = *expected.first;
  return "FAILED: " + with_separators(expected.mismatches) + " of " +
         count_text(expected.elements, "element") + " differ from those expected; first: output " +
         one_line(first.output) + " " + to_string(first.index) +
         values_text(first.actual, "in " + first.file, first.expected, first.allowed);
}

}  // namespace

std::string machine_line(const Config& config) {
  return headed_line("machine", machine_text(config));
}

std::string time_lines(const RunResult& result) {
  return headed_line("time",
                     count_text(result.cycles, "cycle") + " = " + duration(result.seconds)) +
         bounds_text(result);
}

std::string work_lines(const UsefulWork& work) {
  std::string text;
  if (work.intensity) {
    text += headed_line("roofline",
                        fixed(*work.intensity, 2) + " FLOP per DRAM byte, attainable " +
                            fixed(work.attainable_gflops, 1) + " GFLOP/s, achieved " +
                            fixed(work.achieved_gflops, 1) + " GFLOP/s (" +
                            percent(ratio(work.achieved_gflops, work.attainable_gflops)) + ")");
  }
  if (work.macs > 0) {
    text += headed_line("array", with_separators(work.macs) + " products of " +
                                     with_separators(work.array_slots) + " slots: utilisation " +
                                     percent(work.utilisation) + " = " + percent(work.spatial) +
                                     " of the array x " + percent(work.temporal) + " of the time");
    if (work.padding_macs > 0) {
      text +=
          headed_line("padding", with_separators(work.padding_macs) + " products of zeros besides");
    }
    if (work.step_slots > work.macs + work.padding_macs) {
      text += headed_line("folds", "the steps fill " + percent(work.fill) +
                                       " of what the array could multiply meanwhile");
    }
  }
  for (const std::string& warning : work.warnings()) {
    text += headed_line("warning", warning);
  }
  return text;
}

std::string report_text(const RunOutcome& outcome) {
  const RunResult& result = outcome.result;
  std::string text = headed_line("model", model_text(outcome)) + weights_line(outcome) +
                     machine_line(outcome.config) + compile_lines(outcome.compile) + "\n";
  ToldCounters told(result);
  const std::string resources = resources_table(result, told);
  text += time_lines(result) + work_lines(outcome.work()) + counters_text(result, told) + "\n";
  text += engines_table(result) + "\n" + resources + "\n";
  text += host_text(outcome);
  if (outcome.verification) {
    text += verification_text(*outcome.verification);
  }
  if (outcome.expected) {
    text += expected_text(*outcome.expected);
  }
  return text + verdict_text(outcome) + "\n";
}

std::string verdict_text(const RunOutcome& outcome) {
  if (outcome.expected && !outcome.expected->passed() &&
      (!outcome.verification || outcome.verification->passed())) {
    return difference_text(*outcome.expected);
  }
  if (!outcome.verification && outcome.expected) {
    return "verified: " + count_text(outcome.expected->outputs, "output") + ", " +
           count_text(outcome.expected->elements, "element") + ", max abs error " +
           number_text("%.2g", outcome.expected->max_abs_error) + " (expected values)";
  }
  if (!outcome.verification) {
    return outcome.timing_only ? "not verified (timing only)" : "not verified (--verify=off)";
  }
  const Verification& verification = *outcome.verification;
  if (verification.first) {
    const Mismatch& first = *verification.first;
    const auto pair = [](std::uint64_t row, std::uint64_t col) {
      return "[" + std::to_string(row) + "," + std::to_string(col) + "]";
    };
    return "FAILED: " + with_separators(verification.mismatches) + " of " +
           count_text(verification.elements, "element") + " wrong; first: tensor " + first.tensor +
           ", tile " + pair(first.tile.row, first.tile.col) + ", element " +
           pair(first.row, first.col) +
           values_text(first.actual, "expected", first.expected, first.allowed);
  }
  const std::string coverage = verification.coverage == Coverage::kFull
                                   ? "full"
                                   : "sampled: " + with_separators(verification.tiles) + " of " +
                                         count_text(verification.all_tiles, "tile");
  const bool verified = outcome.verdict() == Verdict::kVerified;
  return (verified ? "verified: " : "consistent with itself: ") +
         count_text(verification.tensors, "output") + ", " +
         count_text(verification.elements, "element") + ", max abs error " +
         number_text("%.2g", verification.max_abs_error) + " (" + coverage + ")";
}

}  // namespace tilewave
