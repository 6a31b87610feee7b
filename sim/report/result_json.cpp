// One function for each object of the result, in the order of the document.
#include "sim/report/result_json.h"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/build_identity.h"
#include "compiler/base/nearest.h"
#include "sim/report/json_place.h"
#include "sim/report/layers_table.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// JSON has no words for NaN and infinities.
Json number_or_text(double value) {
  return std::isfinite(value) ? Json(value)
         : std::isnan(value)  ? Json("nan")
                              : Json(value < 0 ? "-inf" : "inf");
}

Json compile_json(const CompileFigures& figures) {
  return {{"operators", or_null(figures.operators)},
          {"operators_fused", or_null(figures.operators_fused)},
          {"uops", or_null(figures.uops)},
          {"scheduled_ops", figures.scheduled_ops},
          {"loads", figures.loads},
          {"loads_eliminated", or_null(figures.loads_eliminated)},
          {"executes", figures.executes},
          {"stores", figures.stores},
          {"evictions", or_null(figures.evictions)},
          {"peak_sram_bytes", or_null(figures.peak_sram_bytes)},
          {"final_live_bytes", or_null(figures.final_live_bytes)},
          {"tile", {{"m", figures.tile.m}, {"n", figures.tile.n}, {"k", figures.tile.k}}},
          {"factors", names_of(figures.factors)}};
}

Json engines_json(const RunResult& result) {
  Json engines = Json::object();
  for (const Engine which : result.units.all()) {
    const EngineResult& engine = result.engine(which);
    Json& json = engines[to_string(which)];
    json["ops"] = engine.ops;
    for (int state = 0; state < kEngineStateCount; ++state) {
      json[to_string(static_cast<EngineState>(state))] =
          engine.cycles[static_cast<std::size_t>(state)];
    }
  }
  return engines;
}

/// A share of a peak, and the counter that it follows.
struct Share {
  std::string_view after;
  std::string_view name;
  double value = 0;
};

std::vector<Share> shares_of(const RunResult& result) {
  const auto share = [&result](std::uint64_t bytes, double peak) {
    return share_of_peak(bytes, peak, result.cycles);
  };
  const double bus = result.bus_peak_bytes_per_cycle;
  return {
      {"sram.bytes", "sram.share_of_peak",
       share(result.sram.bytes, result.sram_peak_bytes_per_cycle)},
      {"bus.write_bytes", "bus.read_share_of_peak", share(result.bus.read_bytes, bus)},
      {"bus.write_bytes", "bus.write_share_of_peak", share(result.bus.write_bytes, bus)},
      {"dram.write_bytes", "dram.share_of_peak",
       share(result.dram.read_bytes + result.dram.write_bytes, result.dram_peak_bytes_per_cycle)}};
}

void add_counters(Json& json, const RunResult& result) {
  const std::vector<Share> shares = shares_of(result);
  const CounterRegister counters = result.counters();
  for (const Counter& counter : counters.all()) {
    const std::string name = counter.name();
    json[json_place(name)] = counter.value();
    for (const Share& share : shares) {
      if (share.after == name) {
        json[json_place(share.name)] = share.value;
      }
    }
  }
}

Json verification_json(const std::optional<Verification>& verification) {
  if (!verification) {
    return nullptr;
  }
  Json json = {{"coverage", verification->coverage == Coverage::kFull ? "full" : "sampled"},
               {"reference", verification->by_graph ? "graph" : "program order"},
               {"tensors", verification->tensors},
               {"tiles", verification->tiles},
               {"all_tiles", verification->all_tiles},
               {"elements", verification->elements},
               {"mismatches", verification->mismatches},
               {"by_rounding", verification->by_rounding},
               {"max_abs_value", verification->max_abs_value},
               {"rtol", kRelativeTolerance},
               {"atol", kAbsoluteTolerance},
               {"first_mismatch", nullptr}};
  if (const auto& first = verification->first) {
    json["first_mismatch"] = {{"tensor", first->tensor},
                              {"tile", {first->tile.row, first->tile.col}},
                              {"element", {first->row, first->col}},
                              {"actual", number_or_text(first->actual)},
                              {"expected", number_or_text(first->expected)},
                              {"allowed_error", first->allowed}};
  }
  return json;
}

