// Looks at pairs of neighbouring values, and compares what the two runs counted.
#include "sim/sweep/anomaly.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "compiler/base/text.h"
#include "models/accounting/cycle_ledger.h"
#include "sim/base/files.h"
#include "sim/base/text_table.h"

namespace tilewave {
namespace {

std::string signed_count(double change) {
  return (change < 0 ? "-" : "+") +
         with_separators(static_cast<std::uint64_t>(std::llround(std::abs(change))));
}

std::string signed_percent(double change) {
  return (change < 0 ? "-" : "+") + percent(std::abs(change));
}

class Explanation {
 public:
  Explanation(const ResultTable& results, std::uint32_t from, std::uint32_t to)
      : results_(results), from_(from), to_(to) {}

  std::string text(bool same_program);

 private:
  double change(const std::string& metric) const {
    const std::vector<double>& values = results_.metric(metric);
    return values[to_] - values[from_];
  }
  void add(const std::string& part) { text_ += (text_.empty() ? "" : "; ") + part; }
  void add_program(bool same);
  void add_states(Engine engine);
  void add_memory();

  const ResultTable& results_;
  std::uint32_t from_;
  std::uint32_t to_;
  std::string text_;
};

void Explanation::add_program(bool same) {
  if (same) {
    add("the same program");
    return;
  }
  std::string figures;
  for (const char* name : {"loads", "stores"}) {
    const std::vector<double>& values = results_.metric(std::string("compile.") + name);
    if (values[from_] != values[to_]) {
      figures += (figures.empty() ? ": " : ", ") +
                 with_separators(static_cast<std::uint64_t>(values[from_])) + " -> " +
                 with_separators(static_cast<std::uint64_t>(values[to_])) + " " + name;
    }
  }
  add(figures.empty() ? "another schedule with as many loads and stores"
                      : "another schedule" + figures);
}

/// The states of an engine that grew, the most first; two of them say enough.
void Explanation::add_states(Engine engine) {
  std::vector<std::pair<double, std::string>> grown;
  for (int i = 0; i < kEngineStateCount; ++i) {
    const std::string state = to_string(static_cast<EngineState>(i));
    const double more = change(std::string(to_string(engine)) + "." + state);
    if (more > 0) {
      grown.emplace_back(-more, state);
    }
  }
  std::ranges::sort(grown);
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(grown.size(), 2); ++i) {
    text += (i == 0 ? " " : ", ") + grown[i].second + " " + signed_count(-grown[i].first);
  }
  if (!text.empty()) {
    add(std::string(to_string(engine)) + text + " cycles");
  }
}

void Explanation::add_memory() {
  const std::vector<double>& reads = results_.metric("dram.read_bytes");
  const std::vector<double>& writes = results_.metric("dram.write_bytes");
  const double before = reads[from_] + writes[from_];
  const double bytes = reads[to_] + writes[to_] - before;
  if (bytes != 0 && before > 0) {
    add("DRAM bytes " + signed_percent(bytes / before));
  }
  const double conflicts = change("dram.row_conflicts");
  if (conflicts > 0) {
    add("row conflicts " + signed_count(conflicts));
  }
  const double banks = change("sram.bank_conflicts");
  if (banks > 0) {
    add("bank conflicts " + signed_count(banks));
  }
}

std::string Explanation::text(bool same_program) {
  add_program(same_program);
  add_states(Engine::kCompute);
  add_states(Engine::kLoadDma);
  add_memory();
  return text_;
}

/// Points that agree in all keys but one, by the number that this one has; of the same number the
/// first.
using Neighbours = std::map<std::uint64_t, std::uint32_t>;

std::vector<Neighbours> lines_along(const SweepDefinition& sweep, std::size_t axis,
                                    const std::vector<std::uint32_t>& points) {
  std::map<std::vector<std::string>, Neighbours> lines;
  const ConfigKey& key = *sweep.space.keys[axis];
  for (const std::uint32_t number : points) {
    const SweepPoint& point = sweep.space.points[number];
    if (point.values[axis].empty()) {
      continue;
    }
    std::vector<std::string> others = point.values;
    others[axis].clear();
    lines[others].try_emplace(parse_quantity(key, point.values[axis]), number);
  }
  std::vector<Neighbours> found;
  for (auto& [others, line] : lines) {
    found.push_back(std::move(line));
  }
  return found;
}

using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// Neighbours along a key, the one that should not be better first.
std::vector<Pair> pairs_along(const SweepDefinition& sweep, std::size_t axis,
                              const std::vector<std::uint32_t>& points) {
  std::vector<Pair> pairs;
  const Helps helps = sweep.space.keys[axis]->helps;
  if (helps == Helps::kNeither) {
    return pairs;
  }
  for (const Neighbours& line : lines_along(sweep, axis, points)) {
    for (auto low = line.begin(); std::next(low) != line.end(); ++low) {
      const auto high = std::next(low);
      pairs.emplace_back(helps == Helps::kMore ? Pair(low->second, high->second)
                                               : Pair(high->second, low->second));
    }
  }
  return pairs;
}

/// By how much each model of a machine moves the metric, those that it harms most first.
std::string models_text(const SweepDefinition& sweep, const ResultTable& results,
                        const GoalAnalysis& goal, Pair machines) {
  constexpr std::size_t kMost = 3;
  const std::vector<double>& metric = results.metric(goal.goal.metric.name);
  const auto points = [&goal](std::uint32_t machine) {
    return goal.machines.points[goal.machines.of[machine]];
  };
  const std::vector<std::uint32_t> from = points(machines.first);
  const std::vector<std::uint32_t> to = points(machines.second);
  std::vector<std::pair<double, std::size_t>> changes;  // the worst is the least
  for (std::size_t model = 0; model < from.size(); ++model) {
    const double change = metric[from[model]] > 0 ? metric[to[model]] / metric[from[model]] - 1 : 0;
    changes.emplace_back(goal.goal.higher_is_better() ? change : -change, model);
  }
  std::ranges::sort(changes);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(kMost, changes.size()); ++i) {
    const double change = goal.goal.higher_is_better() ? changes[i].first : -changes[i].first;
    parts.push_back(one_line(sweep.space.models[changes[i].second]) + " " + signed_percent(change));
  }
  return goal.goal.metric.name + " of " + joined(parts) +
         (changes.size() > kMost ? " and " + count_text(changes.size() - kMost, "model") + " more"
                                 : "");
}

}  // namespace

