// How fast the simulator is, against the tile kernels it executes: both sides measured by turns in
// one run, so that a noisy machine slows them alike. Prints tables; asserts nothing.
//
//   simulation_benchmark [--quick] [--section.key=value]...
#include <cstdio>
#include <string>
#include <vector>

#include "bench/bare_kernels.h"
#include "bench/benchmark_setup.h"
#include "models/dram/image.h"
#include "platform/platform.h"
#include "sim/model/model_source.h"
#include "sim/run/compile.h"

namespace tilewave {
namespace {

void measure_simulation(const std::string& model, const Config& config, int repeats) {
  const CompiledModel compiled = compile_model(std::get<Graph>(load_model(model)), config);
  const Program& program = compiled.program;
  const Kernel& kernel = select_kernel(KernelKind::kAuto);
  DramImage image(program, config.machine.dram.layout);
  std::vector<std::byte> sram(program.sram_bytes);
  std::vector<double> kernels, functional, timing, ratio;
  RunResult result;
  for (int i = 0; i < repeats; ++i) {
    kernels.push_back(bare_kernel_seconds(program, kernel, sram));
    result = run_program(program, compiled.hazards, config.machine, {&kernel, image.bytes(), {}});
    functional.push_back(result.host_seconds);
    timing.push_back(
        run_program(program, compiled.hazards, config.machine, {nullptr, {}, {}}).host_seconds);
    ratio.push_back(functional.back() / kernels.back());
  }
  const double bursts = static_cast<double>(result.dram.read_bytes + result.dram.write_bytes) / 128;
  const auto row = [&](const char* mode, double wall) {
    std::printf("%-26s %-11s %9.2f %9.2f %9.2f %9.2f %8.2f\n", model.c_str(), mode,
                static_cast<double>(result.cycles) / wall * 1e-6,
                static_cast<double>(*compiled.figures.uops) / wall * 1e-6, bursts / wall * 1e-6,
                wall / static_cast<double>(result.steps()) * 1e6, wall / median(kernels));
  };
  row("kernels", median(kernels));
  row("functional", median(functional));
  row("timing-only", median(timing));
  std::printf("%-26s simulation over bare kernels, median of pairs: %.2f; compile %.1f %% of it\n",
              model.c_str(), median(ratio), 100 * compiled.seconds() / median(functional));
}

void measure_compiler(const std::string& model, const Config& config, int repeats) {
  const Graph graph = std::get<Graph>(load_model(model));
  std::vector<double> wall;
  std::uint64_t uops = 0;
  for (int i = 0; i < repeats; ++i) {
    const CompiledModel compiled = compile_model(graph, config);
    wall.push_back(compiled.seconds());
    uops = *compiled.figures.uops;
  }
  std::printf("%-26s %10llu uOps %9.2f ms %8.1f ns/uOp\n", model.c_str(),
              static_cast<unsigned long long>(uops), median(wall) * 1e3,
              median(wall) * 1e9 / static_cast<double>(uops));
}

}  // namespace
}  // namespace tilewave

int main(int argc, char** argv) {
  using namespace tilewave;
  std::vector<std::string> settings(argv + 1, argv + argc);
  const bool quick = std::erase(settings, "--quick") > 0;
  const Config config = resolve_config(std::vector{settings_of(settings)});
  std::printf("%-26s %-11s %9s %9s %9s %9s %8s\n", "model", "mode", "Mcycles/s", "MuOps/s",
              "M128B/s", "us/step", "/kernel");
  measure_simulation("mlp:128x128x64x32x32", config, quick ? 21 : 201);
  measure_simulation("gemm:512x512x512", config, quick ? 3 : 11);
  measure_simulation("gemm:1024x1024x1024", config, quick ? 1 : 5);
  if (!quick) {
    measure_simulation("gemm:2048x2048x2048", config, 1);
  }
  std::printf("\ncompiler, all stages with their verifiers\n");
  measure_compiler("mlp:64x256x256x256x256", config, quick ? 3 : 11);
  measure_compiler("mlp:256x512x512x512x512", config, quick ? 3 : 11);
  measure_compiler("mlp:1024x1024x1024x1024x1024", config, quick ? 1 : 5);
  return 0;
}
