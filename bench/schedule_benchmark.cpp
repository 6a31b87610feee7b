// How good the schedules are: cycles against the bounds of the machine, bytes against what no
// schedule can save, and both against the baseline (plain mnk order, LRU, first fit, nothing
// forwarded). Prints tables; asserts nothing. Timing only.
//
//   schedule_benchmark [--quick] [--section.key=value]...
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench/benchmark_setup.h"
#include "compiler/lowering/tiling.h"
#include "platform/platform.h"
#include "sim/config/reader.h"
#include "sim/model/model_source.h"
#include "sim/run/compile.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kElementBytes = 4;  // of f32

const std::string kConfigs = TILEWAVE_SOURCE_DIR "/configs/";

struct Options {
  bool quick = false;
  SettingSource settings;  ///< for every machine
};

struct Machine {
  std::string name;
  Config config;
};

/// `own` below the user's settings.
Machine machine(const std::string& name, SettingSource own, const Options& options) {
  return {name, resolve_config(std::vector{std::move(own), options.settings})};
}

std::vector<Machine> machines(const Options& options) {
  return {
      machine("default", {"default", {{"compute.fill_overlap", "full"}}}, options),
      machine("compute-bound", read_config_file(kConfigs + "compute-bound.ini"), options),
      machine("bandwidth-starved", read_config_file(kConfigs + "bandwidth-starved.ini"), options)};
}

ScheduleOptions baseline(ScheduleOptions options) {
  options.loop_order = LoopOrder::kMnk;
  options.eviction = Eviction::kLru;
  options.buffering = Buffering::kSingle;
  options.forwarding = false;
  return options;
}

struct Run {
  Graph graph;
  RunResult result;

  double cycles() const { return static_cast<double>(result.cycles); }
  double bytes() const {
    return static_cast<double>(result.dram.read_bytes + result.dram.write_bytes);
  }
  double share(Engine engine, EngineState state) const {
    return static_cast<double>(result.engine(engine).cycles[static_cast<std::size_t>(state)]) /
           cycles();
  }
};

Run run(const std::string& model, const Config& config) {
  CompiledModel compiled = compile_model(std::get<Graph>(load_model(model)), config);
  RunResult result = run_program(compiled.program, compiled.hazards, config.machine, {});
  return {std::move(*compiled.graph), result};
}

/// DRAM bytes that no schedule saves. Sources are loaded once and results stored once, in whole
/// tiles; and with room for S elements a matmul moves at least 2MNK / √S elements of its operands,
/// besides its result (Smith et al., "A tight I/O lower bound for matrix multiplication",
/// arXiv:1702.02017, leading term; summed over the matmuls of a network, of which only the results
/// are stored).
double least_bytes(const Graph& graph, std::uint64_t sram_bytes) {
  const auto bytes = [&](TensorId id) {
    return static_cast<double>(graph.tensor(id).shape.elements()) * kElementBytes;
  };
  double sources = 0;
  double results = 0;
  for (TensorId id = 0; id < graph.tensors().size(); ++id) {
    sources += graph.tensor(id).producer ? 0 : bytes(id);
    results += graph.tensor(id).role == TensorRole::kOutput ? bytes(id) : 0;
  }
  double operands = 0;
  const double root = std::sqrt(static_cast<double>(sram_bytes) / kElementBytes);
  for (const Operator& oper : graph.operators()) {
    if (oper.product_inputs() > 0) {
      const auto depth = static_cast<double>(graph.tensor(oper.inputs[0]).shape.cols);
      operands += 2 * bytes(oper.output) * depth / root;
    }
  }
  return std::max(sources, operands) + results;
}

const char* binding(const Bounds& bounds) {
  const double most = bounds.max();
  return most == bounds.compute ? "compute"
         : most == bounds.dram  ? "dram"
         : most == bounds.bus   ? "bus"
                                : "sram";
}

/// Perceptrons, square GEMMs, and shapes that nobody tuned for: tall, wide, deep, thin, odd.
std::vector<std::string> models(bool quick) {
  std::vector<std::string> list = {
      "mlp:128x128x64x32x32",     "mlp:64x256x256x256x256", "mlp:256x512x512x512x512",
      "mlp:16x1024x1024x1024x10", "gemm:256x256x256",       "gemm:512x512x512",
      "gemm:1024x1024x1024",      "gemm:4096x64x64",        "gemm:64x64x4096",
      "gemm:64x8192x64",          "gemm:1x2048x2048",       "gemm:33x1000x65",
      "gemm:1000x300x700",        "gemm:197x768x3072"};
  if (!quick) {
    list.insert(list.end(), {"gemm:2048x2048x2048", "mlp:1024x1024x1024x1024"});
  }
  return list;
}

void table_of_models(const Options& options) {
  std::printf("%-18s %-26s %11s %-8s %6s %9s %7s %7s %8s  %s\n", "machine", "model", "cycles",
              "bound", "eff.", "DRAM KiB", "/least", "/base", "speed-up",
              "compute waits for data, space; loads wait for space");
  for (const Machine& machine : machines(options)) {
    for (const std::string& model : models(options.quick)) {
      const Run ours = run(model, machine.config);
      Config other = machine.config;
      other.schedule = baseline(other.schedule);
      const Run base = run(model, other);
      std::printf(
          "%-18s %-26s %11.0f %-8s %6.3f %9.0f %7.2f %7.2f %8.2f  %4.1f %% %4.1f %% %4.1f %%\n",
          machine.name.c_str(), model.c_str(), ours.cycles(), binding(ours.result.bounds),
          ours.result.efficiency(), ours.bytes() / 1024,
          ours.bytes() / least_bytes(ours.graph, machine.config.schedule.sram_bytes),
          ours.bytes() / base.bytes(), base.cycles() / ours.cycles(),
          100 * ours.share(Engine::kCompute, EngineState::kWaitData),
          100 * ours.share(Engine::kCompute, EngineState::kWaitSpace),
          100 * ours.share(Engine::kLoadDma, EngineState::kWaitSpace));
    }
  }
}