std::vector<Anomaly> find_anomalies(const SweepDefinition& sweep, const SweepPlan& plan,
                                    const ResultTable& results, const std::string& objective) {
  std::vector<Anomaly> anomalies;
  const std::vector<double>& slowness = results.metric(objective);
  const std::vector<std::vector<std::uint32_t>> points = compared_points(sweep.space, results);
  for (std::uint32_t model = 0; model < points.size(); ++model) {
    for (std::size_t axis = 0; axis < sweep.space.keys.size(); ++axis) {
      for (const auto& [from, to] : pairs_along(sweep, axis, points[model])) {
        if (slowness[to] > slowness[from]) {
          const bool same = plan.points[from].program == plan.points[to].program;
          anomalies.push_back({model, sweep.space.keys[axis]->name, from, to,
                               slowness[to] / slowness[from] - 1,
                               Explanation(results, from, to).text(same)});
        }
      }
    }
  }
  return anomalies;
}

std::vector<Anomaly> find_goal_anomalies(const SweepDefinition& sweep, const ResultTable& results,
                                         const GoalAnalysis& goal) {
  std::vector<Anomaly> anomalies;
  const std::vector<std::uint32_t> machines = goal.compared();
  for (std::size_t axis = 0; axis < sweep.space.keys.size(); ++axis) {
    for (const auto& [from, to] : pairs_along(sweep, axis, machines)) {
      const double before = goal.values[from];
      const double after = goal.values[to];
      if (before > 0 && (goal.goal.higher_is_better() ? after < before : after > before)) {
        anomalies.push_back({0, sweep.space.keys[axis]->name, from, to, after / before - 1,
                             models_text(sweep, results, goal, {from, to})});
      }
    }
  }
  return anomalies;
}

}  // namespace tilewave
