// What a page shows of a run adds up to the run's result, on machines of every kind, whether every
// op is kept or only sums are.
#include "sim/pages/run_recorder.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/sim/pages/recorded_page.h"

namespace tilewave {
namespace {

using test::RecordedPage;

std::uint64_t sum(const TimeBins& bins) {
  return std::accumulate(bins.bins().begin(), bins.bins().end(), std::uint64_t{0});
}

/// Sums over layers and over time equal the engines' own states.
void expect_states(const RecordedPage& run) {
  for (const Engine unit : run.result.units.all()) {
    const std::size_t engine = index_of(unit);
    for (std::size_t state = 0; state < kEngineStateCount; ++state) {
      Cycle by_layer = 0;
      for (const LayerFigures& layer : run.recorder.account().figures()) {
        by_layer += layer.cycles[engine][state];
      }
      const Cycle expected = run.result.engines[engine].cycles[state];
      EXPECT_EQ(by_layer, expected) << engine << " " << state;
      EXPECT_EQ(
          sum(run.recorder.state(static_cast<Engine>(engine), static_cast<EngineState>(state))),
          expected);
    }
  }
}

/// After its last op an engine is drained, or a shared one works for the other kind.
void expect_rest(const RecordedPage& run) {
  for (const auto& engine : run.recorder.account().figures().back().cycles) {
    for (std::size_t i = 0; i < kEngineStateCount; ++i) {
      const auto state = static_cast<EngineState>(i);
      if (state != EngineState::kDrained &&
          !(run.config.machine.dma.shared && state == EngineState::kWaitQueue)) {
        EXPECT_EQ(engine[i], 0U) << to_string(state);
      }
    }
  }
}

void expect_traffic(const RecordedPage& run) {
  EXPECT_EQ(sum(run.recorder.dram_reads()), run.result.dram.read_bytes);
  EXPECT_EQ(sum(run.recorder.dram_writes()), run.result.dram.write_bytes);
}

/// No two tiles share a byte at a time, and all lie inside the SRAM.
void expect_tiles(const RecordedPage& run) {
  std::vector<TileLife> tiles = run.recorder.detail()->tiles;
  std::uint64_t byte_cycles = 0;
  for (const TileLife& tile : tiles) {
    EXPECT_LT(tile.from, tile.to);
    EXPECT_LE(tile.to, run.result.cycles);
    EXPECT_LE(tile.address + tile.bytes, run.compiled.program.sram_bytes);
    const Op& op = run.compiled.program.ops[tile.tile];  // the page takes both from there
    EXPECT_EQ(tile.address, op.dst);
    EXPECT_EQ(tile.bytes, run.compiled.program.tensors[op.region].tile_at(op.row, op.col).bytes());
    EXPECT_EQ(tile.from, run.recorder.detail()->ops[tile.tile].start);
    byte_cycles += tile.bytes * (tile.to - tile.from);
  }
  EXPECT_EQ(sum(run.recorder.live_bytes()), byte_cycles);
  EXPECT_GT(run.recorder.peak_live_bytes(), 0U);
  EXPECT_LE(run.recorder.peak_live_bytes(), run.config.machine.sram.size_bytes);
  std::ranges::sort(tiles, {}, &TileLife::from);
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    for (std::size_t j = i + 1; j < tiles.size() && tiles[j].from < tiles[i].to; ++j) {
      EXPECT_TRUE(tiles[i].address + tiles[i].bytes <= tiles[j].address ||
                  tiles[j].address + tiles[j].bytes <= tiles[i].address)
          << "ops " << tiles[i].tile << " and " << tiles[j].tile;
    }
  }
}

void expect_detail(const RecordedPage& run) {
  const RunDetail& detail = *run.recorder.detail();
  for (const Engine unit : run.result.units.all()) {
    const std::size_t engine = index_of(unit);
    std::array<Cycle, kEngineStateCount> cycles{};
    for (const StateStretch& stretch : detail.states[engine]) {
      cycles[static_cast<std::size_t>(stretch.state)] += stretch.cycles;
    }
    EXPECT_EQ(cycles, run.result.engines[engine].cycles);
  }
  // The banked DRAM writes on for a little.
  const Cycle last = std::ranges::max_element(detail.ops, {}, &OpTimes::complete)->complete;
  EXPECT_LE(last, run.result.cycles);
  EXPECT_LT(run.result.cycles, last + 1000);
  expect_tiles(run);
}

TEST(RunRecorder, AddsUpToTheResultOnMachinesOfEveryKind) {
  const std::vector<trust::Settings> machines = {
      {},
      {{"sram.size", "16KiB"}},
      {{"dma.engines", "shared"}, {"sram.size", "16KiB"}},
      {{"sequencer.overlap", "off"}},
      {{"dram.model", "banked"}, {"dram.layout", "row_major"}},
      {{"dram.channels", "4"}, {"clock.period", "833ps"}, {"dma.burst_bytes", "64B"}},
      {{"compute.dataflow", "simd"}, {"tile.m", "8"}, {"tile.n", "16"}, {"tile.k", "16"}},
  };
  for (const trust::Settings& machine : machines) {
    for (const char* model : {"mlp:100x70x64x32", "gemm:96x64x160", trust::kResidual}) {
      SCOPED_TRACE(trust::to_arguments(machine) + " " + model);
      const RecordedPage run(model, machine);
      expect_states(run);
      expect_rest(run);
      expect_traffic(run);
      ASSERT_TRUE(run.recorder.detail());
      expect_detail(run);
    }
  }
}

TEST(RunRecorder, ChangesNothing) {
  const RecordedPage run("mlp:100x70x64x32");
  const RunResult plain = trust::timed(run.compiled, run.config.machine);
  test::expect_same_result(run.result, plain);
}

TEST(RunRecorder, KeepsOnlySumsOfALongRun) {
  const RecordedPage run("gemm:96x64x160", {}, 10);
  EXPECT_FALSE(run.recorder.detail());
  expect_states(run);
  expect_traffic(run);
}

/// 2 GB/s at 1 ns are 2 bytes a cycle: no bin holds more.
TEST(RunRecorder, TheDramNeverExceedsItsPeak) {
  const RecordedPage run("gemm:96x64x160", {{"dram.bandwidth", "2GB/s"}});
  const auto& reads = run.recorder.dram_reads();
  const auto& writes = run.recorder.dram_writes();
  for (std::size_t i = 0; i < reads.bins().size(); ++i) {
    EXPECT_LE(reads.bins()[i] + writes.bins()[i], 2 * reads.width());
  }
}

}  // namespace
}  // namespace tilewave
