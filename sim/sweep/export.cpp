// CSV and JSON, row by row from the store.
#include "sim/sweep/export.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "compiler/base/build_identity.h"
#include "compiler/base/text.h"
#include "sim/base/csv.h"
#include "sim/base/dump_json.h"
#include "sim/report/result_json.h"
#include "sim/sweep/metrics.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

const char* kind_name(KeyKind kind) {
  switch (kind) {
    case KeyKind::kBytes: return "bytes";
    case KeyKind::kCycles: return "cycles";
    case KeyKind::kTime:
    case KeyKind::kClockPeriod: return "time";
    case KeyKind::kBandwidth: return "bandwidth";
    case KeyKind::kCount: return "count";
    case KeyKind::kChoice: return "choice";
    case KeyKind::kOnOff: return "on_off";
    case KeyKind::kText: return "text";
  }
  return "?";
}

const char* unit_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::kBytes: return "B";
    case KeyKind::kCycles: return "cycles";
    case KeyKind::kTime:
    case KeyKind::kClockPeriod: return "ps";
    case KeyKind::kBandwidth: return "B/s";
    default: return "";
  }
}

/// Whether the texts of the key's numbers are more than digits: they have units, or may be words.
bool needs_numbers(const ConfigKey& key) {
  const bool plain = key.kind == KeyKind::kCount || key.kind == KeyKind::kCycles;
  return is_number(key) && (!plain || !key.choices.empty());
}

/// Of a value of a key that is a number, in the key's unit.
Json number_json(const ConfigKey& key, const std::string& value) {
  const std::uint64_t number = parse_quantity(key, value);
  const double quantity = quantity_of(key, number);
  return static_cast<double>(number) == quantity ? Json(number) : Json(quantity);
}

/// Every value that some point which is kept gives to a key.
Json key_json(const SweepSpace& space, const ResultTable& table, std::size_t axis) {
  const ConfigKey& key = *space.keys[axis];
  std::vector<std::string> values;
  std::map<std::string, bool> seen;
  for (std::size_t i = 0; i < space.points.size(); ++i) {
    const std::string& value = space.points[i].values[axis];
    if (table.kept[i] && !value.empty() && !std::exchange(seen[value], true)) {
      values.push_back(value);
    }
  }
  Json json = {{"name", key.name},
               {"kind", kind_name(key.kind)},
               {"unit", unit_of(key.kind)},
               {"numeric", is_number(key)},
               {"help", key.help}};
  if (is_number(key)) {
    std::ranges::sort(values, {}, [&key](const std::string& v) {
      return quantity_of(key, parse_quantity(key, v));
    });
    Json numbers = Json::array();
    for (const std::string& value : values) {
      numbers.push_back(number_json(key, value));
    }
    json["values"] = values;
    json["numbers"] = numbers;
  } else {
    json["values"] = values;
  }
  return json;
}

const char* better_name(Better better) {
  return better == Better::kLower ? "lower" : better == Better::kHigher ? "higher" : "none";
}

Json metrics_json() {
  Json metrics = Json::array();
  for (const Metric& metric : sweep_metrics()) {
    metrics.push_back({{"name", metric.name},
                       {"unit", metric.unit},
                       {"better", better_name(metric.better)},
                       {"help", metric.help}});
  }
  return metrics;
}

Json settings_json(const std::vector<Setting>& settings) {
  Json json = Json::object();
  for (const Setting& setting : settings) {
    json[setting.key] = setting.value;
  }
  return json;
}

/// The models of each pattern with placeholders.
Json patterns_json(const SweepSpace& space) {
  std::vector<std::vector<std::string>> models(space.patterns.size());
  for (std::size_t model = 0; model < space.models.size(); ++model) {
    models[space.pattern_of[model]].push_back(space.models[model]);
  }
  Json patterns = Json::array();
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (is_pattern(space.patterns[i])) {
      patterns.push_back({{"pattern", space.patterns[i]}, {"models", models[i]}});
    }
  }
  return patterns;
}

Json point_json(const SweepReport& report, std::uint32_t number) {
  const SweepPoint& point = report.sweep.space.points[number];
  Json json = {{"point", number},
               {"model", report.sweep.space.models[point.model]},
               {"settings", settings_json(report.sweep.space.settings(point))}};
  if (const Json values = settings_json(report.sweep.space.model_values(point)); !values.empty()) {
    json["model_values"] = values;
  }
  json.update(to_json(report.results(number)));
  return json;
}

