// Where tiles lie in DRAM, and their cutting into bursts.
#include "models/dram/tile_runs.h"

#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// One tensor, 50×90 → 64×96 padded: 2×3 tiles of 4096 bytes; rows of 384 bytes.
Program program_with(Shape shape, TileExtent tile = {32, 32}) {
  Program program;
  program.tensors.push_back(
      {"x", shape, tile, padded_shape(shape, tile), TensorRole::kInput, 0x10000});
  return program;
}

Op tile_at(std::uint32_t row, std::uint32_t col) {
  Op op;
  op.row = row;
  op.col = col;
  return op;
}

/// Of a tile that is one piece.
TileRuns tile_runs(const Program& program, DramLayout layout, const Op& op) {
  TilePieces pieces(program, layout, op);
  const TileRuns runs = pieces.next();
  EXPECT_TRUE(pieces.done());
  return runs;
}

TEST(TileRuns, RowMajorIsOneRunPerRow) {
  const TileRuns runs = tile_runs(program_with({50, 90}), DramLayout::kRowMajor, tile_at(1, 2));
  EXPECT_EQ(runs.base, 0x10000U + 32 * 384 + 2 * 128);
  EXPECT_EQ(runs.run_bytes, 128U);  // 32 · 4
  EXPECT_EQ(runs.stride, 384U);     // 96 · 4
  EXPECT_EQ(runs.count, 32U);
}

TEST(TileRuns, TiledIsOneRun) {
  const TileRuns runs = tile_runs(program_with({50, 90}), DramLayout::kTiled, tile_at(1, 2));
  EXPECT_EQ(runs.base, 0x10000U + (1 * 3 + 2) * 4096);
  EXPECT_EQ(runs.run_bytes, 4096U);
  EXPECT_EQ(runs.count, 1U);
}

TEST(TileRuns, RowsOfOneTileColumnMerge) {
  for (const std::uint64_t cols : {1, 31, 32}) {
    const TileRuns runs =
        tile_runs(program_with({100, cols}), DramLayout::kRowMajor, tile_at(3, 0));
    EXPECT_EQ(runs.base, 0x10000U + 3 * 4096);
    EXPECT_EQ(runs.run_bytes, 4096U);
    EXPECT_EQ(runs.count, 1U);
  }
  EXPECT_EQ(tile_runs(program_with({100, 33}), DramLayout::kRowMajor, tile_at(3, 0)).count, 32U);
}

TEST(TileRuns, RowsThatTilesShareBeginAtWholeAccesses) {
  const auto unpadded = [](Shape shape, TileExtent tile) {
    Program program = program_with(shape, tile);
    program.tensors[0].stored = shape;
    return program;
  };
  const Program wide = unpadded({50, 70}, {16, 16});  // rows of 280 bytes, 320 apart
  EXPECT_EQ(wide.tensors[0].bytes(), 50U * 320);
  const TileRuns last = tile_runs(wide, DramLayout::kRowMajor, tile_at(3, 4));
  EXPECT_EQ(last.base, 0x10000U + 48 * 320 + 4 * 64);
  EXPECT_EQ(last.run_bytes, 6U * 4);
  EXPECT_EQ(last.stride, 320U);
  EXPECT_EQ(last.count, 2U);
  const TileRuns tiled = tile_runs(wide, DramLayout::kTiled, tile_at(3, 4));
  EXPECT_EQ(tiled.base, 0x10000U + (48 * 70 + 2 * 64) * 4);  // without a gap
  EXPECT_EQ(tiled.run_bytes, 2U * 6 * 4);

  const Program narrow = unpadded({50, 7}, {16, 16});  // one column of tiles, each in one piece
  EXPECT_EQ(narrow.tensors[0].bytes(), 50U * 28);
  EXPECT_EQ(tile_runs(narrow, DramLayout::kRowMajor, tile_at(1, 0)).base, 0x10000U + 16 * 28);
  EXPECT_EQ(tile_runs(narrow, DramLayout::kRowMajor, tile_at(1, 0)).count, 1U);

  const Program bytes = unpadded({50, 70}, {16, 16, ElementType::kI8});
  EXPECT_EQ(tile_runs(bytes, DramLayout::kRowMajor, tile_at(1, 1)).stride, 128U);
}

TEST(TileRuns, FollowsTheTensorsTiles) {
  const Program program = program_with({50, 90}, {8, 8});  // 56×96
  const TileRuns runs = tile_runs(program, DramLayout::kRowMajor, tile_at(6, 11));
  EXPECT_EQ(runs.base, 0x10000U + 6 * 8 * 384 + 11 * 32);
  EXPECT_EQ(runs.run_bytes, 32U);
  EXPECT_EQ(runs.count, 8U);
  EXPECT_EQ(tile_runs(program, DramLayout::kTiled, tile_at(6, 11)).base,
            0x10000U + (6 * 12 + 11) * 256);
}

TEST(TileRuns, TilesNeedNotBeSquare) {
  const Program tall = program_with({50, 90}, {64, 16});  // 64×96: 1×6 tiles of 4096 bytes
  EXPECT_EQ(tile_runs(tall, DramLayout::kTiled, tile_at(0, 5)).base, 0x10000U + 5 * 4096);
  const TileRuns runs = tile_runs(tall, DramLayout::kRowMajor, tile_at(0, 5));
  EXPECT_EQ(runs.base, 0x10000U + 5 * 64);
  EXPECT_EQ(runs.run_bytes, 64U);
  EXPECT_EQ(runs.stride, 384U);
  EXPECT_EQ(runs.count, 64U);

  const Program row = program_with({1, 90}, {1, 24});  // 1×96: 4 tiles of 96 bytes
  for (const DramLayout layout : {DramLayout::kTiled, DramLayout::kRowMajor}) {
    const TileRuns part = tile_runs(row, layout, tile_at(0, 3));
    EXPECT_EQ(part.base, 0x10000U + 3 * 96);
    EXPECT_EQ(part.run_bytes, 96U);
    EXPECT_EQ(part.count, 1U);
  }
}

