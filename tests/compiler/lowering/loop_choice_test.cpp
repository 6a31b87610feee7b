// The choice of a loop nest: ranked, fitting, and right where one can say by hand what is.
#include "compiler/lowering/loop_choice.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/lowering/lower.h"
#include "compiler/program/opcodes.h"
#include "compiler/schedule/schedule.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTileBytes = 4096;

MatMulShape shape_of(std::uint32_t m, std::uint32_t n, std::uint32_t k) {
  return {{m, n, k}, {kTileBytes, kTileBytes, kTileBytes}, 0};
}

/// An array that streams through, 32 cycles a step, beside one DDR4 channel: 160 cycles a tile.
constexpr MachineCosts kBalanced = {MachineCosts::Chain::kReduction, 32, 0, 512, 25.6};

MachineCosts with_chain(MachineCosts::Chain chain, std::uint64_t cycles) {
  MachineCosts costs = kBalanced;
  costs.chain = chain;
  costs.chain_cycles = cycles;
  return costs;
}

LoopNest best(const MatMulShape& shape, const MachineCosts& costs, std::uint64_t sram_tiles) {
  return rank_loop_nests(shape, costs, sram_tiles * kTileBytes).front().nest;
}

TEST(LoopChoice, WithRoomForEverythingEachTileMovesOnce) {
  for (const MatMulShape& shape : {shape_of(4, 4, 4), shape_of(1, 8, 3), shape_of(5, 2, 7)}) {
    const auto [m, n, k] = shape.tiles;
    const LoopEstimate first = rank_loop_nests(shape, kBalanced, 1000 * kTileBytes).front();
    EXPECT_EQ(first.bytes, (m * k + k * n + m * n) * kTileBytes) << to_string(first.nest);
  }
}

TEST(LoopChoice, HasSixTilesInUseAtLeast) {
  // A, B and C of a step, and three tiles that pass by.
  EXPECT_TRUE(rank_loop_nests(shape_of(4, 4, 4), kBalanced, 6 * kTileBytes - 1).empty());
  const auto ranked = rank_loop_nests(shape_of(4, 4, 4), kBalanced, 6 * kTileBytes);
  ASSERT_FALSE(ranked.empty());
  for (const LoopEstimate& estimate : ranked) {
    EXPECT_EQ(estimate.sram_bytes, 6 * kTileBytes) << to_string(estimate.nest);
  }
}

TEST(LoopChoice, RanksByTimeAndByBytesAndListsOnlyWhatFits) {
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    const auto extent = [&] { return static_cast<std::uint32_t>(1 + random() % 40); };
    const MatMulShape shape = shape_of(extent(), extent(), extent());
    const std::uint64_t sram = (6 + random() % 300) * kTileBytes;
    MachineCosts costs = kBalanced;
    costs.step_cycles = 1 + random() % 1000;
    costs.chain = static_cast<MachineCosts::Chain>(random() % 3);
    costs.chain_cycles = random() % 200;
    const auto ranked = rank_loop_nests(shape, costs, sram);
    ASSERT_FALSE(ranked.empty());
    const auto price = [&](const LoopEstimate& estimate) {
      return estimate.cycles +
             0.2 * static_cast<double>(estimate.bytes) / costs.dram_bytes_per_cycle;
    };
    for (std::size_t r = 0; r < ranked.size(); ++r) {
      ASSERT_LE(ranked[r].sram_bytes, sram);
      ASSERT_TRUE(r == 0 || price(ranked[r - 1]) <= price(ranked[r]));
      for (std::size_t d = 0; d < 3; ++d) {
        ASSERT_GE(ranked[r].nest.parts[d], 1U);
        ASSERT_LE(ranked[r].nest.parts[d], shape.tiles[d]);
      }
    }
  }
}

TEST(LoopChoice, AStarvedMachineTakesSquareBlocks) {
  // 16 × 16 × 16 tiles in 64: blocks of 5.3 × 8 move (16/5.3 + 16/8)·256 = 1280 operand tiles, of
  // which the kept panel saves some; all others in reach move more.
  MachineCosts starved = kBalanced;
  starved.dram_bytes_per_cycle = 4;
  const LoopNest nest = best(shape_of(16, 16, 16), starved, 64);
  const auto [pm, pn, pk] = nest.parts;
  EXPECT_EQ(std::minmax(pm, pn), std::minmax(2U, 3U)) << to_string(nest);
  EXPECT_GE(pk, 8U) << to_string(nest);
}

TEST(LoopChoice, AnOutputStationaryArrayKeepsItsChainsLong) {
  // 2000 cycles per chain: one chain per output tile, 16 · 2000, whatever it costs in loads.
  const LoopNest nest =
      best(shape_of(4, 4, 8), with_chain(MachineCosts::Chain::kReduction, 2000), 64);
  EXPECT_EQ(nest.parts[2], 1U) << to_string(nest);
}

TEST(LoopChoice, AWeightStationaryArrayRunsOverRowsInnermost) {
  // A chain is a column of blocks over one weight tile: single steps of the reduction, rows inside.
  const LoopNest nest = best(shape_of(8, 4, 4), with_chain(MachineCosts::Chain::kRows, 2000), 64);
  EXPECT_EQ(nest.parts[2], 4U) << to_string(nest);
  EXPECT_EQ(nest.parts[0], 1U) << to_string(nest);
  EXPECT_EQ(nest.inner, LoopOrder::kNmk) << to_string(nest);
}

