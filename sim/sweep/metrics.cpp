// The register of metrics, and how each is read from a run's result.
#include "sim/sweep/metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/base/error.h"
#include "platform/watch/machine_counters.h"
#include "sim/base/dump_json.h"
#include "sim/report/json_place.h"
#include "sim/report/result_json.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

/// A figure and where the run's result file has it.
struct Entry {
  Metric metric;
  std::string pointer;  ///< JSON pointer; empty: costs_of() computes it
};

Better engine_state_better(EngineState state) {
  return state == EngineState::kBusy || state == EngineState::kIdle ||
                 state == EngineState::kDrained
             ? Better::kNeither
             : Better::kLower;
}

std::vector<Entry> make_entries() {
  constexpr auto kLower = Better::kLower;
  constexpr auto kHigher = Better::kHigher;
  constexpr auto kNeither = Better::kNeither;
  std::vector<Entry> entries = {
      {{"cycles", "cycles", kLower,
        "core clock cycles until the last op is complete and its bytes are in the DRAM"},
       "/cycles"},
      {{"seconds", "s", kLower, "the same as simulated time"}, "/seconds"},
      {{"efficiency", "1", kHigher, "highest lower bound / cycles"}, "/efficiency"},
      {{"achieved_gflops", "GFLOP/s", kHigher, "2 flops per multiply-add / seconds"},
       "/roofline/achieved_gflops"},
      {{"attainable_gflops", "GFLOP/s", kNeither, "what the compute and the DRAM bound allow"},
       "/roofline/attainable_gflops"},
      {{"arithmetic_intensity", "FLOP/B", kNeither, "2 flops per multiply-add / DRAM bytes"},
       "/arithmetic_intensity"},
      {{"overlap_cycles", "cycles", kHigher, "with the core and a DMA engine at work"},
       "/overlap_cycles"},
      {{"bounds.compute", "cycles", kNeither, "least cycles of the tile steps"}, "/bounds/compute"},
      {{"bounds.sram", "cycles", kNeither, "SRAM bytes / peak"}, "/bounds/sram"},
      {{"bounds.bus", "cycles", kNeither, "bytes of the busier direction / peak"}, "/bounds/bus"},
      {{"bounds.dram", "cycles", kNeither, "DRAM bytes / peak"}, "/bounds/dram"},
      {{"sram.share_of_peak", "1", kNeither, "of what the SRAM could have moved"},
       "/sram/share_of_peak"},
      {{"dram.share_of_peak", "1", kNeither, "of what the DRAM could have moved"},
       "/dram/share_of_peak"},
      {{"compile.scheduled_ops", "1", kNeither, "ops of the program"}, "/compile/scheduled_ops"},
      {{"compile.loads", "1", kLower, "LOADs of the program"}, "/compile/loads"},
      {{"compile.loads_eliminated", "1", kHigher, "LOADs whose tile was in the SRAM"},
       "/compile/loads_eliminated"},
      {{"compile.executes", "1", kNeither, "EXECUTEs of the program"}, "/compile/executes"},
      {{"compile.stores", "1", kLower, "STOREs of the program"}, "/compile/stores"},
      {{"compile.evictions", "1", kLower, "tiles dropped while still needed"},
       "/compile/evictions"},
      {{"compile.peak_sram_bytes", "B", kNeither, "highest sum of live allocations"},
       "/compile/peak_sram_bytes"},
      {{"macs", "1", kNeither, "multiply-adds that the model asks for"}, "/macs"},
      {{"utilisation", "1", kHigher, "macs / (cycles x what the array could have done in one)"},
       "/utilisation/total"},
      {{"utilisation.spatial", "1", kHigher, "of the array, while it is busy"},
       "/utilisation/spatial"},
      {{"utilisation.temporal", "1", kHigher, "of the cycles, with the array busy"},
       "/utilisation/temporal"},
      {{"utilisation.fill", "1", kHigher, "of the array's rows and columns, by the matmul steps"},
       "/utilisation/fill"},
      {{"max_abs_error", "1", kLower, "largest difference from the reference"}, "/max_abs_error"}};
  for (const Counter& counter : every_counter().all()) {
    const std::string name = counter.name();
    entries.push_back({{name, std::string(counter.info.unit), counter.info.better,
                        std::string(counter.info.definition)},
                       json_place(name).to_string()});
  }
  for (std::size_t i = 0; i < kEngineCount; ++i) {
    const std::string engine = to_string(static_cast<Engine>(i));
    for (int state = 0; state < kEngineStateCount; ++state) {
      const auto which = static_cast<EngineState>(state);
      const std::string name = to_string(which);
      entries.push_back({{engine + "." + name, "cycles", engine_state_better(which),
                          "cycles of " + engine + " in state " + name},
                         "/engines/" + engine + "/" + name});
    }
  }
  entries.push_back({{"cost.sram_bytes", "B", kLower, "sram.size"}, ""});
  entries.push_back(
      {{"cost.dram_bytes_per_second", "B/s", kLower, "peak bandwidth of all channels"}, ""});
  entries.push_back({{"cost.array_macs", "1", kLower,
                      "multiply-adds per cycle of the core, of the model's fastest type"},
                     ""});
  return entries;
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> kEntries = make_entries();
  return kEntries;
}