/// Rows 10 to 40 and columns 20 to 70 of 50×90, in tiles of 32×32.
Program with_window() {
  Program program = program_with({50, 90});
  program.tensors[0].stored = program.tensors[0].shape;
  program.windows.push_back({0, 10, 20, {30, 50}, {32, 32}});
  return program;
}

Op window_tile(std::uint32_t row, std::uint32_t col) {
  return {.region = 1, .row = row, .col = col};
}

TEST(TilePieces, AWindowOfRowsIsOnePiece) {
  const Program program = with_window();  // rows of 360 bytes, 384 apart
  const TileRuns runs = tile_runs(program, DramLayout::kRowMajor, window_tile(0, 1));
  EXPECT_EQ(runs.base, 0x10000U + 10 * 384 + (20 + 32) * 4);
  EXPECT_EQ(runs.run_bytes, 18U * 4);
  EXPECT_EQ(runs.stride, 384U);
  EXPECT_EQ(runs.count, 30U);
  EXPECT_EQ(runs.sram_offset, 0U);
  EXPECT_EQ(runs.sram_stride, 18U * 4);
}

TEST(TilePieces, AWindowOfTilesIsAPieceOfEach) {
  const Program program = with_window();
  TilePieces pieces(program, DramLayout::kTiled,
                    window_tile(0, 0));  // rows 10 to 40, columns 20 to 52
  std::vector<TileRuns> all;
  while (!pieces.done()) {
    all.push_back(pieces.next());
  }
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].base, 0x10000U + (10 * 32 + 20) * 4);  // of tile (0, 0): 22 rows of 12
  EXPECT_EQ(all[0].run_bytes, 12U * 4);
  EXPECT_EQ(all[0].stride, 32U * 4);
  EXPECT_EQ(all[0].count, 22U);
  EXPECT_EQ(all[0].sram_stride, 32U * 4);
  EXPECT_EQ(all[1].base, 0x10000U + (32 * 32 + 10 * 32) * 4);  // of tile (0, 1): 20 columns
  EXPECT_EQ(all[1].sram_offset, 12U * 4);
  EXPECT_EQ(all[3].base,
            0x10000U + (32 * 90 + 18 * 32) * 4);  // of tile (1, 1), whose 18 rows begin in row 32
  EXPECT_EQ(all[3].count, 8U);
  EXPECT_EQ(all[3].sram_offset, (22U * 32 + 12) * 4);
}

using Bursts = std::vector<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>>;

Bursts bursts_of(const TileRuns& runs, std::uint32_t burst_bytes) {
  Bursts bursts;
  BurstCursor cursor(runs, burst_bytes);
  while (!cursor.done()) {
    const BurstCursor::Burst burst = cursor.next();
    bursts.emplace_back(burst.address, burst.tile_offset, burst.bytes);
  }
  return bursts;
}

TEST(BurstCursor, CutsEveryRunByItself) {
  EXPECT_EQ(bursts_of({1000, 128, 384, 2, 0, 128}, 100),
            (Bursts{{1000, 0, 100}, {1100, 100, 28}, {1384, 128, 100}, {1484, 228, 28}}));
  EXPECT_EQ(bursts_of({1000, 128, 384, 2, 0, 128}, 128),
            (Bursts{{1000, 0, 128}, {1384, 128, 128}}));
  EXPECT_EQ(bursts_of({1000, 128, 384, 2, 0, 128}, 127),
            (Bursts{{1000, 0, 127}, {1127, 127, 1}, {1384, 128, 127}, {1511, 255, 1}}));
  EXPECT_EQ(bursts_of({0, 128, 384, 1}, 1U << 30), (Bursts{{0, 0, 128}}));
}

TEST(BurstCursor, AnEmptyCursorIsDone) { EXPECT_TRUE(BurstCursor().done()); }

TEST(BurstCursor, CoversTheTileOnceInOrder) {
  std::mt19937 random(41);
  for (int round = 0; round < 300; ++round) {
    TileRuns runs;
    runs.run_bytes = 1 + random() % 600;
    runs.stride = runs.run_bytes + random() % 100;
    runs.count = static_cast<std::uint32_t>(1 + random() % 40);
    runs.sram_stride = static_cast<std::uint32_t>(runs.run_bytes);
    const auto limit = static_cast<std::uint32_t>(1 + random() % 300);
    std::uint32_t offset = 0;
    for (const auto& [address, tile_offset, bytes] : bursts_of(runs, limit)) {
      ASSERT_EQ(tile_offset, offset);
      ASSERT_EQ(address, offset / runs.run_bytes * runs.stride + offset % runs.run_bytes);
      ASSERT_LE(offset % runs.run_bytes + bytes, runs.run_bytes);
      ASSERT_TRUE(bytes >= 1 && bytes <= limit);
      offset += bytes;
    }
    ASSERT_EQ(offset, runs.run_bytes * runs.count);
  }
}

}  // namespace
}  // namespace tilewave
