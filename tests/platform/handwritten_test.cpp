// Programs that no scheduler of ours would write, and that are legal all the same.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using test::Outcome;
using test::Values;

std::string hex_tile(std::uint32_t index) { return std::to_string(index * 256); }

Program program_of(const std::string& tensors, const std::string& ops) {
  return parse_program_text("tilewave-program 3\ntile 8 8 8\nsram 0x4000\n" + tensors +
                                "kernel 0 tile tile | add x0 x1\n"
                                "kernel 1 tile row | add x0 x1\n"
                                "kernel 2 tile | relu x0\n"
                                "kernel 3 tile tile | add x0 x1; relu t0\n"
                                "kernel 4 tile row | add x0 x1; relu t0\n"
                                "ops\n" +
                                ops,
                            "handwritten");
}

/// Split and shared DMA, each with overlap on and off.
std::vector<MachineConfig> machines() {
  std::vector<MachineConfig> configs;
  for (const bool shared : {false, true}) {
    for (const bool overlap : {true, false}) {
      MachineConfig config;
      config.dma.shared = shared;
      config.sequencer.overlap = overlap;
      configs.push_back(config);
    }
  }
  return configs;
}

TEST(Handwritten, AStoreOfALoadedTileCopiesIt) {
  const Program program = program_of(
      "tensor x input 13x8 tile 8x8 dram 0\ntensor y output 13x8 tile 8x8 dram 0x1000\n"
      "tensor z output 13x8 tile 8x8 dram 0x2000\n",
      "load x[0,0] -> 0\nload x[1,0] -> 0x100\nstore y[0,0] <- 0\nstore y[1,0] <- 0x100\n"
      "store z[0,0] <- 0 relu\nstore z[1,0] <- 0x100\n");
  const Values sources = test::random_sources(program.tensors, 1);
  for (const MachineConfig& config : machines()) {
    const Outcome outcome = test::run(program, config, sources);
    EXPECT_EQ(outcome.outputs.at("y"), sources.at("x"));
    for (std::size_t i = 0; i < 13 * 8; ++i) {
      const float value = sources.at("x")[i];
      EXPECT_EQ(outcome.outputs.at("z")[i], i < 64 && value < 0 ? 0 : value);
    }
  }
}

TEST(Handwritten, ACopiedTileTakesTheTimesOfItsTwoBursts) {
  // docs/timing-model.md, DMA. Load: setup 16, bus 4, DRAM 60, pins 10, bus 4, beats 4, SRAM 2 + 2
  // = 102. Store: setup 16, SRAM 2 + 2, beats 4, bus 4, DRAM 60, pins 10, bus 4 = 102. Refresh
  // makes the pins' 10 ns longer, and each burst is handed over at the next clock edge.
  const Program program = program_of(
      "tensor x input 8x8 tile 8x8 dram 0\n"
      "tensor y output 8x8 tile 8x8 dram 0x1000\n",
      "load x[0,0] -> 0\nstore y[0,0] <- 0\n");
  const struct {
    std::uint32_t permille;
    Cycle cycles;
  } table[] = {{0, 204},     // 2 · 102
               {36, 206},    // 10.37 ns: 2 · (102 + 1)
               {200, 210},   // 12.5 ns: 2 · (102 + 3)
               {500, 224}};  // 20 ns: 2 · (102 + 10)
  for (const auto& row : table) {
    MachineConfig config;
    config.dram.layout = DramLayout::kTiled;
    config.dram.refresh_permille = row.permille;
    EXPECT_EQ(test::run_timing_only(program, config).cycles, row.cycles) << row.permille;
  }
}

TEST(Handwritten, ThirtyTwoExecutesBeforeTheFirstStore) {
  // More results in flight than any queue is deep.
  std::string ops = "load x[0,0] -> 0\n";
  for (std::uint32_t i = 0; i < 32; ++i) {
    ops += "vector y[0," + std::to_string(i) + "] kernel=2 a=0 -> " + hex_tile(i + 1) + "\n";
  }
  for (std::uint32_t i = 0; i < 32; ++i) {
    ops += "store y[0," + std::to_string(i) + "] <- " + hex_tile(i + 1) + "\n";
  }
  const Program program = program_of(
      "tensor x input 8x8 tile 8x8 dram 0\ntensor y output 8x256 tile 8x8 dram 0x1000\n", ops);
  const Values sources = test::random_sources(program.tensors, 2);
  for (MachineConfig config : machines()) {
    for (const std::uint32_t depth : {1U, 16U}) {
      config.sequencer.queue_depth = depth;
      const Outcome outcome = test::run(program, config, sources);
      const std::vector<float>& y = outcome.outputs.at("y");
      for (std::size_t i = 0; i < y.size(); ++i) {
        const float x = sources.at("x")[i / 256 * 8 + i % 8];
        ASSERT_EQ(y[i], x < 0 ? 0 : x);
      }
    }
  }
}

