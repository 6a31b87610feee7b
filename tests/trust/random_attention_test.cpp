// Attention of random shapes, with and without masks, its softmax said in several ways, on SRAMs from a few tiles on,
// with both kinds of vector unit, in blocks of rows that the compiler or chance has chosen: outputs against the network
// computed plainly.
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "compiler/graph/running_softmax.h"
#include "compiler/lowering/row_blocks.h"
#include "tests/support/networks.h"
#include "tests/support/plain_network.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

constexpr std::uint32_t kTile = 8;
constexpr std::uint64_t kTileBytes = 4ULL * kTile * kTile;

std::string extents(std::uint64_t rows, std::uint64_t cols) {
  return std::to_string(rows) + "x" + std::to_string(cols);
}

/// One to three heads, whose columns do or do not lie on tiles.
Graph attention(std::mt19937& random) {
  const auto draw = [&](std::uint32_t least, std::uint32_t most) {
    return least + static_cast<std::uint32_t>(random() % (most - least + 1));
  };
  const std::uint32_t rows = draw(1, 60);
  const std::uint32_t keys = draw(1, 70);
  const std::uint32_t heads = draw(1, 3);
  const std::uint32_t width = random() % 2 == 0 ? kTile * draw(1, 2) : draw(1, 20);
  std::string text = "input q " + extents(rows, heads * width) + "\ninput k " +
                     extents(keys, heads * width) + "\ninput v " + extents(keys, heads * width) +
                     "\n";
  const std::uint32_t mask = draw(0, 2);
  if (mask > 0) {
    text += "input mask " + extents(mask == 1 ? rows : 1, keys) + "\n";
  }
  std::string parts;
  for (std::uint32_t i = 0; i < heads; ++i) {
    const std::string h = std::to_string(i);
    const std::string columns =
        std::to_string(i * width) + ":" + std::to_string((i + 1) * width) + "\n";
    const auto part = [&](const char* of, std::uint32_t count) {
      return std::string(of) + h + " = slice " + of + " 0:" + std::to_string(count) + " " + columns;
    };
    text += part("q", rows) + part("k", keys) + part("v", keys);
    text += "a" + h + " = matmul q" + h + " k" + h + " transposed=b\n";
    text += "s" + h + " = " +
            (mask > 0 ? "map a" + h + " mask | mul x0 0.5; add t0 x1\n" : "mul a" + h + " 0.5\n");
    text += "m" + h + " = reduce+max+columns s" + h + "\n";
    switch (random() % 3) {
      case 0:
        text += "l" + h + " = reduce+sum+columns s" + h + " m" + h + " | sub x0 x1; exp t0\n";
        text +=
            "p" + h + " = map s" + h + " m" + h + " l" + h + " | sub x0 x1; exp t0; div t1 x2\n";
        break;
      case 1:
        text += "e" + h + " = sub+exp s" + h + " m" + h + "\n";
        text += "l" + h + " = reduce+sum+columns e" + h + "\n";
        text += "p" + h + " = div e" + h + " l" + h + "\n";
        break;
      default:  // none that is recognised
        text += "e" + h + " = sub+exp s" + h + " m" + h + "\n";
        text += "l" + h + " = reduce+sum+columns e" + h + "\n";
        text += "r" + h + " = reciprocal l" + h + "\n";
        text += "p" + h + " = mul e" + h + " r" + h + "\n";
    }
    text += "o" + h + " = matmul p" + h + " v" + h + "\n";
    parts += " o" + h;
  }
  text += heads > 1 ? "o = concat+columns" + parts + "\n" : "o = relu o0\n";
  text += "param w " + extents(heads * width, 16) + "\ny = matmul o w\noutput y\n";
  return parse_graph(text, "attention");
}

/// Runs of operators one behind the other, some with a second half.
std::vector<RowBlocks> random_blocks(std::mt19937& random, const Graph& fused) {
  std::vector<RowBlocks> blocks;
  for (OperatorId id = 0; id < fused.operators().size();) {
    const OperatorId end = row_blocks_end(fused, id);
    if (end <= id || random() % 4 == 0) {
      ++id;
      continue;
    }
    RowBlocks run{id, id + 1 + static_cast<OperatorId>(random() % (end - id)),
                  1 + static_cast<std::uint32_t>(random() % 4)};
    if (random() % 2 == 0 && run.end > run.first + 1) {
      run.second = run.first + 1 + static_cast<OperatorId>(random() % (run.end - run.first - 1));
    }
    blocks.push_back(run);
    id = run.end;
  }
  return blocks;
}

TEST(RandomAttention, IsRightInBlocksOfRows) {
  std::uint64_t in_blocks = 0;
  std::uint64_t chosen = 0;
  std::uint64_t running = 0;
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const Graph graph = attention(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + to_text(graph));
    ScheduleOptions options;
    options.sram_bytes = (6 + seed % 60) * kTileBytes;
    options.buffering = seed % 5 == 0 ? Buffering::kSingle : Buffering::kPingPong;
    options.costs.own_vector_unit = seed % 3 == 0;
    MachineConfig machine;
    machine.sram.size_bytes = options.sram_bytes;
    machine.compute.vector.own_unit = options.costs.own_vector_unit;
    FusionOptions fusion{.all_maps = seed % 4 == 1};
    if (seed % 3 == 1) {  // a running softmax over parts that lie on tiles or do not
      for (const SoftmaxProduct& product : softmax_products(fuse(graph, fusion))) {
        fusion.running[product.result] = 1 + random() % (seed % 2 == 0 ? 24 : 8) * 2;
        ++running;
      }
    }
    const Graph fused = fuse(graph, fusion);
    Pinned pinned;
    if (seed % 2 == 0) {
      pinned.blocks = random_blocks(random, fused);
      in_blocks += pinned.blocks->empty() ? 0 : 1;
    }
    test::Compiled compiled = test::compile(fused, options, Tiling(kTile, kTile, kTile), pinned);
    if (!pinned.blocks) {
      options.row_blocks = false;
      const test::Compiled apart = test::compile(fused, options, Tiling(kTile, kTile, kTile));
      chosen += apart.program.ops == compiled.program.ops ? 0 : 1;
    }
    const test::Values sources = test::random_sources(graph.tensors(), seed);
    const test::Outcome outcome = test::run(compiled.program, machine, sources);
    ASSERT_NO_FATAL_FAILURE(test::expect_computed(graph, sources, outcome.outputs));
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(in_blocks, 100U);
  EXPECT_GT(chosen, 10U);
  EXPECT_GT(running, 50U);
}

}  // namespace
}  // namespace tilewave::trust