/// In the order of cost_metrics().
std::vector<Json> costs_of(const RunOutcome& outcome) {
  const MachineConfig& machine = outcome.config.machine;
  const auto bytes_per_second = static_cast<std::uint64_t>(
      std::llround(outcome.result.dram_peak_bytes_per_cycle / machine.clock_period.seconds()));
  return {machine.sram.size_bytes, bytes_per_second, outcome.work().peak_macs_per_cycle};
}

std::string bottleneck_of(const Bounds& bounds) {
  const std::vector<std::pair<double, const char*>> all = {{bounds.compute, "compute"},
                                                           {bounds.vector, "vector"},
                                                           {bounds.sram, "sram"},
                                                           {bounds.bus, "bus"},
                                                           {bounds.dram, "dram"}};
  return std::ranges::max_element(all, {}, &std::pair<double, const char*>::first)->second;
}

/// None if the core was never anything but busy.
std::optional<std::string> main_stall_of(const EngineResult& core) {
  EngineState longest = EngineState::kBusy;
  Cycle most = 0;
  for (int i = 0; i < kEngineStateCount; ++i) {
    const auto state = static_cast<EngineState>(i);
    if (state != EngineState::kBusy && core.cycles[static_cast<std::size_t>(i)] > most) {
      longest = state;
      most = core.cycles[static_cast<std::size_t>(i)];
    }
  }
  return most == 0 ? std::nullopt : std::optional<std::string>(to_string(longest));
}

std::string mismatch_text(const Verification& verification) {
  std::string text = std::to_string(verification.mismatches) + " of " +
                     std::to_string(verification.elements) + " elements are wrong";
  if (verification.first) {
    text += ", the first in " + verification.first->tensor + " at (" +
            std::to_string(verification.first->row) + "," +
            std::to_string(verification.first->col) + ")";
  }
  return text;
}

}  // namespace

const std::vector<Metric>& sweep_metrics() {
  static const std::vector<Metric> kMetrics = [] {
    std::vector<Metric> metrics;
    for (const Entry& entry : entries()) {
      metrics.push_back(entry.metric);
    }
    return metrics;
  }();
  return kMetrics;
}

const std::vector<std::string>& cost_metrics() {
  static const std::vector<std::string> kCosts = {"cost.sram_bytes", "cost.dram_bytes_per_second",
                                                  "cost.array_macs"};
  return kCosts;
}

void check_metrics(PointStatus status, const Json& metrics) {
  const bool ran = status == PointStatus::kDone || status == PointStatus::kWrong;
  if (metrics.size() != (ran ? entries().size() : 0)) {
    throw InputError("it has " + std::to_string(metrics.size()) + " metrics, " +
                     (ran ? "not all " + std::to_string(entries().size()) : "though it never ran"));
  }
  auto next = metrics.begin();  // they are in order, as a rule
  for (std::size_t i = 0; ran && i < entries().size(); ++i, ++next) {
    const Metric& metric = entries()[i].metric;
    const auto found = next.key() == metric.name ? next : metrics.find(metric.name);
    if (found == metrics.end()) {
      throw InputError("it has no " + metric.name);
    }
    const bool count = metric.name == "cycles";
    constexpr double kMost = 9e18;  // a number of cycles has 63 bits
    const bool fits = found->is_number() && found->get<double>() >= 0 &&
                      (!count || (found->is_number_unsigned() && found->get<double>() < kMost));
    if (!fits && (count || metric.name == "seconds" || !found->is_null())) {
      throw InputError("its " + metric.name + " is no " + (count ? "count" : "number from 0"));
    }
  }
}

PointResult summarise(const RunOutcome& outcome) {
  PointResult result;
  if (!outcome.passed()) {
    result.status = PointStatus::kWrong;
    result.message = mismatch_text(outcome.verification.value());
  }
  result.bottleneck = bottleneck_of(outcome.result.bounds);
  result.main_stall = main_stall_of(outcome.result.engine(Engine::kCompute));
  const Json json = result_json(outcome);
  const std::vector<Json> costs = costs_of(outcome);
  std::size_t cost = 0;
  Json metrics = Json::object();
  for (const Entry& entry : entries()) {
    if (entry.pointer.empty()) {
      metrics[entry.metric.name] = costs.at(cost++);
    } else {  // null: of a unit that the machine has not got
      const Json::json_pointer place(entry.pointer);
      metrics[entry.metric.name] = json.contains(place) ? json.at(place) : Json(nullptr);
    }
  }
  result.metrics = dump_json(metrics);
  return result;
}

}  // namespace tilewave
