// The parts about bytes and what-ifs, and the whole.
#include "sim/explain/explain_report.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "sim/base/files.h"
#include "sim/base/text_table.h"
#include "sim/report/report.h"

namespace tilewave {
namespace {

constexpr std::size_t kReloadRows = 12;

/// "1.25", or "-" of nothing.
std::string ratio(double numerator, double denominator) {
  return denominator > 0 ? fixed(numerator / denominator, 2) : "-";
}

std::string ratio(std::uint64_t numerator, std::uint64_t denominator) {
  return ratio(static_cast<double>(numerator), static_cast<double>(denominator));
}

std::string bytes_text(double bytes) {
  return with_separators(static_cast<std::uint64_t>(bytes + 0.5));
}

std::string signed_percent(double fraction) {
  return (fraction < 0 ? "-" : "+") + fixed(std::abs(fraction) * 100, 1) + " %";
}

std::string tensors_table(const Traffic& traffic, const Program& program) {
  TextTable table;
  table.add({"tensor", "role", "loaded [B]", "stored [B]", "compulsory [B]", "ratio"});
  const auto add = [&](const std::string& name, const std::string& role,
                       const TensorTraffic& tensor) {
    table.add({name, role, with_separators(tensor.loaded), with_separators(tensor.stored),
               with_separators(tensor.compulsory), ratio(tensor.moved(), tensor.compulsory)});
  };
  for (const TensorTraffic& tensor : traffic.tensors) {
    const ProgramTensor& entry = program.tensors[tensor.tensor];
    add(entry.name, to_string(entry.role), tensor);
  }
  add("all", "", traffic.total);
  return table.text();
}

std::string operators_table(const Traffic& traffic, const Program& program) {
  TextTable table;
  table.add({"operator", "kind", "M x N x K", "steps", "moved [B]", "I/O bound [B]", "ratio"});
  for (const OperatorTraffic& oper : traffic.operators) {
    const bool matmul = rule_of(oper.opcode).sums;
    std::string extents = std::to_string(oper.m) + " x " + std::to_string(oper.n);
    extents += matmul ? " x " + std::to_string(oper.k) : "";
    table.add({program.tensors[oper.tensor].name, to_string(oper.opcode), extents,
               with_separators(oper.steps), with_separators(oper.moved()),
               matmul ? bytes_text(oper.io_bound) : "-",
               ratio(static_cast<double>(oper.moved()), oper.io_bound)});
  }
  return table.text();
}

std::string traffic_text(const Explanation& explanation) {
  const Traffic& traffic = explanation.traffic;
  const Program& program = explanation.work.compiled.program;
  return headed_line("traffic",
                     with_separators(traffic.total.moved()) + " B through the DRAM, compulsory " +
                         with_separators(traffic.total.compulsory) + " B: " +
                         ratio(traffic.total.moved(), traffic.total.compulsory) + " times") +
         "\n" + tensors_table(traffic, program) + "\n" + operators_table(traffic, program) + "\n";
}

std::string reloads_text(const Explanation& explanation) {
  const Reloads& reloads = explanation.reloads;
  const Program& program = explanation.work.compiled.program;
  if (reloads.loads == 0) {
    return headed_line("reloads", "none: no tile is loaded that was in SRAM before") + "\n";
  }
  TextTable table;
  table.add({"tensor", "had to go for", "as", "loads", "bytes"});
  const std::size_t shown = std::min(reloads.groups.size(), kReloadRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const ReloadGroup& group = reloads.groups[i];
    const bool nobody = group.taker == ReloadGroup::Taker::kNobody;
    table.add({program.tensors[group.tensor].name,
               nobody ? "-" : program.tensors[group.taken_by].name, to_string(group.taker),
               with_separators(group.loads), with_separators(group.bytes)});
  }
  const std::size_t hidden = reloads.groups.size() - shown;
  return headed_line("reloads", count_text(reloads.loads, "load") +
                                    " of tiles that were in SRAM before, " +
                                    with_separators(reloads.bytes) + " B (" +
                                    percent(static_cast<double>(reloads.bytes) /
                                            static_cast<double>(explanation.traffic.total.loaded)) +
                                    " of what is loaded)") +
         "\n" + table.text() +
         (hidden == 0 ? "" : "  and " + count_text(hidden, "pair") + " with fewer bytes\n") + "\n";
}

std::string what_ifs_table(const Explanation& explanation) {
  const bool simulated = std::ranges::any_of(
      explanation.what_ifs, [](const Prediction& p) { return p.simulated.has_value(); });
  TextTable table;
  TextTable::Row header = {"what if", "cycles, predicted", "speed-up", "DRAM [B]"};
  if (simulated) {
    header.insert(header.end(), {"simulated", "error"});
  }
  table.add(header);
  const auto measured = static_cast<double>(explanation.result.cycles);
  for (const Prediction& prediction : explanation.what_ifs) {
    if (!prediction.refused.empty()) {
      table.add({prediction.what_if.name, "refused"});
      continue;
    }
    TextTable::Row row = {prediction.what_if.name, bytes_text(prediction.predicted),
                          ratio(measured, prediction.predicted),
                          with_separators(prediction.dram_bytes)};
    if (const auto error = prediction.error()) {
      row.insert(row.end(), {with_separators(*prediction.simulated), signed_percent(*error)});
    }
    table.add(row);
  }
  return table.text();
}

/// "  SRAM x2: --sram.size=512KiB", broken between settings where it gets long.
std::string settings_lines(const Prediction& prediction) {
  constexpr std::size_t kColumns = 100;
  std::string line = "  " + prediction.what_if.name + ":";
  if (!prediction.refused.empty()) {
    return line + " " + prediction.refused + "\n";
  }
  std::string text;
  for (const Setting& setting : prediction.what_if.settings) {
    const std::string word = " --" + setting.key + "=" + setting.value;
    if (line.size() + word.size() > kColumns) {
      text += line + "\n";
      line = "     ";
    }
    line += word;
  }
  return text + line + "\n";
}

/// The changes that are worth their name, most first, with what they gain; nothing else is advised.
std::string advice_lines(const Explanation& explanation) {
  std::vector<std::pair<double, std::string>> gains;
  for (const Prediction& prediction : explanation.what_ifs) {
    if (const double gain = speed_up(prediction, explanation.result.cycles); gain >= kWorthwhile) {
      gains.emplace_back(gain, prediction.what_if.name);
    }
  }
  std::ranges::stable_sort(gains, std::greater{}, &std::pair<double, std::string>::first);
  const std::string least = fixed(kWorthwhile, 2) + " times as fast";
  if (gains.empty()) {
    return headed_line("advice", "none: no change above makes it " + least);
  }
  std::string text;
  for (std::size_t i = 0; i < gains.size(); ++i) {
    text += headed_line(i == 0 ? "advice" : "",
                        gains[i].second + ": " + fixed(gains[i].first, 2) + " times as fast");
  }
  return text + (gains.size() == explanation.what_ifs.size()
                     ? ""
                     : headed_line("", "no other change above makes it " + least));
}

std::string what_ifs_text(const Explanation& explanation) {
  std::string text = headed_line(
      "what if", std::string(explanation.work.source ? "recompiled for" : "the same program on") +
                     " a changed machine; a replay of this one is " +
                     signed_percent(explanation.replay_error) + " off");
  text += "\n" + what_ifs_table(explanation) + "\n";
  for (const Prediction& prediction : explanation.what_ifs) {
    text += settings_lines(prediction);
  }
  return text + "\n" + advice_lines(explanation);
}

}  // namespace

std::string explain_text(const Explanation& explanation, std::size_t path_elements) {
  std::string model = one_line(explanation.model);
  if (explanation.program) {
    model += (model.empty() ? "" : ", ") + std::string("program ") + one_line(*explanation.program);
  }
  return headed_line("model", model) + machine_line(explanation.config) +
         compile_lines(explanation.work.compiled.figures) + "\n" + time_lines(explanation.result) +
         work_lines(explanation.useful_work()) + "\n" + traffic_text(explanation) +
         reloads_text(explanation) + path_text(explanation, path_elements) +
         loads_text(explanation) + what_ifs_text(explanation);
}

}  // namespace tilewave
