// The ends of the scale: with a memory that never limits, the closed forms of the array are left;
// with a core that takes no time, the memory is; and a starved resource is used to the last byte.
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

/// Every memory value at the end of its range, and SRAM for all tiles.
Settings ideal_memory() {
  return {{"sram.size", "4MiB"},
          {"sram.banks", "1024"},
          {"sram.ports", "16"},
          {"sram.port_bytes", "1KiB"},
          {"sram.interleave_bytes", "1KiB"},
          {"sram.latency", "0"},
          {"dma.setup", "0"},
          {"dma.burst_bytes", "4KiB"},
          {"dma.max_outstanding", "1024"},
          {"bus.bytes_per_cycle", "64KiB"},
          {"bus.latency", "0"},
          {"dram.latency", "0ns"},
          {"dram.bandwidth", "10000GB/s"},
          {"dram.channels", "64"},
          {"sequencer.queue_depth", "65536"}};
}

constexpr Cycle kTile = 32;

/// In tiles.
struct Gemm {
  Cycle m = 1;
  Cycle k = 1;
  Cycle n = 1;

  std::string model() const {
    return "gemm:" + std::to_string(m * kTile) + "x" + std::to_string(k * kTile) + "x" +
           std::to_string(n * kTile);
  }
  Cycle steps() const { return m * k * n; }
};

Cycle folds(Cycle a, Cycle b) { return ceil_div(kTile, a) * ceil_div(kTile, b); }

/// `cycles` may be this much above the core's busy cycles: the first two loads, in front of the
/// first step, and the last store, behind the last one.
constexpr Cycle kEnds = 16;

void expect_compute_bound(const std::string& model, const Settings& compute, Cycle busy) {
  SCOPED_TRACE(model + " " + to_arguments(compute));
  const RunResult result = timed(model, with(ideal_memory(), compute));
  const EngineResult& core = result.engine(Engine::kCompute);
  EXPECT_EQ(core.cycles[static_cast<std::size_t>(EngineState::kBusy)], busy);
  EXPECT_GE(result.cycles, busy);
  EXPECT_LE(result.cycles, busy + kEnds);
}

Settings array(Cycle h, Cycle w, const char* dataflow, const char* fill_overlap) {
  return {{"compute.rows", std::to_string(h)}, {"compute.cols", std::to_string(w)},
          {"compute.dataflow", dataflow},      {"compute.fill_overlap", fill_overlap},
          {"tile.m", std::to_string(kTile)},   {"tile.n", std::to_string(kTile)},
          {"tile.k", std::to_string(kTile)}};
}

constexpr std::array<std::pair<Cycle, Cycle>, 5> kArrays = {
    {{32, 32}, {8, 8}, {16, 32}, {5, 33}, {64, 128}}};
constexpr std::array<Gemm, 5> kGemms = {{{1, 1, 1}, {4, 4, 4}, {2, 8, 3}, {5, 1, 7}, {8, 2, 1}}};

TEST(Limits, IdealMemoryLeavesTheClosedFormOfEachOutputStationaryChain) {
  for (const auto& [h, w] : kArrays) {
    for (const Gemm& gemm : kGemms) {
      const Cycle chain = folds(h, w) * (h + w + gemm.k * kTile - 2);
      expect_compute_bound(gemm.model(), array(h, w, "os", "accumulation"),
                           gemm.m * gemm.n * chain);
      const Cycle drained = folds(h, w) * (h + w + gemm.k * kTile - 2 + h);
      expect_compute_bound(gemm.model(),
                           with(array(h, w, "os", "accumulation"), {{"compute.drain", "on"}}),
                           gemm.m * gemm.n * drained);
    }
  }
}

TEST(Limits, IdealMemoryLeavesEveryStepItsWholeDurationWithoutOverlap) {
  for (const auto& [h, w] : kArrays) {
    for (const Gemm& gemm : kGemms) {
      const Cycle os = folds(h, w) * (h + w + kTile - 2);
      const Cycle stationary = folds(h, w) * (2 * h + w + kTile - 2);
      expect_compute_bound(gemm.model(), array(h, w, "os", "none"), gemm.steps() * os);
      expect_compute_bound(gemm.model(), array(h, w, "ws", "none"), gemm.steps() * stationary);
      expect_compute_bound(gemm.model(), array(h, w, "is", "none"), gemm.steps() * stationary);
    }
  }
}

TEST(Limits, IdealMemoryLeavesOneIntervalPerStepAndOneFillWithFullOverlap) {
  for (const auto& [h, w] : kArrays) {
    for (const Gemm& gemm : kGemms) {
      const Cycle step = folds(h, w) * (h + w + kTile - 2);
      const Cycle interval = folds(h, w) * kTile;
      expect_compute_bound(gemm.model(), array(h, w, "os", "full"),
                           (gemm.steps() - 1) * interval + step);
    }
  }
}

TEST(Limits, IdealMemoryLeavesMacsAndLatencyOfSimd) {
  for (const Cycle macs : {1024, 1000, 77}) {
    for (const Gemm& gemm : kGemms) {
      const Cycle step = ceil_div(kTile * kTile * kTile, macs) + 9;
      expect_compute_bound(gemm.model(),
                           {{"compute.dataflow", "simd"},
                            {"compute.macs_per_cycle", std::to_string(macs)},
                            {"compute.latency", "9"}},
                           gemm.steps() * step);
    }
  }
}