Json expected_json(const std::optional<ExpectedComparison>& expected) {
  if (!expected) {
    return nullptr;
  }
  Json json = {{"directory", expected->directory},
               {"passed", expected->passed()},
               {"outputs", expected->outputs},
               {"elements", expected->elements},
               {"mismatches", expected->mismatches},
               {"by_rounding", expected->by_rounding},
               {"max_abs_error", expected->max_abs_error},
               {"rtol", kRelativeTolerance},
               {"atol", kAbsoluteTolerance},
               {"first_mismatch", nullptr}};
  if (const auto& first = expected->first) {
    json["first_mismatch"] = {{"file", first->file},
                              {"output", printable(first->output)},
                              {"index", first->index},
                              {"actual", number_or_text(first->actual)},
                              {"expected", number_or_text(first->expected)},
                              {"allowed_error", first->allowed}};
  }
  return json;
}

Json host_json(const RunOutcome& outcome) {
  const HostFigures& host = outcome.host;
  return {{"kernel", host.kernel},
          {"wall_seconds", host.wall_seconds},
          {"compile_seconds", host.compile_seconds},
          {"simulation_seconds", host.simulation_seconds},
          {"verify_seconds", host.verify_seconds},
          {"cycles_per_second", host.cycles_per_second(outcome.result)},
          {"uops_per_second", host.uops_per_second(outcome.compile)},
          {"peak_rss_bytes", host.peak_rss_bytes}};
}

}  // namespace

Json config_json(const Config& config) {
  Json json = Json::object();
  for_each_key(config, [&json](std::string_view name, const std::string& value) {
    const std::size_t dot = name.find('.');
    json[std::string(name.substr(0, dot))][std::string(name.substr(dot + 1))] = value;
  });
  return json;
}

void add_useful_work(Json& json, const UsefulWork& work) {
  json["macs"] = work.macs;
  json["padding_macs"] = work.padding_macs;
  json["array_slots"] = work.array_slots;
  json["utilisation"] = {{"total", work.utilisation},
                         {"spatial", work.spatial},
                         {"temporal", work.temporal},
                         {"fill", work.fill}};
  json["warnings"] = work.warnings();
  json["arithmetic_intensity"] = or_null(work.intensity);
  json["roofline"] = {{"attainable_gflops", work.attainable_gflops},
                      {"achieved_gflops", work.achieved_gflops}};
}

void add_bounds(Json& json, const RunResult& result) {
  json["bounds"] = {{"compute", result.bounds.compute},
                    {"sram", result.bounds.sram},
                    {"bus", result.bounds.bus},
                    {"dram", result.bounds.dram}};
  if (result.bounds.vector > 0) {
    json["bounds"]["vector"] = result.bounds.vector;
  }
  json["efficiency"] = result.efficiency();
}

nlohmann::ordered_json result_json(const RunOutcome& outcome, const LayerAccount* layers) {
  const RunResult& result = outcome.result;
  const std::optional<Verification>& verification = outcome.verification;
  Json json;
  json["schema"] = kResultSchema;
  json["version"] = kResultVersion;
  json["tilewave"] = version_number();
  json["build"] = build_id();
  json["model"] = outcome.model;
  json["program"] = or_null(outcome.program);
  json["mapping"] = outcome.config.mapping ? Json(outcome.config.mapping->name) : Json(nullptr);
  json["seed"] = outcome.seed;
  json["timing_only"] = outcome.timing_only;
  json["unread_weights"] = outcome.unread_weights;
  json["cycles"] = result.cycles;
  json["seconds"] = result.seconds;
  const Verdict verdict = outcome.verdict();
  json["verdict"] = to_string(verdict);
  json["verified"] =
      verdict == Verdict::kNotVerified ? Json(nullptr) : Json(verdict == Verdict::kVerified);
  json["max_abs_error"] = verification ? Json(verification->max_abs_error) : Json(nullptr);
  json["verification"] = verification_json(verification);
  json["expected"] = expected_json(outcome.expected);
  json["compile"] = compile_json(outcome.compile);
  json["engines"] = engines_json(result);
  json["overlap_cycles"] = result.overlap_cycles;
  json["tile_steps"] = result.steps();
  add_useful_work(json, outcome.work());
  add_counters(json, result);
  add_bounds(json, result);
  if (layers != nullptr) {
    json["layers"] = layers_json(*layers, outcome);
    json["no_layer"] = no_layer_json(*layers, outcome);
  }
  json["host"] = host_json(outcome);
  json["config"] = config_json(outcome.config);
  return json;
}

}  // namespace tilewave