Json pareto_json(const ParetoFront& front, const char* points_name) {
  return {{"cost", front.cost},
          {points_name, front.points},
          {"knee", front.knee ? Json(*front.knee) : Json(nullptr)}};
}

Json sensitivity_json(const Sensitivity& sensitivity) {
  Json levels = Json::array();
  for (const Sensitivity::Level& level : sensitivity.levels) {
    levels.push_back({{"label", level.label}, {"mean", level.mean}});
  }
  return {{"key", sensitivity.key},
          {"metric", sensitivity.metric},
          {"effect", sensitivity.effect},
          {"levels", std::move(levels)}};
}

Json exception_json(const Anomaly& anomaly, const std::string& metric) {
  return {{"key", anomaly.key}, {"from", anomaly.from},     {"to", anomaly.to},
          {"metric", metric},   {"change", anomaly.change}, {"explanation", anomaly.explanation}};
}

Json of_model(const std::string& model, const Json& rest) {
  Json json = {{"model", model}};
  json.update(rest);
  return json;
}

/// Machines are told by their numbers.
Json goal_analysis_json(const GoalAnalysis& goal) {
  Json pareto = Json::array();
  for (const ParetoFront& front : goal.fronts) {
    pareto.push_back(pareto_json(front, "machines"));
  }
  Json sensitivities = Json::array();
  for (const Sensitivity& sensitivity : goal.sensitivities) {
    sensitivities.push_back(sensitivity_json(sensitivity));
  }
  Json exceptions = Json::array();
  for (const Anomaly& anomaly : goal.anomalies) {
    exceptions.push_back(exception_json(anomaly, goal.goal.name()));
  }
  return {{"objective", goal.goal.name()},
          {"pareto", std::move(pareto)},
          {"sensitivity", std::move(sensitivities)},
          {"exceptions", std::move(exceptions)}};
}

Json analysis_json(const SweepAnalysis& analysis, const SweepSpace& space) {
  Json pareto = Json::array();
  for (const ParetoFront& front : analysis.fronts) {
    pareto.push_back(of_model(space.models[front.model], pareto_json(front, "points")));
  }
  Json sensitivities = Json::array();
  for (const Sensitivity& each : analysis.sensitivities) {
    sensitivities.push_back(of_model(space.models[each.model], sensitivity_json(each)));
  }
  for (const Sensitivity& each : analysis.pattern_sensitivities) {
    sensitivities.push_back(of_model(space.patterns[each.model], sensitivity_json(each)));
  }
  Json exceptions = Json::array();
  for (const Anomaly& anomaly : analysis.anomalies) {
    exceptions.push_back(
        of_model(space.models[anomaly.model], exception_json(anomaly, analysis.objective)));
  }
  Json json = {{"objective", analysis.objective},
               {"pareto", std::move(pareto)},
               {"sensitivity", std::move(sensitivities)},
               {"exceptions", std::move(exceptions)}};
  if (analysis.goal) {
    json["goal"] = goal_analysis_json(*analysis.goal);
  }
  return json;
}

Json goal_json(const Goal& goal) {
  return {{"name", goal.name()},
          {"metric", goal.metric.name},
          {"unit", goal.metric.unit},
          {"better", better_name(goal.metric.better)},
          {"weights", goal.weights}};
}

/// Of all machines that have a point which is kept; without a goal it is null.
Json machine_json(const SweepReport& report, std::size_t machine) {
  const GoalAnalysis& goal = *report.analysis.goal;
  const std::uint32_t number = goal.machines.number(machine);
  const double value = goal.values[number];
  return {
      {"machine", number},
      {"settings", settings_json(report.sweep.space.settings(report.sweep.space.points[number]))},
      {"points", goal.machines.points[machine]},
      {"goal", std::isnan(value) ? Json(nullptr) : Json(value)}};
}

/// What bytes no UTF-8 reader could take are shown as.
std::string dump(const Json& json) { return dump_json(json); }

/// A key's value and, if that is not a number by itself, the number; none of a word, such as auto.
std::string setting_cells(const ConfigKey& key, const std::string& value) {
  std::string cells = "," + csv_field(value);
  if (needs_numbers(key)) {
    const bool number = !value.empty() && !is_word_of(key, value);
    cells += "," + (number ? dump_json(number_json(key, value)) : "");
  }
  return cells;
}

/// The machine of a point, and its goal.
std::string goal_cells(const GoalAnalysis& goal, std::uint32_t point) {
  const std::uint32_t machine = goal.machines.number(goal.machines.of[point]);
  const double value = goal.values[machine];
  return "," + std::to_string(machine) + "," + (std::isnan(value) ? "" : dump_json(Json(value)));
}

