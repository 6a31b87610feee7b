// When tiles are in SRAM, and the other levels of a run, step by step on small programs and against
// the limits of the machine on random ones.
#include "sim/watch/live_tiles.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/op_names.h"
#include "sim/watch/run_levels.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

Program tiny(const std::string& ops) {
  Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x500\ntensor x input 8x16 tile 8x8 dram 0\n"
      "tensor w param 16x8 tile 8x8 dram 0x1000\ntensor y output 8x8 tile 8x8 dram 0x2000\nkernel "
      "0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 "
      "tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n" +
          ops,
      "tiny");
  verify_program(program);
  return program;
}

TEST(LiveTiles, ASumLivesFromItsFirstStepToItsStore) {
  const Program program = tiny(
      "load x[0,0] -> 0\nload w[0,0] -> 0x100\nload x[0,1] -> 0x200\nload w[1,0] -> 0x300\n"
      "matmul y[0,0] k=0 a=0 b=0x100 -> 0x400 clear\n"
      "matmul y[0,0] k=1 a=0x200 b=0x300 -> 0x400\nstore y[0,0] <- 0x400\n");
  LiveTiles tiles(program);
  for (std::uint32_t op = 0; op < 7; ++op) {
    tiles.fetched(op);
  }
  EXPECT_EQ(tiles.tiles(5).writes, 4U);  // goes on with op 4's tile
  EXPECT_EQ(tiles.tiles(6).writes, kNoOp);
  Cycle now = 0;
  for (std::uint32_t op = 0; op < 4; ++op) {
    EXPECT_TRUE(tiles.started(op, now++).empty());
    EXPECT_TRUE(tiles.completed(op, now++).empty());
  }
  EXPECT_EQ(tiles.bytes(), 4 * 256U);
  tiles.started(4, 10);
  EXPECT_EQ(tiles.bytes(), 5 * 256U);
  const std::vector<TileLife> gone = tiles.completed(4, 20);
  ASSERT_EQ(gone.size(), 2U);  // x[0,0] and w[0,0]
  EXPECT_EQ(gone[0].tile, 0U);
  EXPECT_EQ(gone[0].from, 0U);
  EXPECT_EQ(gone[0].to, 20U);
  EXPECT_EQ(gone[1].address, 0x100U);
  EXPECT_EQ(tiles.bytes(), 3 * 256U);
  tiles.started(5, 20);
  EXPECT_EQ(tiles.completed(5, 30).size(), 2U);
  tiles.started(6, 30);
  const std::vector<TileLife> last = tiles.completed(6, 40);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].tile, 4U);
  EXPECT_EQ(last[0].from, 10U);
  EXPECT_EQ(last[0].to, 40U);
  EXPECT_EQ(tiles.bytes(), 0U);
}

TEST(LiveTiles, AnOpInPlaceTakesTheBytesOver) {
  const Program program = tiny(
      "load x[0,0] -> 0\nload x[0,1] -> 0x100\nvector y[0,0] kernel=2 a=0 -> 0\nstore y[0,0] <- "
      "0\n");
  LiveTiles tiles(program);
  for (std::uint32_t op = 0; op < 4; ++op) {
    tiles.fetched(op);
  }
  tiles.started(0, 1);
  tiles.started(1, 2);
  tiles.completed(0, 3);
  EXPECT_EQ(tiles.completed(1, 4).size(), 1U);  // nobody reads it
  const std::vector<TileLife> gone = tiles.started(2, 5);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].tile, 0U);
  EXPECT_EQ(gone[0].to, 5U);
  EXPECT_EQ(tiles.bytes(), 256U);
  EXPECT_TRUE(tiles.completed(2, 6).empty());
  tiles.started(3, 6);
  EXPECT_EQ(tiles.completed(3, 7).size(), 1U);
  EXPECT_EQ(tiles.bytes(), 0U);
}

/// Checks every step against what the machine can hold.
class LevelAuditor : public LevelSink {
 public:
  LevelAuditor(const Program& program, const MachineConfig& machine)
      : program_(program), machine_(machine) {}

  void on_level(Level level, Cycle cycle, std::uint64_t value) override {
    EXPECT_GE(cycle, now_);
    now_ = cycle;
    values[static_cast<std::size_t>(level)] = value;
    switch (level) {
      case Level::kLoadQueue:
      case Level::kStoreQueue:
      case Level::kComputeQueue:
      case Level::kVectorQueue: EXPECT_LE(value, machine_.sequencer.queue_depth); break;
      case Level::kLoadBursts:
      case Level::kStoreBursts: EXPECT_LE(value, machine_.dma.max_outstanding); break;
      case Level::kSramBytes:
        EXPECT_LE(value, program_.sram_bytes);
        peak = std::max(peak, value);
        break;
    }
  }
  void on_tile(const TileLife& life) override {
    EXPECT_LT(life.from, life.to);
    for (const TileLife& other : latest_) {  // no byte holds two tiles at once
      if (other.address < life.address + life.bytes && life.address < other.address + other.bytes) {
        EXPECT_LE(other.to, life.from) << tile_name(program_, life.tile);
      }
    }
    std::erase_if(latest_, [&](const TileLife& other) { return other.address == life.address; });
    latest_.push_back(life);
    ++tiles;
  }

  std::array<std::uint64_t, kLevelCount> values{};
  std::uint64_t peak = 0;
  std::uint64_t tiles = 0;

 private:
  const Program& program_;
  const MachineConfig& machine_;
  Cycle now_ = 0;
  std::vector<TileLife> latest_;  // of each address
};

TEST(RunLevels, StayWithinTheMachineAndEndAtZero) {
  std::mt19937 random(3);
  for (int i = 0; i < 40; ++i) {
    const Graph graph = test::random_network(random, 100);
    MachineConfig machine;
    machine.dma.shared = random() % 2 == 0;
    machine.sequencer.queue_depth = 1 + random() % 8;
    machine.dma.max_outstanding = 1 + random() % 8;
    machine.dma.setup = random() % 20;
    const test::Compiled compiled = test::compile(graph, {.sram_bytes = 32768});
    LevelAuditor auditor(compiled.program, machine);
    RunLevels levels(auditor);
    RunOptions options;
    options.observer = &levels;
    run_program(compiled.program, find_hazards(compiled.program), machine, options);
    EXPECT_EQ(auditor.values, (std::array<std::uint64_t, kLevelCount>{}));
    EXPECT_GT(auditor.peak, 0U);
    std::uint64_t begun = 0;
    SramWalk walk(compiled.program);
    for (std::uint32_t op = 0; op < compiled.program.ops.size(); ++op) {
      begun += walk.step().writes == op ? 1 : 0;
    }
    EXPECT_EQ(auditor.tiles, begun);
    ASSERT_FALSE(HasFailure()) << "network " << i;
  }
}

TEST(OpNames, AreWhatPeopleSay) {
  const Program program = tiny(
      "load x[0,1] -> 0\nload w[1,0] -> 0x100\n"
      "matmul y[0,0] k=1 a=0 b=0x100 -> 0x200 clear\nstore y[0,0] <- 0x200\n");
  EXPECT_EQ(op_name(program, 0), "load x[0,1]");
  EXPECT_EQ(op_name(program, 2), "matmul y[0,0] k=1");
  EXPECT_EQ(tile_name(program, 3), "y[0,0]");
}

}  // namespace
}  // namespace tilewave
