// Speed of the tile kernels on the host: GFLOP/s of matmul, GB/s of the elementwise ones and of
// conversions, elements/s of vector kernels and transposition, which fraction of the core's measured fp32 FMA peak the
// AVX2 matmul reaches, and how many times as many operations as that the product of integers does.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
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

/// The same for products of 8-bit integers: what activations and weights usually are, with a zero
/// point of the former and one a column of the latter.
struct IntegerOperands {
  explicit IntegerOperands(std::uint32_t edge)
      : tile{edge, edge, edge},
        memory(new (AlignedDelete::kPage) float[tile.result().elements() / 4 * 6]),
        zeros(edge, 2) {
    auto* a = reinterpret_cast<std::uint8_t*>(memory.get());
    for (std::size_t i = 0; i < 2 * tile.result().elements(); ++i) {
      a[i] = static_cast<std::uint8_t>(i * 7);
    }
    factors = {.a = a,
               .b = a + tile.result().elements(),
               .a_type = ElementType::kU8,
               .b_type = ElementType::kI8,
               .a_zero = 128,
               .b_zeros = zeros.data()};
    c = reinterpret_cast<std::int32_t*>(a + 2 * tile.result().elements());
    std::fill_n(c, tile.result().elements(), 0);
  }

  void multiply(const Kernel& kernel) const {
    kernel.matmul_integer(c, factors, tile, false);
    benchmark::ClobberMemory();
  }
  double operations() const { return 2.0 * tile.m * tile.n * tile.k; }

