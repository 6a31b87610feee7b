// To JSON and back, with every mistake of a definition named; chunks of points.
#include "sim/cluster/cluster_definition.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/base/sha256.h"
#include "sim/config/reader.h"
#include "sim/sweep/local_engine.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "tilewave-cluster-sweep";
constexpr int kVersion = 1;
constexpr std::uint64_t kMostTimeout = 1'000'000'000'000;  // ms; so that instants do not overflow
constexpr unsigned kMostProcesses = 1'000'000;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <typename T>
std::optional<T> value_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<T>());
}

/// A whole number of at most `most`: the library would turn any other into one.
template <typename Number>
Number count_at(const Json& json, const char* name, Number least = 0,
                Number most = std::numeric_limits<Number>::max()) {
  const Json& value = json.at(name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least ||
      value.get<std::uint64_t>() > most) {
    throw InputError("its " + std::string(name) + " is no whole number from " +
                     std::to_string(least) + " to " + std::to_string(most));
  }
  return value.get<Number>();
}

template <typename Number>
std::optional<Number> count_or_none(const Json& json, const char* name, Number least, Number most) {
  return json.at(name).is_null() ? std::nullopt
                                 : std::optional(count_at<Number>(json, name, least, most));
}

Json points_json(const SweepSpace& space) {
  Json points = Json::array();
  for (const SweepPoint& point : space.points) {
    Json row = Json::array({point.model});
    for (const std::string& value : point.values) {
      row.push_back(value);
    }
    points.push_back(std::move(row));
  }
  return points;
}

Json sizes_json(const std::vector<OnnxSize>& sizes) {
  Json json = Json::array();
  for (const OnnxSize& size : sizes) {
    json.push_back({{"name", size.name}, {"extent", size.extent}});
  }
  return json;
}

Json sweep_json(const SweepDefinition& sweep) {
  Json keys = Json::array();
  for (const ConfigKey* key : sweep.space.keys) {
    keys.push_back(key->name);
  }
  const auto verify = sweep.verify ? std::optional(static_cast<int>(*sweep.verify)) : std::nullopt;
  return {{"models", sweep.space.models},
          {"patterns", sweep.space.patterns},
          {"pattern_of", sweep.space.pattern_of},
          {"batch", or_null(sweep.onnx.batch)},
          {"sizes", sizes_json(sweep.onnx.sizes)},
          {"onnx_weights", static_cast<int>(sweep.onnx.weights)},
          {"inputs", sweep.onnx.inputs},
          {"timing_only", sweep.timing_only},
          {"seed", sweep.seed},
          {"verify", or_null(verify)},
          {"run_options", sweep.run_options},
          {"where", sweep.question.where},
          {"goal", or_null(sweep.question.goal)},
          {"weights", sweep.question.weights},
          {"config", print_config(sweep.base)},
          {"keys", std::move(keys)},
          {"points", points_json(sweep.space)}};
}

/// Of each model, one of the space's patterns.
std::vector<std::uint32_t> pattern_numbers(const Json& json, const SweepSpace& space) {
  std::vector<std::uint32_t> numbers;
  for (const Json& number : json.at("pattern_of")) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() >= space.patterns.size()) {
      throw InputError("it has a model without a pattern");
    }
    numbers.push_back(number.get<std::uint32_t>());
  }
  if (numbers.size() != space.models.size()) {
    throw InputError("it has more or fewer models than patterns of them");
  }
  return numbers;
}

SweepDefinition parse_sweep(const std::string& file, const Json& json) {
  SweepDefinition sweep;
  sweep.space.models = json.at("models").get<std::vector<std::string>>();
  sweep.space.patterns = json.at("patterns").get<std::vector<std::string>>();
  sweep.space.pattern_of = pattern_numbers(json, sweep.space);
  sweep.space.model_keys = ModelKeys(sweep.space.patterns);
  sweep.onnx.batch =
      count_or_none<std::uint64_t>(json, "batch", 0, std::numeric_limits<std::uint64_t>::max());
  for (const Json& size : json.at("sizes")) {
    sweep.onnx.sizes.push_back({size.at("name").get<std::string>(),
                                count_at<std::uint64_t>(size, "extent", 1, kMaxDimension)});
  }
  constexpr auto kLastWeights = static_cast<std::uint32_t>(OnnxWeights::kDrawn);
  sweep.onnx.weights =
      static_cast<OnnxWeights>(count_at<std::uint32_t>(json, "onnx_weights", 0, kLastWeights));
  sweep.onnx.inputs = json.at("inputs").get<std::vector<std::string>>();
  sweep.timing_only = json.at("timing_only").get<bool>();
  sweep.seed = count_at<std::uint64_t>(json, "seed");
  constexpr auto kLastVerify = static_cast<std::uint32_t>(VerifyChoice::kOff);
  if (const auto verify = count_or_none<std::uint32_t>(json, "verify", 0, kLastVerify)) {
    sweep.verify = static_cast<VerifyChoice>(*verify);
  }
  sweep.run_options = json.at("run_options").get<std::string>();
  const std::vector<SettingSource> sources = {
      parse_config_text(file, json.at("config").get<std::string>())};
  sweep.base = resolve_config(sources);
  for (const auto& name : json.at("keys").get<std::vector<std::string>>()) {
    const ConfigKey* key = sweep.space.model_keys.find(name);
    if (key == nullptr) {
      throw InputError("it has an unknown key " + in_quotes(name));
    }
    sweep.space.keys.push_back(key);
  }
  for (const Json& row : json.at("points")) {
    SweepPoint point;
    if (!row.at(0).is_number_unsigned() ||
        row.at(0).get<std::uint64_t>() >= sweep.space.models.size()) {
      throw InputError("it has a point without a model");
    }
    point.model = row.at(0).get<std::uint32_t>();
    for (std::size_t i = 1; i < row.size(); ++i) {
      point.values.push_back(row[i].get<std::string>());
    }
    if (point.values.size() != sweep.space.keys.size()) {
      throw InputError("it has a point with too few or too many values");
    }
    sweep.space.points.push_back(std::move(point));
  }
  sweep.question = {json.at("where").get<std::vector<std::string>>(),
                    value_or_none<std::string>(json.at("goal")),
                    json.at("weights").get<std::vector<std::string>>()};
  check_question(sweep.question, sweep.space);
  return sweep;
}

}  // namespace