TEST(Handwritten, ALoadOverAnOperandWaitsForItsReader) {
  // Each load lands where the step before it reads.
  std::string ops;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const std::string column = std::to_string(i);
    ops += "load x[0," + column + "] -> 0\nvector y[0," + column + "] kernel=0 a=0 b=0 -> " +
           hex_tile(1 + i % 2) + "\nstore y[0," + column + "] <- " + hex_tile(1 + i % 2) + "\n";
  }
  const Program program = program_of(
      "tensor x input 8x320 tile 8x8 dram 0\ntensor y output 8x320 tile 8x8 dram 0x8000\n", ops);
  const Values sources = test::random_sources(program.tensors, 3);
  for (MachineConfig config : machines()) {
    config.compute.vector_lanes = 1;  // 64 cycles a step: a load could be done before it
    config.dram.latency = 1000;
    const Outcome outcome = test::run(program, config, sources);
    for (std::size_t i = 0; i < 8 * 320; ++i) {
      ASSERT_EQ(outcome.outputs.at("y")[i], 2 * sources.at("x")[i]);
    }
    const EngineResult& load = outcome.result.engine(Engine::kLoadDma);
    if (config.sequencer.overlap && !config.dma.shared) {
      EXPECT_GT(load.cycles[static_cast<std::size_t>(EngineState::kWaitSpace)], 0U);
    }
  }
}

TEST(Handwritten, AnAccumulatorReusedWhileItsStoreIsUnderWay) {
  std::string ops = "load x[0,0] -> 0\nload w[0,0] -> 0x100\n";
  for (std::uint32_t i = 0; i < 20; ++i) {
    const std::string row = std::to_string(i);
    ops += "vector y[" + row + ",0] kernel=2 a=" + (i % 2 == 0 ? "0" : "0x100") +
           " -> 0x200\nstore y[" + row + ",0] <- 0x200\n";
  }
  const Program program = program_of(
      "tensor x input 8x8 tile 8x8 dram 0\ntensor w param 8x8 tile 8x8 dram 0x400\n"
      "tensor y output 160x8 tile 8x8 dram 0x1000\n",
      ops);
  const Values sources = test::random_sources(program.tensors, 4);
  for (MachineConfig config : machines()) {
    config.dram.latency = 500'000;
    const Outcome outcome = test::run(program, config, sources);
    for (std::size_t i = 0; i < 160 * 8; ++i) {
      const float value = sources.at(i / 64 % 2 == 0 ? "x" : "w")[i % 64];
      ASSERT_EQ(outcome.outputs.at("y")[i], value < 0 ? 0 : value);
    }
  }
}

TEST(Handwritten, ALoadOfWhatWasJustStoredSeesIt) {
  const Program program = program_of(
      "tensor x input 8x8 tile 8x8 dram 0\ntensor h intermediate 8x8 tile 8x8 dram 0x400\n"
      "tensor y output 8x8 tile 8x8 dram 0x1000\n",
      "load x[0,0] -> 0\nvector h[0,0] kernel=0 a=0 b=0 -> 0x100\nstore h[0,0] <- 0x100\n"
      "load h[0,0] -> 0x200\nvector h[0,0] kernel=0 a=0x200 b=0x200 -> 0x300\nstore h[0,0] <- "
      "0x300\n"
      "load h[0,0] -> 0x200\nvector y[0,0] kernel=0 a=0x200 b=0x200 -> 0x400\nstore y[0,0] <- "
      "0x400\n");
  const Values sources = test::random_sources(program.tensors, 5);
  for (const MachineConfig& config : machines()) {
    const Outcome outcome = test::run(program, config, sources);
    for (std::size_t i = 0; i < 64; ++i) {
      ASSERT_EQ(outcome.outputs.at("y")[i], 8 * sources.at("x")[i]);
    }
  }
}

TEST(Handwritten, StepsInPlaceAndWritesAcrossTwoTiles) {
  const Program program =
      program_of("tensor x input 8x16 tile 8x8 dram 0\ntensor y output 8x16 tile 8x8 dram 0x1000\n",
                 "load x[0,0] -> 0\nvector y[0,0] kernel=0 a=0 b=0 -> 0x400\nvector y[0,0] "
                 "kernel=0 a=0x400 b=0 -> 0x400\n"
                 "vector y[0,0] kernel=2 a=0 -> 0x800\nstore y[0,0] <- 0x400\nvector y[0,0] "
                 "kernel=2 a=0x800 -> 0x800\n"
                 "vector y[0,1] kernel=0 a=0x800 b=0 -> 0x800\nload x[0,1] -> 0xc0\nvector y[0,1] "
                 "kernel=0 a=0xc0 b=0x800 -> 0x600\n"
                 "store y[0,1] <- 0x600\n");
  const Values sources = test::random_sources(program.tensors, 6);
  for (MachineConfig config : machines()) {
    for (const FillOverlap overlap : {FillOverlap::kNone, FillOverlap::kFull}) {
      config.compute.fill_overlap = overlap;
      const std::vector<float> y = test::run(program, config, sources).outputs.at("y");
      const std::vector<float>& x = sources.at("x");
      for (std::size_t row = 0; row < 8; ++row) {
        for (std::size_t col = 0; col < 8; ++col) {
          const float first = x[row * 16 + col];
          ASSERT_EQ(y[row * 16 + col], first + first + first);
          ASSERT_EQ(y[row * 16 + 8 + col],
                    x[row * 16 + 8 + col] + ((first < 0 ? 0 : first) + first));
        }
      }
    }
  }
}

TEST(Handwritten, AnEmptyProgramTakesNoTime) {
  const Program program = program_of("tensor x input 8x8 tile 8x8 dram 0\n", "");
  const RunResult result = test::run_timing_only(program, {});
  EXPECT_EQ(result.cycles, 0U);
  EXPECT_EQ(result.efficiency(), 0.0);
}

}  // namespace
}  // namespace tilewave
