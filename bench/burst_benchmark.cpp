// What a DMA burst costs the host, as interleave, banks and bursts become small: whole runs with values
// against the tile kernels that they execute, by turns, so that a noisy machine slows both alike; the
// fastest of several. Prints tables; asserts nothing.
//
//   burst_benchmark [--quick] [--section.key=value]...
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench/bare_kernels.h"
#include "bench/benchmark_setup.h"
#include "models/dram/image.h"
#include "platform/platform.h"
#include "sim/config/reader.h"
#include "sim/model/model_source.h"
#include "sim/run/compile.h"

namespace tilewave {
namespace {

/// A machine that is measured: what the file says, these settings, then the user's.
struct Machine {
  SettingSource file;
  SettingSource own;
  SettingSource user;

  Machine with(const char* key, const std::string& value) const {
    Machine other = *this;
    other.own.settings.push_back({key, value, 0});
    return other;
  }
  Config config() const { return resolve_config(std::vector{file, own, user}); }
};

struct Cost {
  double kernels = 0;     ///< seconds of the bare kernels
  double functional = 0;  ///< of a run with values
  double timing = 0;      ///< of one without
  std::uint64_t bursts = 0;
};

Cost measure(const std::string& model, const Config& config, int repeats) {
  const CompiledModel compiled = compile_model(std::get<Graph>(load_model(model)), config);
  const Program& program = compiled.program;
  const Kernel& kernel = select_kernel(KernelKind::kAuto);
  DramImage image(program, config.machine.dram.layout);
  std::vector<std::byte> sram(program.sram_bytes);
  std::vector<double> kernels, functional, timing;
  Cost cost;
  for (int i = 0; i < repeats; ++i) {
    kernels.push_back(bare_kernel_seconds(program, kernel, sram));
    const RunResult result =
        run_program(program, compiled.hazards, config.machine, {&kernel, image.bytes(), {}});
    functional.push_back(result.host_seconds);
    timing.push_back(
        run_program(program, compiled.hazards, config.machine, {nullptr, {}, {}}).host_seconds);
    cost.bursts = 0;
    for (const Engine engine : result.units.all()) {
      cost.bursts += result.engine(engine).counted.bursts;
    }
  }
  cost.kernels = std::ranges::min(kernels);
  cost.functional = std::ranges::min(functional);
  cost.timing = std::ranges::min(timing);
  return cost;
}

void print_row(const std::string& what, const Cost& cost) {
  const auto bursts = static_cast<double>(cost.bursts);
  std::printf("%-34s %9.0f %9.2f %9.2f %8.2f %9.0f %9.0f\n", what.c_str(), bursts,
              cost.kernels * 1e3, cost.functional * 1e3, cost.functional / cost.kernels,
              (cost.functional - cost.kernels) / bursts * 1e9, cost.timing / bursts * 1e9);
}

void print_head(const std::string& title) {
  std::printf("\n%s\n%-34s %9s %9s %9s %8s %9s %9s\n", title.c_str(), "", "bursts", "kernels",
              "run [ms]", "/kernels", "ns/burst", "timing");
}

/// Each key on its own through its values, the others as the machine has them.
void draw_curves(const std::string& title, const std::string& model, const Machine& machine,
                 int repeats) {
  print_head(title + ", " + model);
  print_row("as it is", measure(model, machine.config(), repeats));
  const struct {
    const char* key;
    std::vector<const char*> values;
  } curves[] = {
      {"sram.interleave_bytes", {"32", "64", "128", "256", "1024"}},
      {"sram.banks", {"1", "4", "16", "64", "256", "1024"}},
      {"dma.burst_bytes", {"16", "64", "256", "1024", "4096"}},
  };
  for (const auto& curve : curves) {
    for (const std::string value : curve.values) {
      print_row(std::string(curve.key) + " = " + value,
                measure(model, machine.with(curve.key, value).config(), repeats));
    }
  }
}

}  // namespace
}  // namespace tilewave

int main(int argc, char** argv) {
  using namespace tilewave;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool quick = std::erase(arguments, "--quick") > 0;
  const int repeats = quick ? 2 : 7;
  const SettingSource user = settings_of(arguments);
  const std::string configs = TILEWAVE_SOURCE_DIR "/configs/";
  const Machine plain{{"default", {}}, {"benchmark", {}}, user};
  const Machine many{read_config_file(configs + "onnxim-32x32.ini"), {"benchmark", {}}, user};
  draw_curves("the default machine", "gemm:512x512x512", plain, repeats);
  draw_curves("32 banks, 1024 bursts in flight (onnxim-32x32.ini)", "gemm:512x512x512", many,
              repeats);

  print_head("tiles of 256 in bursts of 16 bytes");
  for (auto [name, machine] :
       {std::pair{"the default machine", plain}, std::pair{"onnxim-32x32.ini", many}}) {
    for (const char* const key : {"tile.m", "tile.n", "tile.k"}) {
      machine = machine.with(key, "256");
    }
    machine = machine.with("sram.size", "4MiB").with("dma.burst_bytes", "16");
    print_row(name, measure("gemm:512x512x512", machine.config(), repeats));
  }
  return 0;
}
