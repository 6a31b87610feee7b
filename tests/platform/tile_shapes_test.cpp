// Tiles of every shape, with biases, row vectors, copies and ReLUs: the numbers are right, and what
// lies behind the edge of a tensor stays zero.
#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_text.h"
#include "tests/support/networks.h"
#include "tests/support/plain_network.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using test::Values;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr std::uint64_t kSramBytes = 2 << 20;  // holds more than seven tiles of 256×256

MachineConfig machine(DramLayout layout, Dataflow dataflow) {
  MachineConfig config;
  config.sram.size_bytes = kSramBytes;
  config.dram.layout = layout;
  config.compute.dataflow = dataflow;
  return config;
}

Program compiled(const Graph& graph, const TileShape& tile) {
  return test::compile(graph, {.sram_bytes = kSramBytes}, tile).program;
}

void expect_right(const Graph& graph, const TileShape& tile, const MachineConfig& config) {
  SCOPED_TRACE(to_text(graph) + std::to_string(tile.m) + "x" + std::to_string(tile.n) + "x" +
               std::to_string(tile.k));
  const Values sources = test::random_sources(graph.tensors(), 3);
  const test::Outcome outcome = test::run(compiled(graph, tile), config, sources);
  test::expect_computed(graph, sources, outcome.outputs);
}

constexpr DramLayout kLayouts[] = {DramLayout::kTiled, DramLayout::kRowMajor};
constexpr Dataflow kDataflows[] = {Dataflow::kOutputStationary, Dataflow::kWeightStationary,
                                   Dataflow::kInputStationary, Dataflow::kSimd};

/// Each tile in each layout, with the dataflows by turns.
void expect_right_everywhere(const std::vector<TileShape>& tiles, bool chains, int rounds) {
  std::mt19937 random(5);
  int dataflow = 0;
  for (const TileShape& tile : tiles) {
    for (const DramLayout layout : kLayouts) {
      for (int round = 0; round < rounds; ++round) {
        const Graph graph = test::random_mixed_network(random, 150, chains);
        expect_right(graph, tile, machine(layout, kDataflows[dataflow++ % 4]));
      }
    }
  }
}

TEST(TileShapes, SquareOnes) {
  expect_right_everywhere({{8, 8, 8},
                           {16, 16, 16},
                           {24, 24, 24},
                           {32, 32, 32},
                           {64, 64, 64},
                           {128, 128, 128},
                           {256, 256, 256}},
                          true, 3);
}

TEST(TileShapes, AnyHeightWithEqualWidthAndDepth) {
  expect_right_everywhere({{8, 32, 32}, {64, 16, 16}, {128, 24, 24}, {256, 8, 8}}, true, 3);
}

TEST(TileShapes, AllExtentsDifferentWhereNoResultIsALeftOperand) {
  expect_right_everywhere({{16, 24, 40}, {256, 8, 64}, {8, 256, 32}, {32, 128, 8}}, false, 3);
}

TEST(TileShapes, TheTileChangesTheStepsAndNotTheNumbers) {
  const Graph graph = parse_graph(
      "input x 64x64\nparam w 64x64\nparam b 1x64\nh = matmul+bias x w b\noutput h\n", "g");
  const test::Outcome whole =
      test::run(compiled(graph, {64, 64, 64}), {}, test::random_sources(graph.tensors(), 1));
  EXPECT_EQ(whole.result.steps(), 1U);
  EXPECT_EQ(whole.result.macs(), 64U * 64 * 64);
  // x, w and h of 16 KiB, and a bias of 256 bytes
  EXPECT_EQ(whole.result.dram.read_bytes, 2U * 16384 + 256);
  EXPECT_EQ(whole.result.dram.write_bytes, 16384U);
  const test::Outcome parts =
      test::run(compiled(graph, {16, 32, 8}), {}, test::random_sources(graph.tensors(), 1));
  EXPECT_EQ(parts.result.steps(), 64U);  // 4 · 2 · 8
  EXPECT_EQ(parts.result.macs(), whole.result.macs());
  for (std::size_t i = 0; i < 64 * 64; ++i) {
    ASSERT_NEAR(parts.outputs.at("h")[i], whole.outputs.at("h")[i], 1e-4);
  }
}

/// The bias is infinite. Were it left in the rows of h that are padding, 0 · inf = NaN would be
/// added to every element of y.
TEST(TileShapes, ABiasStaysOutOfThePadding) {
  const Graph graph = parse_graph(
      "input x 5x7\nparam w 7x9\nparam b 1x9\nparam u 3x5\nh = matmul x w\ns = add h b\n"
      "y = matmul u s\nz = add y b\noutput y z\n",
      "g");
  Values sources = test::random_sources(graph.tensors(), 4);
  sources["b"] = std::vector<float>(9, kInf);
  sources["u"] = std::vector<float>(15, 1.0F);
  for (const DramLayout layout : kLayouts) {
    const test::Outcome outcome =
        test::run(compiled(graph, {32, 32, 32}), machine(layout, kDataflows[0]), sources);
    EXPECT_EQ(outcome.outputs.at("y"), std::vector<float>(27, kInf));
    EXPECT_EQ(outcome.outputs.at("z"), std::vector<float>(27, kInf));
  }
}

