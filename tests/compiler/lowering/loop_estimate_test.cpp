// The cost model, by hand on machines of a few tiles. A tile has 4096 bytes; at 25.6 bytes per
// cycle it takes the DRAM 160 cycles, at 512 the SRAM 8.
#include "compiler/lowering/loop_estimate.h"

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr std::uint64_t kTileBytes = 4096;

MatMulShape shape_of(std::uint32_t m, std::uint32_t n, std::uint32_t k) {
  return {{m, n, k}, {kTileBytes, kTileBytes, kTileBytes}, 0};
}

constexpr LoopOrder kMnk = LoopOrder::kMnk;
constexpr LoopOrder kNmk = LoopOrder::kNmk;

/// Two equal terms are counted 2^(1/8) = 9 % above their value, others less; no term twice.
constexpr double kSoft = 1.0905;

struct Figures {
  double cycles;
  std::uint64_t bytes;
  std::uint64_t sram_bytes;
};

/// Within the soft part of the maximum; bytes and SRAM exactly, in tiles.
void expect_estimate(const MatMulShape& shape, const LoopNest& nest, const MachineCosts& costs,
                     std::uint64_t sram_tiles, const Figures& expected) {
  const LoopEstimate estimate = LoopEstimator(shape, costs, sram_tiles * kTileBytes).estimate(nest);
  EXPECT_EQ(estimate.nest, nest);
  EXPECT_GE(estimate.cycles, expected.cycles * (1 - 1e-9));
  EXPECT_LE(estimate.cycles, expected.cycles * kSoft);
  EXPECT_EQ(estimate.bytes, expected.bytes * kTileBytes);
  EXPECT_EQ(estimate.sram_bytes, expected.sram_bytes * kTileBytes);
}

MachineCosts costs(std::uint64_t step_cycles, std::uint64_t chain_cycles = 0) {
  return {MachineCosts::Chain::kReduction, step_cycles, chain_cycles, 512, 25.6};
}

TEST(LoopEstimate, OneBlockBoundByTheDram) {
  // 4 + 4 + 4 tiles are 1920 cycles, 8 steps 256. In use: C, a row of A (2), B (4), 3 passing: 10.
  expect_estimate(shape_of(2, 2, 2), {kMnk, {1, 1, 1}, kMnk, true}, costs(32), 64, {1920, 12, 10});
}

TEST(LoopEstimate, OneBlockBoundByTheArray) {
  // 8 · 512 = 4096. Of the first row, 2 tiles of A and 4 of B, loads ahead hide 64 / 16 = 4; the
  // other 2 · 160 = 320 cycles pass beside the row's 2048.
  expect_estimate(shape_of(2, 2, 2), {kMnk, {1, 1, 1}, kMnk, true}, costs(512), 64, {4096, 12, 10});
}

TEST(LoopEstimate, OneBlockBoundByTheSram) {
  // Each of the 8 steps streams two tiles, each of the 4 chains one in and out; 12 come and go:
  // (16 + 8 + 12) · 4096 / 16 = 9216.
  MachineCosts narrow = costs(32);
  narrow.sram_bytes_per_cycle = 16;
  expect_estimate(shape_of(2, 2, 2), {kMnk, {1, 1, 1}, kMnk, true}, narrow, 64, {9216, 12, 10});
}

TEST(LoopEstimate, AFirstRowThatLoadsAheadDoNotHide) {
  // 8 × 16 tiles of 8 steps of 60 cycles are 61440; all transfers, 64 + 128 + 128 tiles, 51200. The
  // first row brings 8 + 128 tiles, of which 256 / 16 are there: (136 − 16) · 160 = 19200 cycles,
  // of which its 128 steps hide 7680. In use: C, 8 of A, 128 of B, 3.
  expect_estimate(shape_of(8, 16, 8), {kMnk, {1, 1, 1}, kMnk, true}, costs(60), 256,
                  {61440 + 19200 - 7680, 320, 140});
  // The other way round it is a column: 64 + 8 tiles, (72 − 16) · 160 = 8960, and 64 steps hide
  // 3840.
  expect_estimate(shape_of(8, 16, 8), {kMnk, {1, 1, 1}, kNmk, true}, costs(60), 256,
                  {61440 + 8960 - 3840, 320, 76});
}

TEST(LoopEstimate, ThePanelThatConsecutiveBlocksShareIsKept) {
  // Two blocks in a column share B: 2 of A, 1 of B, 2 of C. In use: C, A, B, 3.
  expect_estimate(shape_of(2, 1, 1), {kMnk, {2, 1, 1}, kMnk, true}, costs(32), 16, {800, 5, 6});
  // With 6 tiles nothing is kept but what is in use, which is all of that panel.
  expect_estimate(shape_of(2, 1, 1), {kMnk, {2, 1, 1}, kMnk, true}, costs(32), 6, {800, 5, 6});
}

