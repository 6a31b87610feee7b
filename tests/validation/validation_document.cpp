// Writes docs/validation.md to standard output: what our models take, what other simulators take
// for the same, and the difference. The same sources give the same text, byte for byte.
//
//   validation_document                print it
//   validation_document --check FILE   exit code 1 unless FILE is what would be printed
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "sim/base/text_table.h"
#include "tests/validation/document_text.h"
#include "tests/validation/dram_runs.h"
#include "tests/validation/gemm_runs.h"

namespace tilewave::validation {
namespace {

using Runs = std::vector<DramRun>;
using Time = std::optional<double> DramRun::*;

constexpr std::array kSpecs = {"ddr4", "ddr424", "hbm2", "lp4"};
constexpr std::array kTraffic = {"sequential reads",      "tile reads",       "isolated tiles",
                                 "random reads",          "two read streams", "writes",
                                 "read and write streams"};

struct Simulator {
  const char* name;
  Time time;
};
constexpr std::array kSimulators = {Simulator{"Ramulator 2.1", &DramRun::ramulator_ns},
                                    Simulator{"DRAMSys 5.1", &DramRun::dramsys_ns},
                                    Simulator{"DRAMsim3", &DramRun::dramsim3_ns}};

/// "| a | b |"
std::string row(std::initializer_list<std::string> cells) {
  std::string text = "|";
  for (const std::string& cell : cells) {
    text += " " + cell + " |";
  }
  return text + "\n";
}

std::string number(double value) { return fixed(value, 2); }
std::string with_sign(double value) {
  const std::string text = fixed(value, 2);
  return text == "-0.00" ? "+0.00" : (text.front() == '-' ? "" : "+") + text;
}
std::string limit(const std::optional<double>& value) {
  return value ? "≤ " + fixed(*value, 1) : "";
}
std::string time_text(const std::optional<double>& nanoseconds) {
  return nanoseconds ? with_separators(static_cast<std::uint64_t>(std::llround(*nanoseconds))) : "";
}

std::string summary_row(const std::string& first, const std::string& second,
                        const ErrorSummary& errors) {
  return row({first, second, std::to_string(errors.runs), number(errors.mean), number(errors.p90),
              number(errors.max), with_sign(errors.bias)});
}

std::string limits_table(const Runs& runs) {
  std::string text =
      "| error of total time [%] | runs | mean | allowed | p90 | allowed | max | "
      "allowed |\n|---|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const DramLimit& limits : dram_limits()) {
    const ErrorSummary errors = summarize_errors(runs, limits.concerns);
    text += row({limits.what, std::to_string(errors.runs), number(errors.mean), limit(limits.mean),
                 number(errors.p90), limit(limits.p90), number(errors.max), limit(limits.max)});
  }
  return text;
}

/// How many of the limits each mistake breaks.
std::string mistakes_table(const Runs& runs) {
  std::string text = "| mistake |";
  std::string line = "|---|";
  for (const std::string spec : kSpecs) {
    text += " " + spec + " |";
    line += "---|";
  }
  text += "\n" + line + "\n";
  for (const TimingMistake& mistake : write_timing_mistakes()) {
    text += "| " + std::string(mistake.what) + " |";
    for (const std::string spec : kSpecs) {
      const std::size_t broken = broken_limits(with_mistake(runs, spec, mistake)).size();
      text += " " + (broken == 0 ? "**no**" : "yes, " + std::to_string(broken)) + " |";
    }
    text += "\n";
  }
  return text;
}

std::string traffic_table(const Runs& runs) {
  std::string text =
      "| spec | traffic | runs | mean | p90 | max | bias |\n"
      "|---|---|--:|--:|--:|--:|--:|\n";
  for (const std::string spec : kSpecs) {
    for (const std::string traffic : kTraffic) {
      text += summary_row(spec, traffic, summarize_errors(runs, [&](const DramRun& run) {
                            return run.spec == spec && run.traffic() == traffic;
                          }));
    }
    text +=
        summary_row(spec, "**all**",
                    summarize_errors(runs, [&](const DramRun& run) { return run.spec == spec; }));
  }
  return text +
         summary_row("all", "**all**", summarize_errors(runs, [](const DramRun&) { return true; }));
}

/// Calls `line(spec, "reads" or "with writes", the runs)`.
template <typename Line>
void for_each_half(const Runs& runs, const Line& line) {
  for (const std::string spec : kSpecs) {
    for (const bool writes : {false, true}) {
      Runs half;
      std::ranges::copy_if(runs, std::back_inserter(half), [&](const DramRun& run) {
        return run.spec == spec && run.writes == writes;
      });
      line(spec, writes ? "with writes" : "reads", half);
    }
  }
}

/// Of the runs that have both times.
template <typename Actual, typename Reference>
ErrorSummary compare(const Runs& runs, const Actual& actual, const Reference& reference) {
  std::vector<double> errors;
  for (const DramRun& run : runs) {
    const std::optional<double> a = actual(run);
    const std::optional<double> b = reference(run);
    if (a && b) {
      errors.push_back(error_percent(*a, *b));
    }
  }
  return summarize(errors);
}

std::optional<double> ours(const DramRun& run) { return run.ours_ns; }

std::string simulators_table(const Runs& runs) {
  std::string text =
      "| against | spec | traffic | runs | mean | p90 | max | bias |\n"
      "|---|---|---|--:|--:|--:|--:|--:|\n";
  for (const Simulator& simulator : kSimulators) {
    for_each_half(runs, [&](const std::string& spec, const char* traffic, const Runs& half) {
      const ErrorSummary errors =
          compare(half, ours, [&](const DramRun& run) { return run.*simulator.time; });
      if (errors.runs > 0) {
        text += "| " + std::string(simulator.name) + " " + summary_row(spec, traffic, errors);
      }
    });
  }
  return text;
}

std::string references_table(const Runs& runs) {
  std::string text =
      "| | against | spec | traffic | runs | mean | p90 | max | bias |\n"
      "|---|---|---|---|--:|--:|--:|--:|--:|\n";
  const auto add = [&](const Simulator& a, const Simulator& b) {
    for_each_half(runs, [&](const std::string& spec, const char* traffic, const Runs& half) {
      const ErrorSummary errors = compare(
          half, [&](const DramRun& run) { return run.*a.time; },
          [&](const DramRun& run) { return run.*b.time; });
      if (errors.runs > 0) {
        text +=
            "| " + std::string(a.name) + " | " + b.name + " " + summary_row(spec, traffic, errors);
      }
    });
  };
  add(kSimulators[0], kSimulators[1]);
  add(kSimulators[2], kSimulators[1]);
  return text;
}

std::string worst_table(Runs runs) {
  constexpr std::size_t kShown = 10;
  std::string text =
      "| error [%] | run | ours | Ramulator | DRAMSys | DRAMsim3 | ours from Ramulator "
      "[%] | ours from DRAMSys [%] |\n|--:|---|--:|--:|--:|--:|--:|--:|\n";
  std::ranges::stable_sort(runs, std::greater{},
                           [](const DramRun& run) { return std::abs(run.error()); });
  runs.resize(std::min(runs.size(), kShown));
  for (const DramRun& run : runs) {
    const auto from = [&run](const std::optional<double>& reference) {
      return reference ? with_sign(error_percent(run.ours_ns, *reference)) : "";
    };
    text += row({with_sign(run.error()),
                 run.spec + ", " + run.map + ", `" + run.scenario +
                     "`, N = " + std::to_string(run.outstanding),
                 time_text(run.ours_ns), time_text(run.ramulator_ns), time_text(run.dramsys_ns),
                 time_text(run.dramsim3_ns), from(run.ramulator_ns), from(run.dramsys_ns)});
  }
  return text;
}

std::string ideal_tables(const std::vector<IdealRun>& runs) {
  std::string text =
      "| error of busy cycles [%] | runs | mean | p90 | max |\n|---|--:|--:|--:|--:|\n";
  for (const std::string source : {"LLMCompass", "SCALE-Sim"}) {
    std::vector<double> errors;
    for (const IdealRun& run : runs) {
      if (run.source == source) {
        errors.push_back(
            error_percent(static_cast<double>(run.busy), static_cast<double>(run.reference)));
      }
    }
    const ErrorSummary summary = summarize(errors);
    text += row({source, std::to_string(summary.runs), number(summary.mean), number(summary.p90),
                 number(summary.max)});
  }
  text +=
      "\n| reference | dataflow | M x N x K | `schedule.loop_order` | reference | ours, busy | "
      "difference | ours, whole run |\n|---|---|---|---|--:|--:|--:|--:|\n";
  for (const IdealRun& run : runs) {
    text += row({run.source, run.dataflow, run.shape, run.loop_order,
                 with_separators(run.reference), with_separators(run.busy),
                 std::to_string(static_cast<std::int64_t>(run.busy) -
                                static_cast<std::int64_t>(run.reference)),
                 with_separators(run.cycles)});
  }
  return text;
}

std::string onnxim_table(const std::vector<OnnximRun>& runs) {
  std::string text;
  const auto add = [&](const char* what, const auto& cell) {
    text += "| " + std::string(what) + " |";
    for (const OnnximRun& run : runs) {
      text += " " + cell(run) + " |";
    }
    text += "\n";
  };
  const auto difference = [](Cycle cycles, const OnnximRun& run) {
    return with_sign(
        error_percent(static_cast<double>(cycles), static_cast<double>(run.reference)));
  };
  text = "| |";
  std::string line = "|---|";
  for (const OnnximRun& run : runs) {
    text += " " + run.workload + " |";
    line += "--:|";
  }
  text += "\n" + line + "\n";
  add("ONNXim", [](const OnnximRun& run) { return with_separators(run.reference); });
  add("ours", [](const OnnximRun& run) { return with_separators(run.cycles); });
  add("difference [%]", [&](const OnnximRun& run) { return difference(run.cycles, run); });
  add("ours with SRAM for every tile",
      [](const OnnximRun& run) { return with_separators(run.roomy_cycles); });
  add("difference [%]", [&](const OnnximRun& run) { return difference(run.roomy_cycles, run); });
  add("tiles we evict", [](const OnnximRun& run) { return with_separators(run.evictions); });
  add("our load engine in `wait_space`",
      [](const OnnximRun& run) { return with_separators(run.wait_space); });
  add("our core busy", [](const OnnximRun& run) { return with_separators(run.busy); });
  add("ONNXim's array busy (utilisation x cycles)", [](const OnnximRun& run) {
    return with_separators(static_cast<std::uint64_t>(std::llround(run.reference_busy)));
  });
  return text;
}

std::string document() {
  const Runs runs = simulate_dram_runs();
  return std::string(kIntroduction) + limits_table(runs) + kMistakesText + mistakes_table(runs) +
         kTrafficText + traffic_table(runs) + kSimulatorsText + simulators_table(runs) +
         kReferencesText + references_table(runs) + kWorstText + worst_table(runs) + kTuningText +
         kIdealText + ideal_tables(simulate_ideal_runs()) + kOnnximText +
         onnxim_table(simulate_onnxim_runs()) + kOnnximDifferences + kRestText;
}

/// Where they differ first, on standard error.
bool same(const std::string& expected, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  std::istringstream was(content.str());
  std::istringstream is(expected);
  if (file && content.str() == expected) {
    return true;
  }
  std::string old_line;
  std::string new_line;
  std::size_t line = 0;
  do {
    ++line;
    old_line.clear();
    new_line.clear();
    std::getline(was, old_line);
    std::getline(is, new_line);
  } while (was && is && old_line == new_line);
  std::cerr << path << ":" << line << ": is not up to date; run scripts/validate\n  has   "
            << old_line << "\n  now   " << new_line << "\n";
  return false;
}

}  // namespace
}  // namespace tilewave::validation

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool check = arguments.size() == 2 && arguments[0] == "--check";
  if (!arguments.empty() && !check) {
    std::cerr << "usage: validation_document [--check FILE]\n";
    return 2;
  }
  try {
    const std::string text = tilewave::validation::document();
    if (check) {
      return tilewave::validation::same(text, arguments[1]) ? 0 : 1;
    }
    std::cout << text << std::flush;
    return std::cout ? 0 : 3;
  } catch (const std::exception& error) {
    std::cerr << "validation_document: " << error.what() << "\n";
    return 3;
  }
}
