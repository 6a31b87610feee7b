// Exports of sweeps that nobody ran: grids, samples and failures of any size, with strings that
// would do harm if a page took them for markup.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace tilewave::test {

using Json = nlohmann::ordered_json;

inline constexpr const char* kHostileModel =
    "<img src=x onerror=\"document.title='x'\"><b>m</b>.onnx";
inline constexpr const char* kHostileMessage =
    "</script><!-- <b>does not hold</b> \xE2\x80\xA8 & \"three\" 'tiles' ]]>";

inline Json numeric_key(const std::string& name, const std::string& unit,
                        const std::vector<std::pair<std::string, double>>& values) {
  Json key = {{"name", name}, {"kind", "number"}, {"unit", unit}, {"numeric", true}};
  for (const auto& [text, number] : values) {
    key["values"].push_back(text);
    key["numbers"].push_back(number);
  }
  return key;
}

inline Json sample_metrics() {
  const auto metric = [](const char* name, const char* unit, const char* better) {
    return Json{{"name", name}, {"unit", unit}, {"better", better}, {"help", "<i>help</i>"}};
  };
  return {metric("cycles", "cycles", "lower"), metric("efficiency", "share", "higher"),
          metric("max_abs_error", "1", "lower"), metric("cost.sram_bytes", "B", "lower")};
}

/// A point that is done unless a status is given; more SRAM and bandwidth make it faster.
inline Json sample_point(std::size_t number, const std::string& model, const Json& settings,
                         double sram, double bandwidth, const std::string& failure = "") {
  const double traffic = 1e6 * (1 + std::sqrt(1e6 / sram));
  const auto cycles = static_cast<std::uint64_t>(std::max(2e5, traffic / bandwidth * 1e9));
  Json point = {{"point", number},
                {"model", model},
                {"settings", settings},
                {"status", failure.empty() ? "done" : failure},
                {"message", failure.empty() ? "" : kHostileMessage},
                {"bottleneck", nullptr},
                {"main_stall", nullptr},
                {"metrics", Json::object()}};
  if (failure.empty()) {
    point["bottleneck"] = cycles > 200000 ? "dram" : "compute";
    point["main_stall"] = "wait_data";
    point["metrics"] = {{"cycles", cycles + number % 7},
                        {"efficiency", 1.0 / (3.0 + static_cast<double>(number))},
                        {"max_abs_error", nullptr},
                        {"cost.sram_bytes", sram}};
  }
  return point;
}

inline Json sample_export(const std::vector<std::string>& models, Json keys, Json points) {
  return {{"schema", "tilewave-sweep"},
          {"version", 1},
          {"tilewave", "0.0.0"},
          {"models", models},
          {"verdicts", std::vector<std::string>(models.size(), "not verified")},
          {"timing_only", true},
          {"seed", 1},
          {"run_options", "-c 'my machine.ini' --timing-only"},
          {"base_config", {{"sram", {{"size", "256KiB"}}}, {"dram", {{"bandwidth", "8GB/s"}}}}},
          {"keys", std::move(keys)},
          {"metrics", sample_metrics()},
          {"points", std::move(points)},
          {"analysis",
           {{"objective", "cycles"},
            {"pareto", Json::array()},
            {"sensitivity", Json::array()},
            {"exceptions", Json::array()}}}};
}

/// SRAM sizes × bandwidths × dataflows, some of them failed in each way there is.
inline Json sample_grid() {
  const std::vector<std::string> models = {kHostileModel, "gemm:512x512x512"};
  std::vector<std::pair<std::string, double>> sizes;
  std::vector<std::pair<std::string, double>> bandwidths;
  for (int i = 0; i < 6; ++i) {
    sizes.emplace_back(std::to_string(32 << i) + "KiB", (32 << i) * 1024.0);
    bandwidths.emplace_back(std::to_string(2 << i) + "GB/s", (2 << i) * 1e9);
  }
  Json points = Json::array();
  const std::vector<std::string> failures = {"crashed", "timeout", "wrong"};
  for (const std::string& model : models) {
    for (const auto& [size, sram] : sizes) {
      for (const auto& [rate, bandwidth] : bandwidths) {
        for (const char* dataflow : {"os", "ws"}) {
          const std::size_t number = points.size();
          const bool small = size == "32KiB" && (rate == "2GB/s" || *dataflow == 'w');
          points.push_back(sample_point(
              number, model,
              {{"sram.size", size}, {"dram.bandwidth", rate}, {"compute.dataflow", dataflow}}, sram,
              bandwidth,
              small               ? "invalid"
              : number % 31 == 30 ? failures[number / 31 % 3]
                                  : ""));
        }
      }
    }
  }
  Json sweep = sample_export(models,
                             {numeric_key("sram.size", "B", sizes),
                              numeric_key("dram.bandwidth", "B/s", bandwidths),
                              {{"name", "compute.dataflow"},
                               {"kind", "choice"},
                               {"unit", ""},
                               {"numeric", false},
                               {"values", {"os", "ws"}}}},
                             points);
  Json& analysis = sweep["analysis"];
  analysis["pareto"].push_back({{"model", kHostileModel},
                                {"cost", "cost.sram_bytes"},
                                {"points", {10, 22, 34}},
                                {"knee", 22}});
  analysis["sensitivity"].push_back(
      {{"model", kHostileModel},
       {"key", "sram.size"},
       {"metric", "cycles"},
       {"effect", 1.83},
       {"levels", {{{"label", "32KiB"}, {"mean", 4321.5}}, {{"label", "64KiB"}, {"mean", 2361}}}}});
  analysis["exceptions"].push_back({{"model", kHostileModel},
                                    {"key", "sram.size"},
                                    {"from", 10},
                                    {"to", 22},
                                    {"metric", "cycles"},
                                    {"change", 0.013},
                                    {"explanation", "<b>another</b> loop nest"}});
  return sweep;
}

