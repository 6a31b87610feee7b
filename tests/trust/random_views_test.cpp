// Random networks of slices and concats, compiled for SRAMs from three tiles on under every policy and run in both
// DRAM layouts: outputs against the network computed plainly, and against the reference by the graph.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "sim/verify/reference.h"
#include "tests/support/networks.h"
#include "tests/support/plain_network.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

constexpr std::uint32_t kTile = 8;
constexpr std::uint64_t kTileBytes = 4ULL * kTile * kTile;

Graph network(std::uint32_t seed) {
  std::mt19937 random(seed);
  return test::random_network(random, 40, test::Operators::kViews);
}

ScheduleOptions options_of(std::uint32_t seed) {
  ScheduleOptions options;
  options.sram_bytes = (4 + seed % 29) * kTileBytes;
  options.eviction = seed % 3 == 0 ? Eviction::kLru : Eviction::kBelady;
  options.buffering = seed % 5 == 0 ? Buffering::kSingle : Buffering::kPingPong;
  options.forwarding = seed % 4 != 1;
  options.store_delay = seed % 7 == 0 ? 5 : 0;
  return options;
}

MachineConfig machine_of(std::uint32_t seed, std::uint64_t sram_bytes) {
  MachineConfig machine;
  machine.sram.size_bytes = sram_bytes;
  machine.dram.layout = seed % 2 == 0 ? DramLayout::kRowMajor : DramLayout::kTiled;
  machine.dma.burst_bytes = seed % 3 == 0 ? 64 : 256;
  return machine;
}

TEST(RandomViews, AreRightOnEveryMachine) {
  std::uint64_t windows = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    const Graph graph = network(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + to_text(graph));
    const ScheduleOptions options = options_of(seed);
    const test::Compiled compiled = test::compile(graph, options, Tiling(kTile, kTile, kTile));
    windows += compiled.program.windows.size();
    const test::Values sources = test::random_sources(graph.tensors(), seed);
    MachineConfig machine = machine_of(seed, options.sram_bytes);
    const test::Outcome outcome = test::run(compiled.program, machine, sources);
    ASSERT_NO_FATAL_FAILURE(test::expect_computed(graph, sources, outcome.outputs));
    machine.sequencer.overlap = false;
    const test::Outcome apart = test::run(compiled.program, machine, sources);
    ASSERT_EQ(apart.outputs, outcome.outputs);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(windows, 400U);
}

/// Of the bits that are asked for alone, too.
TEST(RandomViews, AreTheSameByTheGraph) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const Graph graph = network(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + to_text(graph));
    const test::Values values = test::random_sources(graph.tensors(), seed);
    TensorValues sources;
    for (const auto& [name, numbers] : values) {
      FloatArray& array = sources[name];
      array = FloatArray(numbers.size(), ElementType::kF32);
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        array.set(i, numbers[i]);
      }
    }
    std::vector<WantedTiles> wanted;
    for (const Tensor& tensor : graph.tensors()) {
      if (tensor.role == TensorRole::kOutput) {
        wanted.push_back({tensor.name, {4, 4}, {{0, 0}}});
      }
    }
    const TensorValues found = evaluate_graph(graph, sources, wanted, nullptr);
    const auto expected = test::compute_plainly(graph, values);
    double largest = 1;  // of all that differences are taken of
    for (const std::vector<double>& tensor : expected) {
      for (const double value : tensor) {
        largest = std::isfinite(value) ? std::max(largest, std::abs(value)) : largest;
      }
    }
    for (const WantedTiles& tiles : wanted) {
      const TensorId id = *graph.find(tiles.tensor);
      const Shape& shape = graph.tensor(id).shape;
      for (std::uint64_t row = 0; row < std::min<std::uint64_t>(4, shape.rows); ++row) {
        for (std::uint64_t col = 0; col < std::min<std::uint64_t>(4, shape.cols); ++col) {
          const double want = expected[id][row * shape.cols + col];
          const double got = found.at(tiles.tensor).number(row * shape.cols + col);
          ASSERT_TRUE(std::abs(got - want) <= 1e-5 * largest || !std::isfinite(want))
              << got << ", not " << want;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tilewave::trust
