// Which operators run in blocks, by sums that can be made by hand.
#include "compiler/lowering/block_choice.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kKiB = 1024;

/// One head of 64 columns over so many tokens.
Graph attention(std::uint64_t tokens) {
  const std::string rows = std::to_string(tokens);
  return parse_graph("input q " + rows + "x64\ninput k " + rows + "x64\ninput v " + rows +
                         "x64\n"
                         "s = matmul q k transposed=b\n"
                         "m = reduce+max+columns s\n"
                         "e = map s m | sub x0 x1; exp t0\n"
                         "l = reduce+sum+columns e\n"
                         "o = matmul e v l | div x0 x1\noutput o\n",
                     "g");
}

std::vector<BlockEstimate> choice(const Graph& graph, std::uint64_t sram_bytes,
                                  const MachineCosts& costs = {}, bool forwarding = true) {
  return choose_row_blocks(graph, {}, {costs, sram_bytes, forwarding});
}

TEST(BlockChoice, ScoresThatDoNotFitStayInTheSramBlockByBlock) {
  const std::vector<BlockEstimate> chosen = choice(attention(1024), 1024 * kKiB);
  ASSERT_EQ(chosen.size(), 1U);
  // Keys and values take 512 KiB of the 819 that are usable, two rows of tiles of scores 256.
  EXPECT_EQ(chosen[0].blocks, (RowBlocks{0, 5, 2}));
  EXPECT_EQ(chosen[0].bytes, 4U * 1024 * 64 * 4);  // queries, keys, values and the result, once
  EXPECT_GT(chosen[0].apart_bytes, 4 * chosen[0].bytes);
}

TEST(BlockChoice, WhatFitsRunsOneAfterAnother) {
  EXPECT_TRUE(choice(attention(128), 1024 * kKiB).empty());
  EXPECT_TRUE(choice(attention(1024), 64 * 1024 * kKiB).empty());
}

TEST(BlockChoice, NothingIsSavedWithoutForwarding) {
  EXPECT_TRUE(choice(attention(1024), 1024 * kKiB, {}, false).empty());
}

TEST(BlockChoice, ABlockThatDoesNotFitIsNone) {
  EXPECT_TRUE(choice(attention(1024), 64 * kKiB).empty());
}

TEST(BlockChoice, BesideAVectorUnitOfItsOwnHalvesOverlap) {
  MachineCosts costs;
  costs.own_vector_unit = true;
  const std::vector<BlockEstimate> chosen = choice(attention(128), 1024 * kKiB, costs);
  ASSERT_EQ(chosen.size(), 1U);
  EXPECT_EQ(chosen[0].blocks.second, 4U);
  EXPECT_LT(chosen[0].cycles, chosen[0].apart_cycles);
  costs.dram_bytes_per_cycle = 1000;  // without forwarding all passes through DRAM
  EXPECT_EQ(choice(attention(128), 1024 * kKiB, costs, false).size(), 1U);
}

TEST(BlockChoice, WeightsThatWouldComeAgainForEveryBlockAreNoGain) {
  const Graph graph = parse_graph(
      "input x 512x512\nparam w 512x2048\nparam u 2048x512\n"
      "h = matmul x w\ny = matmul h u\noutput y\n",
      "g");
  EXPECT_TRUE(choice(graph, 512 * kKiB).empty());
}

TEST(BlockChoice, WhatSomebodyChoseIsEstimatedLikewise) {
  const Graph graph = attention(1024);
  const BlockEstimate chosen = choice(graph, 1024 * kKiB).at(0);
  const MachineCosts costs;
  const auto estimate = estimate_row_blocks(graph, {}, {costs, 1024 * kKiB}, chosen.blocks);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->bytes, chosen.bytes);
  EXPECT_EQ(estimate->cycles, chosen.cycles);
  EXPECT_FALSE(estimate_row_blocks(graph, {}, {costs, 64 * kKiB}, chosen.blocks));
}

}  // namespace
}  // namespace tilewave