std::string definition_text(const ClusterDefinition& definition) {
  const Json json = {{"schema", kSchema},
                     {"version", kVersion},
                     {"tilewave", identity_text()},
                     {"id", definition.id},
                     {"directory", definition.directory},
                     {"fingerprint", definition.fingerprint},
                     {"chunk", definition.chunk},
                     {"attempts", definition.attempts},
                     {"timeout_ms", or_null(definition.timeout_ms)},
                     {"partition", or_null(definition.options.partition)},
                     {"account", or_null(definition.options.account)},
                     {"slurm", definition.options.more},
                     {"cpus_per_task", definition.options.cpus_per_task},
                     {"sweep", sweep_json(definition.sweep)}};
  try {
    return json.dump(1) + "\n";
  } catch (const Json::type_error&) {
    throw InputError(
        "a sweep on a cluster is written down as JSON, so the names of its folder, models and "
        "files "
        "have to be UTF-8");
  }
}

ClusterDefinition parse_definition(const std::string& file, const std::string& text) {
  const std::string place = one_line(file);
  try {
    const Json json = Json::parse(text);
    if (json.at("schema") != kSchema || json.at("version") != kVersion) {
      throw InputError("it says so itself");
    }
    if (json.at("tilewave") != identity_text()) {
      throw InputError("it was submitted by " + printable(json.at("tilewave").get<std::string>()) +
                       ", and this is " + identity_text() +
                       ": results of two builds are not mixed");
    }
    ClusterDefinition definition;
    definition.id = json.at("id").get<std::string>();
    definition.directory = json.at("directory").get<std::string>();
    definition.fingerprint = json.at("fingerprint").get<std::string>();
    definition.chunk = count_at<std::uint32_t>(json, "chunk", 1);
    definition.attempts = count_at<std::uint32_t>(json, "attempts");
    definition.timeout_ms = count_or_none<std::uint64_t>(json, "timeout_ms", 0, kMostTimeout);
    definition.options.partition = value_or_none<std::string>(json.at("partition"));
    definition.options.account = value_or_none<std::string>(json.at("account"));
    definition.options.more = json.at("slurm").get<std::vector<std::string>>();
    definition.options.cpus_per_task = count_at<unsigned>(json, "cpus_per_task", 1, kMostProcesses);
    definition.sweep = parse_sweep(file, json.at("sweep"));
    return definition;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(place +
                     ": is not a sweep of this tilewave on a cluster: " + printable(error.what()));
  } catch (const InputError& error) {
    throw InputError(place + ": is not a sweep of this tilewave on a cluster: " + error.what());
  }
}

std::string fingerprint_of(const SweepPlan& plan) {
  Sha256 hash;
  for (const PlannedPoint& point : plan.points) {
    hash.add_bytes(point.key.bytes.data(), point.key.bytes.size());
  }
  return hex_text(hash.digest());
}

ClusterTasks::ClusterTasks(const SweepPlan& plan, std::uint32_t chunk)
    : points_(points_to_run(plan, [](std::uint32_t) { return false; })), chunk_(chunk) {}

std::uint32_t ClusterTasks::size() const {
  return static_cast<std::uint32_t>((points_.size() + chunk_ - 1) / chunk_);
}

std::vector<std::uint32_t> ClusterTasks::of(std::uint32_t task) const {
  const std::size_t begin = std::size_t{task} * chunk_;
  const std::size_t end = std::min(points_.size(), begin + chunk_);
  return {points_.begin() + static_cast<std::ptrdiff_t>(begin),
          points_.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace tilewave
