// One function for each section of the result, in the order of the document.
#include "sim/explain/explain_json.h"

#include <algorithm>
#include <string>

#include "compiler/base/build_identity.h"
#include "sim/report/result_json.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

/// "back to back" → "back_to_back"
std::string identifier(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == ' ' || c == '-'; }, '_');
  return name;
}

class Writer {
 public:
  explicit Writer(const Explanation& explanation)
      : explanation_(explanation), program_(explanation.work.compiled.program) {}

  Json traffic() const {
    const Traffic& traffic = explanation_.traffic;
    Json json = {{"loaded_bytes", traffic.total.loaded},
                 {"stored_bytes", traffic.total.stored},
                 {"compulsory_bytes", traffic.total.compulsory},
                 {"tensors", Json::array()},
                 {"operators", Json::array()}};
    for (const TensorTraffic& tensor : traffic.tensors) {
      json["tensors"].push_back({{"tensor", name(tensor.tensor)},
                                 {"role", to_string(program_.tensors[tensor.tensor].role)},
                                 {"loaded_bytes", tensor.loaded},
                                 {"stored_bytes", tensor.stored},
                                 {"compulsory_bytes", tensor.compulsory}});
    }
    for (const OperatorTraffic& oper : traffic.operators) {
      const bool matmul = rule_of(oper.opcode).sums;
      json["operators"].push_back(
          {{"tensor", name(oper.tensor)},
           {"kind", to_string(oper.opcode)},
           {"m", oper.m},
           {"n", oper.n},
           {"k", matmul ? Json(oper.k) : Json(nullptr)},
           {"steps", oper.steps},
           {"loaded_bytes", oper.loaded},
           {"stored_bytes", oper.stored},
           {"io_bound_bytes", matmul ? Json(oper.io_bound) : Json(nullptr)}});
    }
    return json;
  }

  Json reloads() const {
    const Reloads& reloads = explanation_.reloads;
    Json json = {{"loads", reloads.loads}, {"bytes", reloads.bytes}, {"groups", Json::array()}};
    for (const ReloadGroup& group : reloads.groups) {
      const bool nobody = group.taker == ReloadGroup::Taker::kNobody;
      json["groups"].push_back({{"tensor", name(group.tensor)},
                                {"taken_by", nobody ? Json(nullptr) : Json(name(group.taken_by))},
                                {"taker", to_string(group.taker)},
                                {"loads", group.loads},
                                {"bytes", group.bytes}});
    }
    return json;
  }

  Json path(std::size_t limit) const {
    const CriticalPath& path = explanation_.path;
    Json json = {{"elements", path.elements.size()},
                 {"setup_cycles", path.setup},
                 {"fill_cycles", path.fill}};
    for (std::size_t unit = 0; unit < kPathUnitCount; ++unit) {
      Json& cycles = json["cycles"][path_unit_name(unit)];
      for (std::size_t reason = 0; reason < kPathReasonCount; ++reason) {
        cycles[identifier(to_string(static_cast<PathReason>(reason)))] = path.cycles[unit][reason];
      }
    }
    json["ops"] = Json::array();
    for (const PathShare& share : path.shares) {
      json["ops"].push_back({{"kind", to_string(share.opcode)},
                             {"tensor", name(share.tensor)},
                             {"elements", share.elements},
                             {"cycles", share.cycles}});
    }
    json["first"] = Json::array();
    for (std::size_t i = 0; i < std::min(limit, path.elements.size()); ++i) {
      const PathElement& element = path.elements[i];
      json["first"].push_back({{"op", element.op},
                               {"unit", path_unit_name(element.unit)},
                               {"next_waits_for", identifier(to_string(element.reason))},
                               {"begin", element.begin},
                               {"end", element.end}});
    }
    return json;
  }

  Json loads() const {
    const LoadAhead& loads = explanation_.loads;
    Json json = loads_of(loads.total);
    json["mean_cycles_ahead"] = loads.mean_cycles;
    json["mean_steps_ahead"] = loads.mean_steps;
    json["tensors"] = Json::array();
    for (const TensorLoads& tensor : loads.tensors) {
      Json entry = {{"tensor", name(tensor.tensor)}};
      entry.update(loads_of(tensor));
      json["tensors"].push_back(entry);
    }
    return json;
  }

  Json what_ifs() const {
    Json json = Json::array();
    for (const Prediction& prediction : explanation_.what_ifs) {
      Json settings = Json::object();
      for (const Setting& setting : prediction.what_if.settings) {
        settings[setting.key] = setting.value;
      }
      const bool refused = !prediction.refused.empty();
      const auto error = prediction.error();
      json.push_back({{"id", prediction.what_if.id},
                      {"settings", settings},
                      {"predicted_cycles", refused ? Json(nullptr) : Json(prediction.predicted)},
                      {"dram_bytes", refused ? Json(nullptr) : Json(prediction.dram_bytes)},
                      {"simulated_cycles", error ? Json(*prediction.simulated) : Json(nullptr)},
                      {"error", error ? Json(*error) : Json(nullptr)},
                      {"refused", refused ? Json(prediction.refused) : Json(nullptr)}});
    }
    return json;
  }

 private:
  const std::string& name(std::uint32_t tensor) const { return program_.tensors[tensor].name; }

  static Json loads_of(const TensorLoads& tensor) {
    Json json = {{"loads", tensor.loads}, {"late", tensor.late}};
    for (std::size_t gate = 0; gate < kLoadGateCount; ++gate) {
      json["gates"][identifier(to_string(static_cast<LoadGate>(gate)))] = {
          {"loads", tensor.gated[gate]}, {"held_cycles", tensor.held[gate]}};
    }
    return json;
  }

  const Explanation& explanation_;
  const Program& program_;
};

}  // namespace

Json explain_json(const Explanation& explanation, std::size_t path_elements) {
  const Writer writer(explanation);
  Json json;
  json["schema"] = kExplainSchema;
  json["version"] = kExplainVersion;
  json["tilewave"] = version_number();
  json["build"] = build_id();
  json["model"] = explanation.model.empty() ? Json(nullptr) : Json(explanation.model);
  json["program"] = explanation.program ? Json(*explanation.program) : Json(nullptr);
  json["mapping"] =
      explanation.config.mapping ? Json(explanation.config.mapping->name) : Json(nullptr);
  json["cycles"] = explanation.result.cycles;
  json["seconds"] = explanation.result.seconds;
  add_useful_work(json, explanation.useful_work());
  add_bounds(json, explanation.result);
  json["traffic"] = writer.traffic();
  json["reloads"] = writer.reloads();
  json["critical_path"] = writer.path(path_elements);
  json["loads"] = writer.loads();
  json["replay"] = {{"error", explanation.replay_error}, {"dram_rate", explanation.dram_rate}};
  json["what_ifs"] = writer.what_ifs();
  json["config"] = config_json(explanation.config);
  return json;
}

}  // namespace tilewave
