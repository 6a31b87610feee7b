// Goals read, machines found, and the figure of each.
#include "sim/sweep/goal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"

namespace tilewave {
namespace {

struct KindName {
  std::string_view word;
  GoalKind kind;
};

constexpr std::array kKinds = {KindName{"sum", GoalKind::kSum},
                               KindName{"geomean", GoalKind::kGeometricMean}};

[[noreturn]] void fail(std::string_view option, std::string_view text, const std::string& why) {
  throw InputError("command line: --" + std::string(option) + " " + printable(text) + ": " + why);
}

Metric goal_metric(std::string_view goal, std::string_view name) {
  std::vector<std::string> known;
  for (const Metric& metric : sweep_metrics()) {
    if (metric.name == name && metric.better != Better::kNeither) {
      return metric;
    }
    if (metric.name == name) {
      fail("goal", goal, "neither more nor less of " + metric.name + " is better");
    }
    if (metric.better != Better::kNeither) {
      known.push_back(metric.name);
    }
  }
  fail("goal", goal, "there is no metric " + in_quotes(name) + did_you_mean(name, known));
}

/// "gemm:64x64x64=10"
struct Weight {
  std::string model;
  double weight = 0;
};

Weight parse_weight(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const std::string_view number =
      std::string_view(text).substr(equals == std::string::npos ? text.size() : equals + 1);
  const Weight weight{text.substr(0, equals), finite_number(number).value_or(0)};
  constexpr double kMost = 1e12;  // so that no sum overflows
  if (weight.model.empty() || weight.weight < 1 / kMost || weight.weight > kMost) {
    fail("weight", text, "is not MODEL=WEIGHT, with a weight from 1e-12 to 1e12");
  }
  return weight;
}

/// Of exactly this name; null if there is none.
const Weight* weight_of(const std::vector<Weight>& weights, const std::string& name) {
  const auto found = std::ranges::find(weights, name, &Weight::model);
  return found == weights.end() ? nullptr : &*found;
}

std::vector<Weight> parse_weights(const std::vector<std::string>& texts, const SweepSpace& space) {
  std::vector<Weight> weights;
  std::vector<std::string> known = space.models;
  known.insert(known.end(), space.patterns.begin(), space.patterns.end());
  for (const std::string& text : texts) {
    Weight weight = parse_weight(text);
    if (weight_of(weights, weight.model) != nullptr) {
      fail("weight", text, "the model has a weight already");
    }
    if (std::ranges::find(known, weight.model) == known.end()) {
      fail("weight", text, "the sweep has no such MODEL" + did_you_mean(weight.model, known));
    }
    weights.push_back(std::move(weight));
  }
  return weights;
}

std::vector<double> model_weights(const std::vector<std::string>& texts, const SweepSpace& space) {
  if (texts.empty()) {
    return std::vector<double>(space.models.size(), 1.0);
  }
  const std::vector<Weight> given = parse_weights(texts, space);
  std::vector<double> weights;
  for (std::size_t model = 0; model < space.models.size(); ++model) {
    const Weight* weight = weight_of(given, space.models[model]);
    if (weight == nullptr) {
      weight = weight_of(given, space.patterns[space.pattern_of[model]]);
    }
    if (weight == nullptr) {
      throw InputError("command line: --weight is missing for " + in_quotes(space.models[model]) +
                       ": where one model has a weight, each needs one");
    }
    weights.push_back(weight->weight);
  }
  return weights;
}

/// What is the same at all points of a machine.
std::string machine_text(const SweepSpace& space, const SweepPoint& point) {
  std::string text;
  for (std::size_t i = 0; i < space.keys.size(); ++i) {
    text += (is_model_key(*space.keys[i]) ? "" : point.values[i]) + '\0';
  }
  return text;
}

}  // namespace

std::string Goal::name() const {
  const auto* const named = std::ranges::find(kKinds, kind, &KindName::kind);
  return std::string(named->word) + "(" + metric.name + ")";
}

Goal parse_goal(std::string_view text, const std::vector<std::string>& weights,
                const SweepSpace& space) {
  const std::size_t open = text.find('(');
  const auto* const named = std::ranges::find(kKinds, text.substr(0, open), &KindName::word);
  if (open == std::string_view::npos || named == kKinds.end() || !text.ends_with(')')) {
    fail("goal", text, "is not sum(METRIC) or geomean(METRIC), such as sum(cycles)");
  }
  Goal goal;
  goal.kind = named->kind;
  goal.metric = goal_metric(text, trim(text.substr(open + 1, text.size() - open - 2)));
  goal.weights = model_weights(weights, space);
  goal.is_weighted = !weights.empty();
  return goal;
}

SweepMachines machines_of(const SweepSpace& space) {
  SweepMachines machines;
  machines.models = space.models.size();
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::uint32_t i = 0; i < space.points.size(); ++i) {
    const auto next = static_cast<std::uint32_t>(machines.points.size());
    const auto found = known.try_emplace(machine_text(space, space.points[i]), next);
    if (found.second) {
      machines.points.emplace_back();
    }
    const std::uint32_t machine = found.first->second;
    machines.of.push_back(machine);
    machines.points[machine].push_back(i);
  }
  const auto model = [&space](std::uint32_t point) { return space.points[point].model; };
  for (std::vector<std::uint32_t>& points : machines.points) {
    std::ranges::stable_sort(points, {}, model);
    const auto is_same = [&model](std::uint32_t a, std::uint32_t b) {
      return model(a) == model(b);
    };
    points.erase(std::unique(points.begin(), points.end(), is_same), points.end());
  }
  return machines;
}

std::vector<double> goal_values(const Goal& goal, const SweepSpace& space,
                                const SweepMachines& machines, const ResultTable& results) {
  const std::vector<double>& metric = results.metric(goal.metric.name);
  const bool logarithms = goal.kind == GoalKind::kGeometricMean;
  std::vector<double> values(space.points.size(), ResultTable::kNone);
  for (std::size_t machine = 0; machine < machines.points.size(); ++machine) {
    const std::vector<std::uint32_t>& points = machines.points[machine];
    if (!machines.is_complete(machine) || !std::ranges::all_of(points, [&](std::uint32_t point) {
          return results.compared(point);
        })) {
      continue;
    }
    double sum = 0;
    double weights = 0;
    for (const std::uint32_t point : points) {
      const double weight = goal.weights[space.points[point].model];
      sum += weight * (logarithms ? std::log(metric[point]) : metric[point]);
      weights += weight;
    }
    values[machines.number(machine)] = logarithms ? std::exp(sum / weights) : sum;
  }
  return values;
}

}  // namespace tilewave
