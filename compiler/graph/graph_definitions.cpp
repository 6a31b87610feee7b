// Reads a text leniently, line by line, and follows who uses whom.
#include "compiler/graph/graph_definitions.h"

#include <algorithm>

#include "compiler/base/nearest.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/program.h"

namespace tilewave {
namespace {

constexpr std::size_t kMostCycleTensors = 10;  // shown of a cycle
constexpr std::ptrdiff_t kMaxOperands = 64;    // looked at, of an operator

}  // namespace

GraphLine split_graph_line(std::string_view line) {
  line = line.substr(0, line.find('#'));
  GraphLine split;
  if (const std::size_t bar = line.find('|'); bar != std::string_view::npos) {
    split.expression = line.substr(bar);  // not empty: without the bar if something follows it
    if (line.find_first_not_of(" \t", bar + 1) != std::string_view::npos) {
      split.expression.remove_prefix(1);
    }
    line = line.substr(0, bar);
  }
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) {
      return split;
    }
    const std::size_t end =
        line.front() == '=' ? 1 : std::min(line.find_first_of(" \t="), line.size());
    split.words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Definitions graph_definitions(std::string_view text) {
  Definitions found;
  for (GraphLines lines(text); found.size() < kMaxTensors && lines.next();) {
    if (lines.text().size() > kMaxGraphLineBytes) {
      continue;
    }
    const Words words = split_graph_line(lines.text()).words;
    if (words.size() >= 3 && words[1] == "=") {
      const auto first = words.begin() + 3;
      const auto last = first + std::min<std::ptrdiff_t>(kMaxOperands, words.end() - first);
      found.try_emplace(words[0], Definition{lines.number(), Words(first, last)});
    } else if (words.size() >= 2 && (words[0] == "input" || words[0] == "param")) {
      found.try_emplace(words[1], Definition{lines.number(), {}});
    }
  }
  return found;
}

Words find_cycle(const Definitions& definitions, std::string_view start) {
  struct Step {
    std::string_view name;
    std::size_t next_operand;
  };
  enum class State { kOnPath, kDone };
  std::unordered_map<std::string_view, State> states = {{start, State::kOnPath}};
  std::vector<Step> path = {{start, 0}};
  while (!path.empty()) {
    const auto found = definitions.find(path.back().name);
    if (found == definitions.end() || path.back().next_operand == found->second.operands.size()) {
      states[path.back().name] = State::kDone;
      path.pop_back();
      continue;
    }
    const std::string_view operand = found->second.operands[path.back().next_operand++];
    const auto [state, is_new] = states.try_emplace(operand, State::kOnPath);
    if (is_new) {
      path.push_back({operand, 0});
    } else if (state->second == State::kOnPath) {
      Words cycle;
      for (const Step& step : path) {
        if (!cycle.empty() || step.name == operand) {
          cycle.push_back(step.name);
        }
      }
      cycle.push_back(operand);
      return cycle;
    }
  }
  return {};
}

std::string cycle_text(const Words& cycle) {
  std::string text = printable(cycle.front());
  for (std::size_t i = 1; i < cycle.size(); ++i) {
    if (i == kMostCycleTensors && cycle.size() > kMostCycleTensors + 2) {
      text += " -> (" + std::to_string(cycle.size() - 1 - i) + " more)";
      i = cycle.size() - 1;
    }
    text += " -> " + printable(cycle[i]);
  }
  return text;
}

}  // namespace tilewave
