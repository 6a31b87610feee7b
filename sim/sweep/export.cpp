// CSV and JSON, row by row from the store.
#include "sim/sweep/export.h"

#include <algorithm>
#include <map>

#include "compiler/base/text.h"
#include "sim/base/build_identity.h"
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

/// Every value that some point gives to a key.
Json key_json(const SweepSpace& space, std::size_t axis) {
  const ConfigKey& key = *space.keys[axis];
  std::vector<std::string> values;
  std::map<std::string, bool> seen;
  for (const SweepPoint& point : space.points) {
    const std::string& value = point.values[axis];
    if (!value.empty() && !std::exchange(seen[value], true)) {
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

Json point_json(const SweepReport& report, std::uint32_t number) {
  const SweepPoint& point = report.sweep.space.points[number];
  Json settings = Json::object();
  for (const Setting& setting : report.sweep.space.settings(point)) {
    settings[setting.key] = setting.value;
  }
  Json json = {{"point", number},
               {"model", report.sweep.space.models[point.model]},
               {"settings", std::move(settings)}};
  json.update(to_json(report.results(number)));
  return json;
}

Json pareto_json(const ParetoFront& front, const std::vector<std::string>& models) {
  return {{"model", models[front.model]},
          {"cost", front.cost},
          {"points", front.points},
          {"knee", front.knee ? Json(*front.knee) : Json(nullptr)}};
}

Json sensitivity_json(const Sensitivity& sensitivity, const std::vector<std::string>& models) {
  Json levels = Json::array();
  for (const Sensitivity::Level& level : sensitivity.levels) {
    levels.push_back({{"label", level.label}, {"mean", level.mean}});
  }
  return {{"model", models[sensitivity.model]},
          {"key", sensitivity.key},
          {"metric", sensitivity.metric},
          {"effect", sensitivity.effect},
          {"levels", std::move(levels)}};
}

Json analysis_json(const SweepAnalysis& analysis, const std::vector<std::string>& models) {
  Json pareto = Json::array();
  for (const ParetoFront& front : analysis.fronts) {
    pareto.push_back(pareto_json(front, models));
  }
  Json sensitivities = Json::array();
  for (const Sensitivity& sensitivity : analysis.sensitivities) {
    sensitivities.push_back(sensitivity_json(sensitivity, models));
  }
  Json exceptions = Json::array();
  for (const Anomaly& anomaly : analysis.anomalies) {
    exceptions.push_back({{"model", models[anomaly.model]},
                          {"key", anomaly.key},
                          {"from", anomaly.from},
                          {"to", anomaly.to},
                          {"metric", analysis.objective},
                          {"change", anomaly.change},
                          {"explanation", anomaly.explanation}});
  }
  return {{"objective", analysis.objective},
          {"pareto", std::move(pareto)},
          {"sensitivity", std::move(sensitivities)},
          {"exceptions", std::move(exceptions)}};
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
  text += ",build\n";
  for (std::uint32_t number = 0; number < space.points.size(); ++number) {
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
    text += "," + std::string(build_id()) + "\n";
  }
  return text;
}

std::string sweep_json(const SweepReport& report) {
  const SweepDefinition& sweep = report.sweep;
  Json keys = Json::array();
  for (std::size_t axis = 0; axis < sweep.space.keys.size(); ++axis) {
    keys.push_back(key_json(sweep.space, axis));
  }
  Json verdicts = Json::array();
  for (const Model& model : report.plan.models) {
    verdicts.push_back(to_string(done_verdict(sweep, model)));
  }
  const Json head = {{"schema", kSweepSchema},           {"version", kSweepVersion},
                     {"tilewave", version_number()},     {"build", build_id()},
                     {"models", sweep.space.models},     {"verdicts", std::move(verdicts)},
                     {"timing_only", sweep.timing_only}, {"seed", sweep.seed},
                     {"run_options", sweep.run_options}, {"base_config", config_json(sweep.base)},
                     {"keys", std::move(keys)},          {"metrics", metrics_json()}};
  std::string text = dump(head);
  text.back() = ',';  // the object goes on
  text += "\n\"points\":[";
  for (std::uint32_t number = 0; number < sweep.space.points.size(); ++number) {
    text += (number == 0 ? "\n" : ",\n") + dump(point_json(report, number));
  }
  return text + "],\n\"analysis\":" + dump(analysis_json(report.analysis, sweep.space.models)) +
         "}\n";
}

}  // namespace tilewave