  TileShape tile;
  std::unique_ptr<float[], AlignedDelete> memory;
  std::vector<std::int32_t> zeros;
  IntegerFactors factors;
  std::int32_t* c;
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

void bench_matmul_integer(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  const IntegerOperands operands(edge);
  for (auto _ : state) {
    operands.multiply(kernel);
  }
  state.counters["Gop/s"] = rate(operands.operations());
}

/// Both ways, of a tile of 64x64, from and to the first cache.
void bench_widen(benchmark::State& state, const Kernel& kernel, ElementType type) {
  constexpr std::size_t kCount = 4096;
  const std::vector<std::uint32_t> src(kCount, 0x3F803C00);  // of every type, something ordinary
  std::vector<float> dst(kCount);
  for (auto _ : state) {
    kernel.widen(dst.data(), src.data(), type, kCount);
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] =
      rate(static_cast<double>(kCount * (sizeof(float) + element_bytes(type))));
}

void bench_narrow(benchmark::State& state, const Kernel& kernel, ElementType type) {
  constexpr std::size_t kCount = 4096;
  const std::vector<float> src(kCount, 1.5F);
  std::vector<std::uint32_t> dst(kCount);
  for (auto _ : state) {
    kernel.narrow(dst.data(), src.data(), type, kCount);
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] =
      rate(static_cast<double>(kCount * (sizeof(float) + element_bytes(type))));
}

/// Of a tile of one edge, from and to the nearer caches.
void bench_transpose(benchmark::State& state, const Kernel& kernel, std::uint32_t edge,
                     ElementType type) {
  const TileExtent tile{edge, edge, type};
  const std::vector<std::uint32_t> src(tile.elements(), 1);
  std::vector<std::uint32_t> dst(tile.elements());
  for (auto _ : state) {
    kernel.transpose(dst.data(), src.data(), tile);
    benchmark::ClobberMemory();
  }
  state.counters["Gelements/s"] = rate(static_cast<double>(tile.elements()));
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
  const std::vector<const void*> tiles = {operands.a, operands.b};
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

double median(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Operations per second of `other` and of `base`, as often as they are measured: each returns how
/// many operations it did.
///
/// One iteration measures both right after each other, some 50 µs each, so that both see the same
/// clock frequency; `ratio` is the median of other / base over the quietest of the stretches of 32
/// iterations, the one that took least time. On a machine that is shared, neighbours in the same caches
/// slow whatever reads memory, but a loop in registers not at all: over all iterations the median, which
/// is `ratio`_of_all, may be of such times mostly. The rates are the best seen, perhaps at different
/// frequencies.
template <typename Base, typename Other>
void compare(benchmark::State& state, const std::string& base_rate, const Base& base,
             const std::string& other_rate, const Other& other, const std::string& ratio) {
  constexpr std::size_t kStretch = 32;
  double best_base = 0;
  double best_other = 0;
  std::vector<double> ratios;
  std::vector<double> seconds;
  for (auto _ : state) {
    double base_operations = 0;
    double other_operations = 0;
    const double base_seconds = measure([&] { base_operations = base(); });
    const double other_seconds = measure([&] { other_operations = other(); });
    const double base_speed = base_operations / base_seconds;
    const double other_speed = other_operations / other_seconds;
    best_base = std::max(best_base, base_speed);
    best_other = std::max(best_other, other_speed);
    ratios.push_back(other_speed / base_speed);
    seconds.push_back(base_seconds + other_seconds);
  }
  double least = std::numeric_limits<double>::infinity();
  std::span<double> quietest(ratios);
  for (std::size_t first = 0; first + kStretch <= ratios.size(); first += kStretch) {
    const auto stretch = std::span(seconds).subspan(first, kStretch);
    const double taken = std::accumulate(stretch.begin(), stretch.end(), 0.0);
    if (taken < least) {
      least = taken;
      quietest = std::span(ratios).subspan(first, kStretch);
    }
  }
  state.counters[base_rate] = best_base * 1e-9;
  state.counters[other_rate] = best_other * 1e-9;
  state.counters[ratio] = median(quietest);
  state.counters[ratio + "_of_all"] = median(ratios);
}

constexpr double kOperationsPerSample = 5e6;

/// A function that multiplies as often as makes a sample, for compare().
template <typename Tiles>
auto sample(const Kernel& kernel, const Tiles& operands, double operations) {
  const auto calls = static_cast<int>(std::max(1.0, kOperationsPerSample / operations));
  return [&kernel, &operands, calls, operations] {
    for (int call = 0; call < calls; ++call) {
      operands.multiply(kernel);
    }
    return calls * operations;
  };
}

void bench_fraction_of_peak(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  const Operands operands(edge);
  const auto rounds = static_cast<std::uint64_t>(kOperationsPerSample) / run_fma_peak(1);
  const auto peak = [rounds] { return static_cast<double>(run_fma_peak(rounds)); };
  compare(state, "peak GFLOP/s", peak, "GFLOP/s", sample(kernel, operands, operands.flops()),
          "fraction_of_peak");
}

void bench_integer_to_fp32(benchmark::State& state, const Kernel& kernel, std::uint32_t edge) {
  const Operands floats(edge);
  const IntegerOperands integers(edge);
  compare(state, "fp32 GFLOP/s", sample(kernel, floats, floats.flops()), "Gop/s",
          sample(kernel, integers, integers.operations()), "integer_to_fp32");
}

void bench_peak(benchmark::State& state) {
  constexpr std::uint64_t kRounds = 1000;
  double flops = 0;
  for (auto _ : state) {
    flops = static_cast<double>(run_fma_peak(kRounds));
  }
  state.counters["GFLOP/s"] = rate(flops);
}

constexpr std::uint32_t kEdges[] = {16, 32, 64, 128, 256};

void register_all() {
  std::vector<const Kernel*> kernels{&reference_kernel()};
  const Kernel& fastest = select_kernel(KernelKind::kAuto);
  const bool has_avx2 = &fastest != kernels.front();
  if (has_avx2) {
    kernels.push_back(&fastest);
  }
  for (const Kernel* kernel : kernels) {
    const std::string name = kernel->name;
    for (const std::uint32_t edge : kEdges) {
      const std::string suffix = "/" + name + "/" + std::to_string(edge);
      const auto add_benchmark = [&](const std::string& operation, auto function) {
        benchmark::RegisterBenchmark((operation + suffix).c_str(), function, *kernel, edge);
      };
      add_benchmark("matmul", bench_matmul);
      add_benchmark("matmul_integer", bench_matmul_integer);
      add_benchmark("add", bench_add);
      add_benchmark("relu", bench_relu);
    }
    for (std::size_t index = 0; index < kElementTypeCount; ++index) {
      const auto type = static_cast<ElementType>(index);
      const std::string suffix = "/" + name + "/" + std::string(to_string(type));
      benchmark::RegisterBenchmark(("widen" + suffix).c_str(), bench_widen, *kernel, type);
      benchmark::RegisterBenchmark(("narrow" + suffix).c_str(), bench_narrow, *kernel, type);
      for (const std::uint32_t edge : {32U, 256U}) {
        benchmark::RegisterBenchmark(("transpose" + suffix + "/" + std::to_string(edge)).c_str(),
                                     bench_transpose, *kernel, edge, type);
      }
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
    for (const std::uint32_t edge : kEdges) {
      const std::string suffix = "/" + std::to_string(edge);
      benchmark::RegisterBenchmark(("fraction_of_peak" + suffix).c_str(), bench_fraction_of_peak,
                                   fastest, edge);
      benchmark::RegisterBenchmark(("integer_to_fp32" + suffix).c_str(), bench_integer_to_fp32,
                                   fastest, edge);
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