/// `count` points scattered over SRAM and bandwidth, every thousandth failed, all others said to be
/// on the front.
inline Json sample_scatter(std::size_t count) {
  std::vector<std::pair<std::string, double>> sizes;
  std::vector<std::pair<std::string, double>> bandwidths;
  Json points = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    // Steps that share no factor with the count visit every value of both keys once.
    const std::size_t kib = 32 + i;
    const std::size_t rate = 1000 + (i * 7919) % count;
    sizes.emplace_back(std::to_string(kib) + "KiB", static_cast<double>(kib) * 1024);
    bandwidths.emplace_back(std::to_string(rate) + "MB/s", static_cast<double>(rate) * 1e6);
    points.push_back(sample_point(
        i, "gemm:512x512x512",
        {{"sram.size", sizes.back().first}, {"dram.bandwidth", bandwidths.back().first}},
        sizes.back().second, bandwidths.back().second, i % 1000 == 999 ? "invalid" : ""));
  }
  std::sort(bandwidths.begin(), bandwidths.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  Json front = {{"model", "gemm:512x512x512"}, {"cost", "cost.sram_bytes"}, {"knee", 9}};
  for (std::size_t i = 0; i < count; i += i % 1000 == 998 ? 2 : 1) {
    front["points"].push_back(i);
  }
  Json sweep = sample_export(
      {"gemm:512x512x512"},
      {numeric_key("sram.size", "B", sizes), numeric_key("dram.bandwidth", "B/s", bandwidths)},
      points);
  sweep["analysis"]["pareto"].push_back(front);
  return sweep;
}

/// One key with `count` values; all points done, or none.
inline Json sample_line(std::size_t count, const std::string& failure) {
  std::vector<std::pair<std::string, double>> sizes;
  Json points = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    sizes.emplace_back(std::to_string(16 * (i + 1)) + "KiB", static_cast<double>(i + 1) * 16384);
    points.push_back(sample_point(i, "mlp:8x8", {{"sram.size", sizes.back().first}},
                                  sizes.back().second, 8e9, failure));
  }
  return sample_export({"mlp:8x8"}, {numeric_key("sram.size", "B", sizes)}, points);
}

/// A pattern of two extents and a plain model on sizes of SRAM, asked for a goal; some points are left
/// out, and one machine lacks a model.
inline Json sample_question() {
  std::vector<std::pair<std::string, double>> sizes;
  Json points = Json::array();
  Json machines = Json::array();
  constexpr std::size_t kSizes = 4;
  for (std::size_t i = 0; i < kSizes; ++i) {
    sizes.emplace_back(std::to_string(32 << i) + "KiB", (32 << i) * 1024.0);
  }
  const std::vector<std::string> models = {"gemm:1x8x8", "gemm:16x8x8", kHostileModel};
  for (std::size_t i = 0; i < kSizes; ++i) {
    machines.push_back({{"machine", 2 * i},
                        {"settings", {{"sram.size", sizes[i].first}}},
                        {"points", Json::array()},
                        {"goal", 0.0}});
  }
  for (std::size_t model = 0; model < models.size(); ++model) {
    for (std::size_t i = 0; i < kSizes; ++i) {
      const bool failed = model == 2 && i == 3;
      Json point =
          sample_point(2 * (model * kSizes + i), models[model], {{"sram.size", sizes[i].first}},
                       sizes[i].second, 8e9, failed ? "crashed" : "");
      if (model < 2) {
        point["model_values"] = {{"model.m", model == 0 ? "1" : "16"}};
      }
      machines[i]["points"].push_back(point["point"]);
      machines[i]["goal"] =
          failed
              ? Json(nullptr)
              : Json(machines[i]["goal"].get<double>() + point["metrics"]["cycles"].get<double>());
      points.push_back(std::move(point));
    }
  }
  Json extent = numeric_key("model.m", "", {{"1", 1}, {"16", 16}});
  Json sweep = sample_export(models, {extent, numeric_key("sram.size", "B", sizes)}, points);
  sweep["patterns"] = {{{"pattern", "gemm:{m}x8x8"}, {"models", {models[0], models[1]}}}};
  sweep["where"] = {"cycles<1000000000"};
  sweep["goal"] = {{"name", "sum(cycles)"},
                   {"metric", "cycles"},
                   {"unit", "cycles"},
                   {"better", "lower"},
                   {"weights", {1.0, 2.0, 1.0}}};
  sweep["machines"] = machines;
  sweep["analysis"]["goal"] = {
      {"objective", "sum(cycles)"},
      {"pareto", {{{"cost", "cost.sram_bytes"}, {"machines", {0, 2, 4}}, {"knee", 2}}}},
      {"sensitivity",
       {{{"key", "sram.size"},
         {"metric", "sum(cycles)"},
         {"effect", 1.5},
         {"levels", {{{"label", "32KiB"}, {"mean", 3.0}}, {{"label", "64KiB"}, {"mean", 2.0}}}}}}},
      {"exceptions",
       {{{"key", "sram.size"},
         {"from", 2},
         {"to", 4},
         {"metric", "sum(cycles)"},
         {"change", 0.01},
         {"explanation", "<b>cycles</b> of gemm:1x8x8 +1.0 %"}}}}};
  return sweep;
}

}  // namespace tilewave::test