/// A core that takes one cycle per step, fed by an SRAM that does not hold it up, and with room for
/// all tiles, so that no load waits for space: the schedule leaves only the DRAM to wait for.
Settings no_compute_time() {
  return {{"compute.dataflow", "simd"},
          {"compute.macs_per_cycle", "1048576"},
          {"compute.vector_lanes", "1024"},
          {"sram.size", "4MiB"},
          {"sram.banks", "64"},
          {"sram.ports", "16"},
          {"sram.port_bytes", "64B"},
          {"dma.max_outstanding", "64"},
          {"sequencer.queue_depth", "1024"}};
}

TEST(Limits, WithoutComputeTimeTheMemoryBoundIsLeft) {
  for (const char* model : {"gemm:256x256x256", "gemm:512x512x512", "mlp:512x512x512x512"}) {
    for (const Settings& memory :
         {Settings{}, Settings{{"dram.channels", "2"}}, Settings{{"dram.bandwidth", "12.8GB/s"}},
          Settings{{"dram.latency", "300ns"}}}) {
      SCOPED_TRACE(std::string(model) + " " + to_arguments(memory));
      const RunResult result = timed(model, with(no_compute_time(), memory));
      EXPECT_EQ(result.bounds.max(), result.bounds.dram);
      if (verbose()) {
        std::printf("%s %s: %.3f\n", model, to_arguments(memory).c_str(), result.efficiency());
      }
      EXPECT_GE(static_cast<double>(result.cycles) + 1, result.bounds.dram);
      EXPECT_LE(static_cast<double>(result.cycles), 1.02 * result.bounds.dram);
    }
  }
}

TEST(Limits, AStarvedDramMovesItsPeak) {
  for (const char* model : {"mlp:128x128x64x32x32", "gemm:256x256x256", kResidual}) {
    for (const char* layout : {"tiled", "row_major"}) {
      const RunResult result =
          timed(model, {{"dram.bandwidth", "500MB/s"}, {"dram.layout", layout}});
      const double share = result.bounds.dram / static_cast<double>(result.cycles);
      EXPECT_GE(share, 0.98) << model << " " << layout;
      EXPECT_LE(share, 1.0) << model << " " << layout;
    }
  }
}

Cycle cycles_in(const RunResult& result, Engine engine, EngineState state) {
  return result.engine(engine).cycles[static_cast<std::size_t>(state)];
}

TEST(Limits, AStarvedBusIsBusyWheneverThereIsALoadForIt) {
  // Output tile after output tile, so that stores go beside loads.
  const Settings starved = {{"bus.bytes_per_cycle", "1B"},
                            {"sram.size", "4MiB"},
                            {"schedule.loop_order", "mnk"},
                            {"schedule.lookahead", "0"}};
  for (const char* depth : {"16", "1024"}) {
    const RunResult bus =
        timed("gemm:512x512x512", with(starved, {{"sequencer.queue_depth", depth}}));
    EXPECT_EQ(bus.bounds.max(), bus.bounds.bus);
    const auto of_load = [&](EngineState state) { return cycles_in(bus, Engine::kLoadDma, state); };
    EXPECT_EQ(static_cast<double>(of_load(EngineState::kBusy)), bus.bounds.bus);
    // Behind the last load comes the last row of tiles: 16 steps per chain, 16 stores of 4096.
    EXPECT_LE(of_load(EngineState::kDrained), 16 * 4096 + 512);
    // In front of the first beats, and where an op came late: setup, latencies.
    const Cycle other = bus.cycles - of_load(EngineState::kBusy) - of_load(EngineState::kDrained);
    EXPECT_LE(other - of_load(EngineState::kWaitQueue), 2000U);
    if (depth == std::string("1024")) {
      EXPECT_EQ(of_load(EngineState::kWaitQueue), 0U);
      EXPECT_LE(other, 128U);
    } else {  // a row of tiles has 256 steps, and the sequencer stops at 16 of them
      EXPECT_GT(of_load(EngineState::kWaitQueue), 100'000U);
    }
  }
  // With little to store behind the last load, the bound itself is left.
  const RunResult narrow =
      timed("gemm:512x2048x64", with(starved, {{"sequencer.queue_depth", "1024"}}));
  EXPECT_GE(narrow.efficiency(), 0.998);
}

TEST(Limits, AStarvedSramMovesItsPeak) {
  const RunResult sram = timed(
      "gemm:256x256x256", {{"sram.banks", "1"}, {"sram.port_bytes", "4B"}, {"sram.size", "4MiB"}});
  EXPECT_GE(sram.efficiency(), 0.98);
  EXPECT_EQ(sram.bounds.max(), sram.bounds.sram);
}

TEST(Limits, NoSlotOfAStarvedSramIsGivenOutTwice) {
  // A stream that began in the middle of a reservation once took slots that were over already, and
  // the run ended with "sram moved more than its peak allows".
  const RunResult result = timed("gemm:155x163x163", {{"compute.dataflow", "simd"},
                                                      {"compute.macs_per_cycle", "281"},
                                                      {"sram.port_bytes", "1B"},
                                                      {"sram.interleave_bytes", "128B"},
                                                      {"clock.period", "943ps"},
                                                      {"dram.latency", "50892ps"},
                                                      {"dma.burst_bytes", "256B"},
                                                      {"bus.latency", "1"},
                                                      {"schedule.eviction", "lru"},
                                                      {"tile.edges", "padded"}});
  EXPECT_GE(static_cast<double>(result.cycles), result.bounds.sram);
  EXPECT_LE(static_cast<double>(result.cycles), 1.02 * result.bounds.sram);
}

}  // namespace
}  // namespace tilewave::trust
