// The parts about time: the critical path, and how far loads run ahead.
#include <algorithm>

#include "sim/base/text_table.h"
#include "sim/explain/explain_report.h"

namespace tilewave {
namespace {

constexpr std::size_t kShareRows = 8;
constexpr std::size_t kStretchRows = 3;

/// Below these shares, holds and late loads are not worth a remedy.
constexpr double kHardlyHeld = 0.05;
constexpr double kHardlyLate = 0.05;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Rows and columns without any cycle are left out.
std::string path_table(const CriticalPath& path) {
  const Cycle total = path.total();
  std::vector<std::size_t> units;
  for (std::size_t unit = 0; unit < kPathUnitCount; ++unit) {
    if (std::ranges::any_of(path.cycles[unit], [](Cycle cycles) { return cycles != 0; })) {
      units.push_back(unit);
    }
  }
  TextTable table;
  TextTable::Row header = {"next waits for"};
  for (const std::size_t unit : units) {
    header.insert(header.end(), {path_unit_name(unit), ""});
  }
  table.add(header);
  const auto add = [&](const std::string& name, const std::vector<Cycle>& cycles) {
    TextTable::Row row = {name};
    for (const Cycle part : cycles) {
      row.push_back(with_separators(part));
      row.push_back(percent(share(part, total)));
    }
    table.add(row);
  };
  std::vector<Cycle> sums(units.size());
  for (std::size_t reason = 0; reason < kPathReasonCount; ++reason) {
    std::vector<Cycle> cycles;
    for (std::size_t i = 0; i < units.size(); ++i) {
      cycles.push_back(path.cycles[units[i]][reason]);
      sums[i] += cycles.back();
    }
    if (std::ranges::any_of(cycles, [](Cycle part) { return part != 0; })) {
      add(to_string(static_cast<PathReason>(reason)), cycles);
    }
  }
  add("all", sums);
  return table.text();
}

std::string op_text(const Program& program, Opcode opcode, std::uint32_t tensor) {
  return std::string(to_string(opcode)) + " " + program.tensors[tensor].name;
}

std::string shares_table(const CriticalPath& path, const Program& program) {
  TextTable table;
  table.add({"ops on the path", "of them", "cycles", "share"});
  for (std::size_t i = 0; i < std::min(path.shares.size(), kShareRows); ++i) {
    const PathShare& part = path.shares[i];
    table.add({op_text(program, part.opcode, part.tensor), with_separators(part.elements),
               with_separators(part.cycles), percent(share(part.cycles, path.total()))});
  }
  return table.text();
}

std::string stretches_text(const CriticalPath& path) {
  std::string text;
  for (std::size_t i = 0; i < std::min(path.stretches.size(), kStretchRows); ++i) {
    const PathStretch& stretch = path.stretches[i];
    const PathElement& first = path.elements[stretch.first];
    const PathElement& last = path.elements[stretch.first + stretch.count - 1];
    text += headed_line("", (i == 0 ? "longest: " : "then: ") + std::string("cycles ") +
                                with_separators(first.begin) + " to " + with_separators(last.end) +
                                ", " + path_unit_name(first.unit) + ", " + to_string(first.reason) +
                                ", " + count_text(stretch.count, "op"));
  }
  return text;
}

std::string elements_table(const CriticalPath& path, const Program& program, std::size_t limit) {
  if (limit == 0) {
    return "";
  }
  TextTable table;
  table.add({"path", "cycles", "op", "", "next waits for"});
  for (std::size_t i = 0; i < std::min(limit, path.elements.size()); ++i) {
    const PathElement& element = path.elements[i];
    const Op& op = program.ops[element.op];
    const std::string tile = "[" + std::to_string(op.row) + "," + std::to_string(op.col) + "]" +
                             (rule_of(op.opcode).has_step ? " k=" + std::to_string(op.step) : "");
    const bool fetch = element.unit == kSequencerUnit;
    table.add({with_separators(element.begin), with_separators(element.cycles()),
               std::to_string(element.op),
               fetch ? "fetch" : op_text(program, op.opcode, program.tensor_of(op.region)) + tile,
               to_string(element.reason)});
  }
  return table.text() + "\n";
}

/// What held the loads. It says what is, and no remedy: whether more of something helps is for the
/// what-ifs to say.
std::string cause(LoadGate gate) {
  switch (gate) {
    case LoadGate::kBackToBack: break;
    case LoadGate::kStillRead: return "steps still read the bytes they overwrite";
    case LoadGate::kNotDrained: return "stores still read the bytes they overwrite";
    case LoadGate::kNotWritten:
      return "their tiles are not stored yet, or their bytes still written";
    case LoadGate::kQueueFull: return "the sequencer stands in front of a full queue";
    case LoadGate::kFetch: return "the sequencer fetches one op per cycle";
  }
  return "";
}

/// What limits the loads, in a line or two.
std::string limit_lines(const Explanation& explanation) {
  const TensorLoads& total = explanation.loads.total;
  const auto sentence = [](const std::string& first, const std::string& second = "") {
    return headed_line("loads", first) + (second.empty() ? "" : headed_line("", second));
  };
  if (total.loads == 0) {
    return sentence("nothing is loaded");
  }
  if (!explanation.config.machine.sequencer.overlap) {
    return sentence("nothing runs ahead of anything with sequencer.overlap=off");
  }
  const double late = share(total.late, total.loads);
  if (late < kHardlyLate) {
    return sentence("loads run far enough ahead: " + percent(late) + " of them come late");
  }
  const double held = share(total.all_held(), explanation.result.cycles);
  const std::string first = percent(late) + " of the loads come late; they were held for " +
                            percent(held) + " of the time";
  if (held < kHardlyHeld) {
    return sentence(first + " only");
  }
  const auto most = std::ranges::max_element(total.held) - total.held.begin();
  return sentence(first + ", mostly because", cause(static_cast<LoadGate>(most)));
}

std::string loads_table(const LoadAhead& loads, const Program& program) {
  std::vector<std::size_t> gates;
  for (std::size_t gate = 0; gate < kLoadGateCount; ++gate) {
    if (loads.total.held[gate] != 0) {
      gates.push_back(gate);
    }
  }
  TextTable table;
  TextTable::Row header = {"held cycles by cause", "loads", "late", "held"};
  for (const std::size_t gate : gates) {
    header.emplace_back(to_string(static_cast<LoadGate>(gate)));
  }
  table.add(header);
  const auto add = [&](const std::string& name, const TensorLoads& tensor) {
    const std::uint64_t held_loads =
        tensor.loads - tensor.gated[static_cast<std::size_t>(LoadGate::kBackToBack)];
    TextTable::Row row = {name, with_separators(tensor.loads), with_separators(tensor.late),
                          with_separators(held_loads)};
    for (const std::size_t gate : gates) {
      row.push_back(with_separators(tensor.held[gate]));
    }
    table.add(row);
  };
  for (const TensorLoads& tensor : loads.tensors) {
    add(program.tensors[tensor.tensor].name, tensor);
  }
  add("all", loads.total);
  return table.text();
}

}  // namespace

std::string path_text(const Explanation& explanation, std::size_t path_elements) {
  const CriticalPath& path = explanation.path;
  const Program& program = explanation.work.compiled.program;
  return headed_line("path", "the critical path, " + count_text(path.elements.size(), "op") +
                                 ": in whose cycles the rest of the run waited, and for what") +
         stretches_text(path) +
         headed_line("", "in it " + count_text(path.setup, "cycle") + " of DMA setup, " +
                             with_separators(path.fill) + " of filling and draining the array") +
         "\n" + path_table(path) + "\n" + shares_table(path, program) + "\n" +
         elements_table(path, program, path_elements);
}

std::string loads_text(const Explanation& explanation) {
  const LoadAhead& loads = explanation.loads;
  std::string text = limit_lines(explanation);
  if (loads.total.loads == 0) {
    return text + "\n";
  }
  return text +
         headed_line("", "complete " + fixed(loads.mean_cycles, 1) + " cycles and " +
                             fixed(loads.mean_steps, 1) +
                             " steps before their first use, on average") +
         "\n" + loads_table(loads, explanation.work.compiled.program) + "\n";
}

}  // namespace tilewave
