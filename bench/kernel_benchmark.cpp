// Speed of the tile kernels on the host: GFLOP/s of matmul, GB/s of the elementwise ones,
// elements/s of vector kernels, and which fraction of the core's measured fp32 FMA peak the AVX2
// matmul reaches.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/fma_peak.h"
#include "models/compute/kernel.h"
#include "models/compute/run_vector_kernel.h"

namespace tilewave {
namespace {

struct AlignedDelete {
  void operator()(float* values) const { operator delete[](values, kPage); }
  static constexpr std::align_val_t kPage{4096};
};

/// The tiles of c += a·b, cubes of one edge, one after the other from a page boundary on: the way
/// they lie in the simulated SRAM, 4 KiB aliasing included.
struct Operands {
  explicit Operands(std::uint32_t edge)
      : tile{edge, edge, edge},
        memory(new (AlignedDelete::kPage) float[3 * tile.result().elements()]),
        a(memory.get()),
        b(a + tile.result().elements()),
        c(b + tile.result().elements()) {
    for (std::size_t i = 0; i < 3 * tile.result().elements(); ++i) {
      a[i] = static_cast<float>(i % 7) * 1e-3F - 3e-3F;  // small enough to never overflow a sum
    }
  }

  void multiply(const Kernel& kernel) const {
    kernel.matmul(c, a, b, tile, false);
    benchmark::ClobberMemory();
  }
  double flops() const { return 2.0 * tile.m * tile.n * tile.k; }

  TileShape tile;
  std::unique_ptr<float[], AlignedDelete> memory;
  float* a;
  float* b;
  float* c;
};

benchmark::Counter rate(double amount_per_iteration) {
  return {amount_per_iteration * 1e-9, benchmark::Counter::kIsIterationInvariantRate};
}

void bench_matmul(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  const Operands operands(edge);
  for (auto _ : state) {
    operands.multiply(kernel);
  }
  state.counters["GFLOP/s"] = rate(operands.flops());
}

void bench_add(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  const Operands operands(edge);
  const std::size_t count = operands.tile.result().elements();
  for (auto _ : state) {
    kernel.add(operands.c, operands.a, operands.b, count);
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] = rate(3.0 * sizeof(float) * static_cast<double>(count));
}

void bench_relu(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  const Operands operands(edge);
  const std::size_t count = operands.tile.result().elements();
  for (auto _ : state) {
    kernel.relu(operands.c, operands.a, count);
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] = rate(2.0 * sizeof(float) * static_cast<double>(count));
}

/// A vector kernel, prepared once, on tiles that are apart.
void bench_vector(benchmark::State& state, const Kernel& kernel, std::uint32_t edge,
                  const char* text) {
  const Operands operands(edge);
  const VectorKernel vector = parse_vector_kernel(text);
  PreparedVectorKernel prepared(kernel, vector);
  const std::vector<const float*> tiles = {operands.a, operands.b};
  const TileExtent extent = operands.tile.result();
  for (auto _ : state) {
    prepared.run(extent, std::span(tiles).first(vector.operands.size()), operands.c);
    benchmark::ClobberMemory();
  }
  state.counters["Gelements/s"] = rate(static_cast<double>(extent.elements()));
}

/// Seconds that `work` takes.
template <typename Work>
double measure(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One iteration measures the peak and the kernel right after each other, some 50 µs each, so that
/// both see the same clock frequency; `fraction_of_peak` is the median of their ratios. The rates
/// are the best seen, perhaps at different frequencies.
void bench_fraction_of_peak(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  constexpr double kFlopsPerSample = 5e6;
  const Operands operands(edge);
  const auto calls = static_cast<int>(std::max(1.0, kFlopsPerSample / operands.flops()));
  const auto rounds = static_cast<std::uint64_t>(kFlopsPerSample) / run_fma_peak(1);
  double best_peak = 0;
  double best_kernel = 0;
  std::vector<double> fractions;
  for (auto _ : state) {
    std::uint64_t peak_flops = 0;
    const double peak_seconds = measure([&] { peak_flops = run_fma_peak(rounds); });
    const double kernel_seconds = measure([&] {
      for (int call = 0; call < calls; ++call) {
        operands.multiply(kernel);
      }
    });
    const double peak = static_cast<double>(peak_flops) / peak_seconds;
    const double reached = calls * operands.flops() / kernel_seconds;
    best_peak = std::max(best_peak, peak);
    best_kernel = std::max(best_kernel, reached);
    fractions.push_back(reached / peak);
  }
  std::nth_element(fractions.begin(), fractions.begin() + fractions.size() / 2, fractions.end());
  state.counters["peak GFLOP/s"] = best_peak * 1e-9;
  state.counters["GFLOP/s"] = best_kernel * 1e-9;
  state.counters["fraction_of_peak"] = fractions[fractions.size() / 2];
}

void bench_peak(benchmark::State& state) {
  constexpr std::uint64_t kRounds = 1000;
  double flops = 0;
  for (auto _ : state) {
    flops = static_cast<double>(run_fma_peak(kRounds));
  }
  state.counters["GFLOP/s"] = rate(flops);
}

void register_all() {
  std::vector<const Kernel*> kernels{&reference_kernel()};
  const Kernel& fastest = select_kernel(KernelKind::kAuto);
  const bool has_avx2 = &fastest != kernels.front();
  if (has_avx2) {
    kernels.push_back(&fastest);
  }
  for (const Kernel* kernel : kernels) {
    const std::string name = kernel->name;
    for (const std::uint32_t edge : {32U, 64U, 128U, 256U}) {
      const std::string suffix = "/" + name + "/" + std::to_string(edge);
      const auto add_benchmark = [&](const std::string& operation, auto function) {
        benchmark::RegisterBenchmark((operation + suffix).c_str(), function, *kernel, edge);
      };
      add_benchmark("matmul", bench_matmul);
      add_benchmark("add", bench_add);
      add_benchmark("relu", bench_relu);
    }
    for (const char* text :
         {"tile | relu x0", "tile tile | add x0 x1", "tile row | add x0 x1",
          "tile column | sub x0 x1", "tile value | mul x0 x1", "tile | mul x0 0.5; add t0 1",
          "tile tile | div x0 x1", "tile | exp x0", "tile | sigmoid x0", "tile | tanh x0",
          "tile | gelu x0", "tile | gelutanh x0"}) {
      benchmark::RegisterBenchmark(("vector/" + name + "/32/" + text).c_str(), bench_vector,
                                   *kernel, 32U, text);
    }
  }
  if (has_avx2) {
    benchmark::RegisterBenchmark("fma_peak", bench_peak);
    for (const std::uint32_t edge : {32U, 64U, 128U, 256U}) {
      benchmark::RegisterBenchmark(("fraction_of_peak/" + std::to_string(edge)).c_str(),
                                   bench_fraction_of_peak, fastest, edge);
    }
  }
}

}  // namespace
}  // namespace tilewave

int main(int argc, char** argv) {
  tilewave::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