void table_of_srams(const Options& options) {
  const std::vector<int> sizes =
      options.quick ? std::vector{512, 1024} : std::vector{512, 768, 1024, 1536, 2048};
  const std::vector<std::string> srams = {"64KiB", "128KiB", "256KiB", "512KiB", "1MiB"};
  std::printf("\nsquare GEMMs, DRAM bytes / least bytes and efficiency\n%-10s", "");
  for (const std::string& sram : srams) {
    std::printf(" %14s", sram.c_str());
  }
  std::vector<double> ratios;
  for (const int size : sizes) {
    const std::string edge = std::to_string(size);
    std::printf("\n%-10d", size);
    for (const std::string& sram : srams) {
      const Machine with_sram =
          machine(sram, {sram, {{"compute.fill_overlap", "full"}, {"sram.size", sram}}}, options);
      const Run result = run("gemm:" + edge + "x" + edge + "x" + edge, with_sram.config);
      ratios.push_back(result.bytes() /
                       least_bytes(result.graph, with_sram.config.schedule.sram_bytes));
      std::printf("   %5.3f  %5.3f", ratios.back(), result.result.efficiency());
    }
  }
  double sum = 0;
  for (const double ratio : ratios) {
    sum += ratio;
  }
  std::printf("\ntraffic: mean %.3f, worst %.3f\n", sum / static_cast<double>(ratios.size()),
              *std::ranges::max_element(ratios));
}

void table_of_buffering(const Options& options) {
  std::printf(
      "\nbuffering: cycles of single / cycles of pingpong, and how long loads wait for space\n");
  std::printf("%-18s %-26s %-7s %11s %11s %8s %10s %10s\n", "machine", "model", "engines", "single",
              "pingpong", "speed-up", "single", "pingpong");
  for (const Machine& machine : machines(options)) {
    for (const char* model : {"mlp:64x256x256x256x256", "gemm:512x512x512", "gemm:1000x300x700"}) {
      for (const bool shared : {false, true}) {
        SettingSource own{"engines", {{"dma.engines", shared ? "shared" : "split"}}};
        const auto with = [&](const char* buffering) {
          Config config = machine.config;
          config.machine.dma.shared = shared;
          config.schedule.buffering =
              buffering == std::string("single") ? Buffering::kSingle : Buffering::kPingPong;
          return run(model, config);
        };
        const Run single = with("single");
        const Run pingpong = with("pingpong");
        std::printf("%-18s %-26s %-7s %11.0f %11.0f %8.2f %8.1f %% %8.1f %%\n",
                    machine.name.c_str(), model, shared ? "shared" : "split", single.cycles(),
                    pingpong.cycles(), single.cycles() / pingpong.cycles(),
                    100 * single.share(Engine::kLoadDma, EngineState::kWaitSpace),
                    100 * pingpong.share(Engine::kLoadDma, EngineState::kWaitSpace));
      }
    }
  }
}

void table_of_stages(const Options& options) {
  std::printf("\ncompiler: ns per uOp\n%-22s %10s", "model", "uOps");
  bool titled = false;
  const std::vector<int> sizes =
      options.quick ? std::vector{448, 1024} : std::vector{448, 704, 1024, 1408, 2048};
  for (const int size : sizes) {
    const std::string edge = std::to_string(size);
    const Graph graph = std::get<Graph>(load_model("gemm:" + edge + "x" + edge + "x" + edge));
    const Config config = resolve_config(std::vector{options.settings});
    std::vector<std::vector<double>> stages;
    std::vector<double> total;
    double uops = 0;
    const int repeats = options.quick || size > 1024 ? 3 : 9;
    for (int i = 0; i < repeats; ++i) {
      const CompiledModel compiled = compile_model(graph, config);
      uops = static_cast<double>(*compiled.figures.uops);
      stages.resize(compiled.times.size());
      for (std::size_t stage = 0; stage < stages.size(); ++stage) {
        stages[stage].push_back(compiled.times[stage].seconds);
        if (!titled) {
          std::printf(" %9s", compiled.times[stage].stage.c_str());
        }
      }
      if (!titled) {
        std::printf(" %9s\n", "all");
        titled = true;
      }
      total.push_back(compiled.seconds());
    }
    std::printf("gemm:%-17s %10.0f", (edge + "x" + edge + "x" + edge).c_str(), uops);
    for (const std::vector<double>& stage : stages) {
      std::printf(" %9.1f", median(stage) * 1e9 / uops);
    }
    std::printf(" %9.1f\n", median(total) * 1e9 / uops);
  }
}

}  // namespace
}  // namespace tilewave

int main(int argc, char** argv) {
  using namespace tilewave;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  Options options;
  options.quick = std::erase(arguments, "--quick") > 0;
  options.settings = settings_of(arguments);
  table_of_models(options);
  table_of_srams(options);
  table_of_buffering(options);
  table_of_stages(options);
  return 0;
}