/// s = relu(x·w + b), and t the same of the first step alone: the ReLU on the op that makes the
/// tile or on its store.
TEST(TileShapes, AReluOfTheCoreIsTheReluOfTheStore) {
  const auto program_with = [](const std::string& on_op, const std::string& on_store) {
    return parse_program_text(
        "tilewave-program 3\ntile 16 24 8\nsram 0x3000\n"
        "tensor x input 13x16 tile 16x8 dram 0x0\ntensor w param 16x20 tile 8x24 dram 0x1000\n"
        "tensor b param 1x20 tile 1x24 dram 0x2000\n"
        "tensor s output 13x20 tile 16x24 dram 0x3000\n"
        "tensor t output 13x20 tile 16x24 dram 0x4000\nkernel 0 tile tile | add x0 x1\nkernel 1 "
        "tile row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu "
        "t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n"
        "load x[0,0] -> 0\nload x[0,1] -> 0x200\nload w[0,0] -> 0x400\nload w[1,0] -> 0x700\n"
        "load b[0,0] -> 0xa00\n"
        "matmul s[0,0] k=0 a=0 b=0x400 bias=0xa00 -> 0x1000 clear\n"
        "matmul s[0,0] k=1 a=0x200 b=0x700 -> 0x1000" +
            on_op + "\nstore s[0,0] <- 0x1000" + on_store +
            "\nmatmul t[0,0] k=0 a=0 b=0x400 -> 0x1600 clear\n"
            "vector t[0,0] kernel=" +
            (on_op.empty() ? "1" : "4") + " a=0x1600 b=0xa00 -> 0x1c00\nstore t[0,0] <- 0x1c00" +
            on_store + "\n",
        "relu");
  };
  const Program on_op = program_with(" relu", "");
  const Program on_store = program_with("", " relu");
  const Values sources = test::random_sources(on_op.tensors, 3);
  for (const DramLayout layout : kLayouts) {
    for (const Dataflow dataflow : kDataflows) {
      const test::Outcome a = test::run(on_op, machine(layout, dataflow), sources);
      const test::Outcome b = test::run(on_store, machine(layout, dataflow), sources);
      EXPECT_EQ(a.outputs, b.outputs);
      EXPECT_EQ(a.result.cycles, b.result.cycles);
      EXPECT_GT(std::ranges::count(a.outputs.at("s"), 0.0F), 50);
    }
  }
}

/// y = relu(relu(x·w + b) · v) with the hidden layer never stored: read where it was computed.
TEST(TileShapes, AForwardedTileIsReadWhereItWasComputed) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 16 8 8\nsram 0x1000\n"
      "tensor x input 13x8 tile 16x8 dram 0x0\ntensor w param 8x5 tile 8x8 dram 0x1000\n"
      "tensor b param 1x5 tile 1x8 dram 0x2000\ntensor h intermediate 13x5 tile 16x8 dram 0x3000\n"
      "tensor v param 5x8 tile 8x8 dram 0x4000\ntensor y output 13x8 tile 16x8 dram 0x5000\nkernel "
      "0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 "
      "tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n"
      "load x[0,0] -> 0\nload w[0,0] -> 0x200\nload b[0,0] -> 0x300\n"
      "matmul h[0,0] k=0 a=0 b=0x200 bias=0x300 -> 0x400 clear relu\n"
      "load v[0,0] -> 0x600\n"
      "matmul y[0,0] 13x8x5 k=0 a=0x400 b=0x600 -> 0x800 clear relu\nstore y[0,0] <- 0x800\n",
      "forwarding");
  const Graph graph = parse_graph(
      "input x 13x8\nparam w 8x5\nparam b 1x5\nparam v 5x8\nh = matmul+bias+relu x w b\n"
      "y = matmul+relu h v\noutput y\n",
      "g");
  const Values sources = test::random_sources(graph.tensors(), 9);
  for (const bool overlap : {true, false}) {
    MachineConfig config;
    config.sequencer.overlap = overlap;
    const test::Outcome outcome = test::run(program, config, sources);
    test::expect_computed(graph, sources, outcome.outputs);
    EXPECT_EQ(outcome.result.dram.write_bytes, 416U);  // y alone: 13·8·4
  }
}

}  // namespace
}  // namespace tilewave