/// The rows of a list of objects, a line for each number of `all` that `is_shown`.
template <typename Shown, typename Row>
std::string rows_text(std::size_t all, const Shown& is_shown, const Row& row) {
  std::string text;
  for (std::uint32_t number = 0; number < all; ++number) {
    if (is_shown(number)) {
      text += (text.empty() ? "\n" : ",\n") + dump(row(number));
    }
  }
  return text;
}

}  // namespace

std::string sweep_csv(const SweepReport& report) {
  const SweepSpace& space = report.sweep.space;
  std::string text = "point,model";
  for (const ConfigKey* key : space.keys) {
    text += "," + key->name;
    if (needs_numbers(*key)) {
      const std::string_view unit = unit_of(key->kind);
      text += "," + csv_head(key->name, unit.empty() ? "1" : unit);
    }
  }
  text += ",status,message,bottleneck,main_stall";
  for (const Metric& metric : sweep_metrics()) {
    text += "," + metric.name;
  }
  const std::optional<GoalAnalysis>& goal = report.analysis.goal;
  text += (goal ? ",machine," + goal->goal.name() : "") + ",build\n";
  for (std::uint32_t number = 0; number < space.points.size(); ++number) {
    if (!report.table.kept[number]) {
      continue;
    }
    const SweepPoint& point = space.points[number];
    const PointResult result = report.results(number);
    const Json metrics = parse_metrics(result);
    text += std::to_string(number) + "," + csv_field(space.models[point.model]);
    for (std::size_t axis = 0; axis < space.keys.size(); ++axis) {
      text += setting_cells(*space.keys[axis], point.values[axis]);
    }
    text += std::string(",") + to_string(result.status) + "," + csv_field(result.message) + "," +
            csv_field(result.bottleneck.value_or("")) + "," +
            csv_field(result.main_stall.value_or(""));
    for (const Metric& metric : sweep_metrics()) {
      const auto found = metrics.find(metric.name);
      const bool known = found != metrics.end() && !found->is_null();
      text += "," + (known ? dump_json(*found) : "");
    }
    text += (goal ? goal_cells(*goal, number) : "") + "," + std::string(build_id()) + "\n";
  }
  return text;
}

std::string sweep_json(const SweepReport& report) {
  const SweepDefinition& sweep = report.sweep;
  Json keys = Json::array();
  for (std::size_t axis = 0; axis < sweep.space.keys.size(); ++axis) {
    keys.push_back(key_json(sweep.space, report.table, axis));
  }
  Json verdicts = Json::array();
  for (const Model& model : report.plan.models) {
    verdicts.push_back(to_string(done_verdict(sweep, model)));
  }
  Json head = {{"schema", kSweepSchema},           {"version", kSweepVersion},
               {"tilewave", version_number()},     {"build", build_id()},
               {"models", sweep.space.models},     {"verdicts", std::move(verdicts)},
               {"timing_only", sweep.timing_only}, {"seed", sweep.seed},
               {"run_options", sweep.run_options}, {"base_config", config_json(sweep.base)},
               {"keys", std::move(keys)},          {"metrics", metrics_json()}};
  if (Json patterns = patterns_json(sweep.space); !patterns.empty()) {
    head["patterns"] = std::move(patterns);
  }
  if (!sweep.question.where.empty()) {
    head["where"] = sweep.question.where;
  }
  const std::optional<GoalAnalysis>& goal = report.analysis.goal;
  if (goal) {
    head["goal"] = goal_json(goal->goal);
  }
  std::string text = dump(head);
  text.back() = ',';  // the object goes on
  const auto is_kept = [&report](std::uint32_t point) { return report.table.kept[point]; };
  text +=
      "\n\"points\":[" + rows_text(sweep.space.points.size(), is_kept,
                                   [&](std::uint32_t point) { return point_json(report, point); });
  if (goal) {
    const auto is_shown = [&](std::uint32_t machine) {
      return std::ranges::any_of(goal->machines.points[machine], is_kept);
    };
    text += "],\n\"machines\":[" +
            rows_text(goal->machines.points.size(), is_shown,
                      [&](std::uint32_t machine) { return machine_json(report, machine); });
  }
  return text + "],\n\"analysis\":" + dump(analysis_json(report.analysis, sweep.space)) + "}\n";
}

}  // namespace tilewave