TEST(LoopChoice, AnInputStationaryArrayRunsOverColumnsInnermost) {
  const LoopNest nest =
      best(shape_of(4, 8, 4), with_chain(MachineCosts::Chain::kColumns, 2000), 64);
  EXPECT_EQ(nest.parts[2], 4U) << to_string(nest);
  EXPECT_EQ(nest.parts[1], 1U) << to_string(nest);
  EXPECT_EQ(nest.inner, LoopOrder::kMnk) << to_string(nest);
}

TEST(LoopChoice, TriesFewNestsHoweverLargeTheMatmul) {
  const auto ranked =
      rank_loop_nests(shape_of(1U << 15, 1U << 15, 1U << 15), kBalanced, 4096 * kTileBytes);
  EXPECT_FALSE(ranked.empty());
  EXPECT_LT(ranked.size(), 100000U);
}

TEST(LoopChoice, ExpectsAboutAsManyBytesAsTheScheduleMoves) {
  for (const char* model : {"gemm:512x512x512", "gemm:1000x300x700", "gemm:256x512x512",
                            "gemm:64x2048x96", "gemm:33x500x65"}) {
    const Graph graph = build_builtin(model);
    const MatMulShape shape = matmul_shape(graph, 0, {});
    for (const std::uint64_t kib : {64, 128, 256, 512, 1024}) {
      ScheduleOptions options{.sram_bytes = kib * 1024, .costs = kBalanced};
      const auto ranked = rank_loop_nests(shape, kBalanced, options.sram_bytes);
      double moved = 0;
      const Program program = test::compile(graph, options).program;
      for (const Op& op : program.ops) {
        moved +=
            moves_tile(op)
                ? static_cast<double>(program.tensors[op.region].tile_at(op.row, op.col).bytes())
                : 0;
      }
      const double expected = static_cast<double>(ranked.front().bytes);
      EXPECT_GT(moved, 0.85 * expected) << model << " " << kib;
      EXPECT_LT(moved, 1.2 * expected) << model << " " << kib;
    }
  }
}

TEST(FitLoopOrder, BlocksAnOrderWhoseAccumulatorsDoNotFit) {
  // 4 × 3 output tiles in 2 steps; besides the accumulators two operands.
  struct Case {
    LoopOrder order;
    std::uint64_t tiles;
    std::array<std::uint32_t, 3> parts;
  };
  for (const Case& expected : {
           Case{LoopOrder::kKnm, 14, {1, 1, 1}},  // 12 + 2
           Case{LoopOrder::kKnm, 13, {1, 2, 1}},  // 4 × 2 of at most 11
           Case{LoopOrder::kKmn, 8, {2, 1, 1}},   // 2 × 3 of at most 6
           Case{LoopOrder::kKmn, 3, {4, 3, 1}},   // 1 × 1
           Case{LoopOrder::kNkm, 6, {1, 1, 1}},   // 4 of a column
           Case{LoopOrder::kNkm, 5, {2, 1, 1}},   // 2 of at most 3
           Case{LoopOrder::kMkn, 5, {1, 1, 1}},   // 3 of a row
           Case{LoopOrder::kMkn, 4, {1, 2, 1}},   // 2
           Case{LoopOrder::kMnk, 3, {1, 1, 1}},   // one at a time
           Case{LoopOrder::kNmk, 3, {1, 1, 1}},
       }) {
    const LoopNest nest =
        fit_loop_order(shape_of(4, 3, 2), expected.order, expected.tiles * kTileBytes);
    EXPECT_EQ(nest.parts, expected.parts) << to_string(expected.order) << " " << expected.tiles;
    EXPECT_EQ(nest.inner, expected.order);
    EXPECT_FALSE(nest.serpentine);
  }
}

TEST(FitLoopOrder, LeavesRoomForABias) {
  MatMulShape shape = shape_of(4, 3, 2);
  EXPECT_EQ(fit_loop_order(shape, LoopOrder::kKnm, 14 * kTileBytes).parts[1], 1U);
  shape.extra_bytes = kTileBytes;
  EXPECT_EQ(fit_loop_order(shape, LoopOrder::kKnm, 14 * kTileBytes).parts[1], 2U);
  EXPECT_EQ(fit_loop_order(shape, LoopOrder::kKnm, 15 * kTileBytes).parts[1], 1U);
}

TEST(ChooseLoopNests, OneForEveryOperatorAndTheOrderThatIsNamed) {
  const Graph graph = parse_graph(
      "input x 128x64\nparam w 64x96\nh = matmul x w\nr = relu h\nparam v 96x32\n"
      "y = matmul r v\noutput y\n",
      "g");
  const std::uint64_t sram = 64 * kTileBytes;
  const auto chosen = choose_loop_nests(graph, {}, {}, kBalanced, sram);
  ASSERT_EQ(chosen.size(), 3U);
  EXPECT_EQ(chosen[0], best(shape_of(4, 3, 2), kBalanced, 64));
  EXPECT_EQ(chosen[1], LoopNest{});
  EXPECT_EQ(chosen[2], best(shape_of(4, 1, 3), kBalanced, 64));
  const auto named = choose_loop_nests(graph, {}, LoopOrder::kKnm, kBalanced, 13 * kTileBytes);
  EXPECT_EQ(named[0], fit_loop_order(shape_of(4, 3, 2), LoopOrder::kKnm, 13 * kTileBytes));
  EXPECT_EQ(named[2], fit_loop_order(shape_of(4, 1, 3), LoopOrder::kKnm, 13 * kTileBytes));
  // Three tiles are too few for any nest with loads on their way: the plain order.
  EXPECT_EQ(choose_loop_nests(graph, {}, {}, kBalanced, 3 * kTileBytes)[0], LoopNest{});
}

}  // namespace
}  // namespace tilewave
