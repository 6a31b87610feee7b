// How near the what-ifs of `tilewave explain` come: predicted against simulated cycles, over models
// and machines, and what both take on this host. Prints a table; asserts nothing.
//
//   whatif_benchmark [--banked] [--quick] [--section.key=value]...
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/benchmark_setup.h"
#include "compiler/base/stopwatch.h"
#include "platform/platform.h"
#include "sim/explain/replay.h"
#include "sim/explain/what_if.h"
#include "sim/model/model_source.h"

namespace tilewave {
namespace {

struct Machine {
  std::string name;
  std::vector<Setting> settings;
};

const std::vector<std::string> kQuickModels = {"gemm:256x256x256", "gemm:1000x72x300",
                                               "mlp:128x128x64x32x32"};
const std::vector<std::string> kModels = {
    "gemm:512x512x512",      "gemm:1024x1024x1024",    "gemm:4096x128x512",
    "gemm:128x512x4096",     "gemm:256x8192x256",      "gemm:1000x744x520",
    "gemm:37x991x613",       "mlp:128x128x64x32x32",   "mlp:256x512x512x512x512",
    "mlp:32x1024x1024x1024", "mlp:512x784x256x128x10", "mlp:64x2048x512x2048"};

/// Largest and mean size of errors.
struct Errors {
  double largest = 0;
  double sum = 0;
  int count = 0;

  void add(double error) {
    largest = std::max(largest, std::abs(error));
    sum += std::abs(error);
    ++count;
  }
  void print(const char* what) const {
    std::printf("%s: %d predictions, mean error %.2f %%, largest %.2f %%\n", what, count,
                count == 0 ? 0 : 100 * sum / count, 100 * largest);
  }
};

struct Totals {
  Errors base;
  Errors what_ifs;
  double replay_seconds = 0;
  double simulation_seconds = 0;
};

Config config_of(const Machine& machine, const std::vector<Setting>& more) {
  const std::vector<SettingSource> sources = {{"machine", machine.settings},
                                              {"command line", more}};
  return resolve_config(sources);
}

void measure(const Machine& machine, const std::string& model, const std::vector<Setting>& more,
             Totals& totals) {
  const Config config = config_of(machine, more);
  const Graph graph = std::get<Graph>(load_model(model));
  const CompiledModel compiled = compile_model(graph, config);
  const Stopwatch simulation;
  const Cycle measured = run_program(compiled.program, compiled.hazards, config.machine, {}).cycles;
  totals.simulation_seconds += simulation.seconds();
  const Stopwatch replaying;
  const Cycle replayed = replay(compiled.program, compiled.hazards, config.machine,
                                dram_service(compiled.program, config.machine));
  totals.replay_seconds += replaying.seconds();
  const double error = static_cast<double>(replayed) / static_cast<double>(measured) - 1;
  totals.base.add(error);
  std::printf("%-10s %-24s %-18s %12llu %12llu %+7.2f %%\n", machine.name.c_str(), model.c_str(),
              "as it is", static_cast<unsigned long long>(replayed),
              static_cast<unsigned long long>(measured), 100 * error);
  const BaseRun base = base_run(&graph, compiled, config, measured);
  for (const Prediction& prediction : predict(base, standard_what_ifs(config, base.source), true)) {
    const std::string& name = prediction.what_if.name;
    if (!prediction.error()) {
      std::printf("%-10s %-24s %-18s %s\n", "", "", name.c_str(), prediction.refused.c_str());
      continue;
    }
    totals.what_ifs.add(*prediction.error());
    std::printf("%-10s %-24s %-18s %12.0f %12llu %+7.2f %%\n", "", "", name.c_str(),
                prediction.predicted, static_cast<unsigned long long>(*prediction.simulated),
                100 * *prediction.error());
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace tilewave

int main(int argc, char** argv) {
  using namespace tilewave;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool banked = std::erase(arguments, "--banked") > 0;
  const bool quick = std::erase(arguments, "--quick") > 0;
  const std::vector<Setting> more = settings_of(arguments).settings;
  std::vector<Machine> machines = {{"full", {{"compute.fill_overlap", "full", 0}}},
                                   {"8x8", {{"compute.rows", "8", 0}, {"compute.cols", "8", 0}}},
                                   {"4GB/s", {{"dram.bandwidth", "4GB/s", 0}}}};
  if (banked) {
    const Setting model{"dram.model", "banked", 0};
    machines = {{"ddr4", {model, {"dram.preset", "ddr4-3200", 0}}},
                {"hbm2", {model, {"dram.preset", "hbm2", 0}, {"dram.channels", "2", 0}}}};
  }
  std::printf("%-10s %-24s %-18s %12s %12s %9s\n", "machine", "model", "what-if", "predicted",
              "simulated", "error");
  Totals totals;
  for (const Machine& machine : machines) {
    for (const std::string& model : quick ? kQuickModels : kModels) {
      measure(machine, model, more, totals);
    }
  }
  totals.base.print("replay of the machine as it is");
  totals.what_ifs.print("what-ifs");
  std::printf("replay %.3f s, simulation of the same runs %.3f s: %.1f times as long\n",
              totals.replay_seconds, totals.simulation_seconds,
              totals.simulation_seconds / totals.replay_seconds);
  return 0;
}