TEST(LoopEstimate, APanelIsKeptInPart) {
  // Two blocks in a column, 8 chunks of one step; B has 8 tiles. In use: 1 of C, A, B, 3, that
  // is 6. Of 16 tiles 1 is for loads ahead, 1 for the next accumulator; 8 are left and one in use
  // is B's: all of it stays. 16 + 8 + 2 tiles.
  const LoopNest nest{kMnk, {2, 1, 8}, kMnk, true};
  expect_estimate(shape_of(2, 1, 8), nest, costs(32), 16, {26 * 160, 26, 6});
  // Of 12 tiles 0.75 are for loads ahead, 1 for the accumulator, 4.25 are left, and 1 in use: 5.25
  // of 8 stay, 2.75 are loaded again.
  const LoopEstimate estimate =
      LoopEstimator(shape_of(2, 1, 8), costs(32), 12 * kTileBytes).estimate(nest);
  EXPECT_EQ(estimate.bytes, static_cast<std::uint64_t>(28.75 * kTileBytes));
}

TEST(LoopEstimate, TheLastPanelIsKeptOnTheWayBack) {
  // 2 × 2 blocks of one output tile, 4 chunks; in use C, A, B and 3. Of 11 tiles 11 / 16 are for
  // loads ahead and 1 for the accumulator; 3.3125 are left. A's panel of 4 stays; of B's, as the
  // next row begins where this one ends and needs no A of it, 3.3125 of 4 do, of 8 altogether.
  const LoopNest nest{kMnk, {2, 2, 4}, kMnk, true};
  const LoopEstimate estimate =
      LoopEstimator(shape_of(2, 2, 4), costs(32), 11 * kTileBytes).estimate(nest);
  EXPECT_EQ(estimate.sram_bytes, 6 * kTileBytes);
  // A 8, B 8 + (8 − 3.3125), C 4
  EXPECT_EQ(estimate.bytes, static_cast<std::uint64_t>(24.6875 * kTileBytes));
}

TEST(LoopEstimate, StoresFallTogetherWhereTheNextAccumulatorsHaveNoRoom) {
  // Two blocks of 4 × 4 accumulators, 4 chunks of 16 steps of 100 cycles. A chunk loads 4 + 4
  // tiles, or 4 in the second block: 1280 or 640 of 1600 cycles. 24 tiles in use: 16 of C, 1 of A,
  // 4 of B, 3.
  const LoopNest nest{kMnk, {2, 1, 4}, kMnk, true};
  // In 256 tiles the next 16 accumulators have room: 16 stores over 4 chunks, 640 cycles each, and
  // with the loads 1920 in the first block, 1280 in the second: 4 · 1920 + 4 · 1600 = 14080.
  expect_estimate(shape_of(8, 4, 4), nest, costs(100), 256, {14080, 32 + 16 + 32, 24});
  // In 60 they have none: of each block's chunks two store 8 tiles, 1280 cycles. First block: 2 ·
  // (1280 + 1280) + 2 · 1600, second: 2 · (640 + 1280) + 2 · 1600, and after it half its stores,
  // 1280.
  expect_estimate(shape_of(8, 4, 4), nest, costs(100), 60,
                  {2 * 2560 + 2 * 1600 + 2 * 1920 + 2 * 1600 + 1280, 32 + 16 + 32, 24});
}

TEST(LoopEstimate, ChainsOfEachDataflow) {
  const MatMulShape shape = shape_of(4, 4, 4);
  const auto cycles = [&](MachineCosts::Chain chain, const LoopNest& nest) {
    const MachineCosts machine{chain, 1000, 500, 1e9, 1e9};  // no memory to speak of
    return LoopEstimator(shape, machine, 1000 * kTileBytes).estimate(nest).cycles;
  };
  const LoopNest whole{kMnk, {1, 1, 1}, kMnk, true};
  const LoopNest rows_inside{kMnk, {1, 1, 4}, kNmk, true};
  const LoopNest columns_inside{kMnk, {1, 1, 4}, kMnk, true};
  // 64 steps, and 64, 64 / 4 or 32 / ... chains of 500.
  constexpr double kSingle = 64'000 + 64 * 500;
  constexpr double kFours = 64'000 + 16 * 500;
  using Chain = MachineCosts::Chain;
  EXPECT_NEAR(cycles(Chain::kReduction, whole), kFours, 1);
  EXPECT_NEAR(cycles(Chain::kReduction, rows_inside), kSingle, 1);
  EXPECT_NEAR(cycles(Chain::kRows, whole), kSingle, 1);
  EXPECT_NEAR(cycles(Chain::kRows, rows_inside), kFours, 1);
  EXPECT_NEAR(cycles(Chain::kRows, columns_inside), kSingle, 1);
  EXPECT_NEAR(cycles(Chain::kColumns, columns_inside), kFours, 1);
  EXPECT_NEAR(cycles(Chain::kColumns, rows_inside), kSingle, 1);
}

TEST(LoopEstimate, UnevenPartsCountTheLargestForRoomAndTheAverageForWork) {
  // 5 rows in 2 parts: 3 at most, 2.5 on average; in use 3 accumulators, 1 of A, 1 of B and 3.
  const LoopNest nest{kMnk, {2, 1, 2}, kMnk, true};
  const LoopEstimate estimate =
      LoopEstimator(shape_of(5, 1, 2), costs(32), 1000 * kTileBytes).estimate(nest);
  EXPECT_EQ(estimate.sram_bytes, 8 * kTileBytes);
  EXPECT_EQ(estimate.bytes, (10 + 2 + 5) * kTileBytes);
}

}  // namespace
}  // namespace tilewave
