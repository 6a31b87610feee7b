// Which operators may run in blocks of rows, and in which order their steps come.
#include "compiler/lowering/row_blocks.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "compiler/lowering/lower.h"

namespace tilewave {
namespace {

/// Tensor at which the run that begins with the operator of `first` ends: the last that it computes.
std::string last_of(const Graph& graph, const std::string& first) {
  const OperatorId begin = *graph.tensor(*graph.find(first)).producer;
  const OperatorId end = row_blocks_end(graph, begin);
  return end == begin ? "" : graph.tensor(graph.operators()[end - 1].output).name;
}

constexpr const char* kAttention =
    "input q 64x32\ninput k 96x32\ninput v 96x32\n"
    "s = matmul q k transposed=b\n"
    "m = reduce+max+columns s\n"
    "e = map s m | sub x0 x1; exp t0\n"
    "l = reduce+sum+columns e\n"
    "o = matmul e v l | div x0 x1\n";

TEST(RowBlocks, GoOnAsLongAsRowsAreReadByRows) {
  const Graph attention = parse_graph(std::string(kAttention) + "output o\n", "g");
  EXPECT_EQ(last_of(attention, "s"), "o");
  EXPECT_EQ(last_of(attention, "l"), "o");
}

TEST(RowBlocks, EndWhereAllRowsAreRead) {
  // As the right factor, transposed as the left one, as a row, by a fold over rows; where there are other rows.
  const auto ends = [](const std::string& statement) {
    return last_of(
        parse_graph("input x 64x64\na = relu x\nb = relu a\n" + statement + "output c\n", "g"),
        "a");
  };
  EXPECT_EQ(ends("c = relu b\n"), "c");
  EXPECT_EQ(ends("c = matmul b x\n"), "c");
  EXPECT_EQ(ends("c = reduce+sum+columns b\n"), "c");
  EXPECT_EQ(ends("c = matmul x b\n"), "b");
  EXPECT_EQ(ends("c = matmul b x transposed=a\n"), "b");
  EXPECT_EQ(ends("c = reduce+sum+rows b\n"), "b");
  EXPECT_EQ(ends("p = slice b 0:1 0:64\nc = matmul+bias x x p\n"), "b");
  EXPECT_EQ(ends("p = slice b 32:64 0:64\nc = relu p\n"), "b");
  EXPECT_EQ(ends("p = slice b 0:64 0:32\nc = relu p\n"), "c");
}

TEST(RowBlocks, BeginWithNoView) {
  const Graph graph =
      parse_graph("input x 64x64\np = slice x 0:64 0:32\nc = relu p\noutput c\n", "g");
  EXPECT_EQ(row_blocks_end(graph, 0), 0U);
  EXPECT_EQ(row_blocks_end(graph, 1), 2U);
}

/// "s00 s01 m0 ...": tiles in the order in which they are computed.
std::string order_of(const Graph& graph, const std::vector<RowBlocks>& blocks) {
  const UopList list = lower(graph, {}, {std::vector<LoopNest>(graph.operators().size()), blocks});
  verify_uops(graph, list);
  std::string text;
  for (const Uop& uop : list.uops) {
    if (uop.kind == UopKind::kExecute && completes_tile(graph, uop)) {
      text += (text.empty() ? "" : " ") + graph.tensor(uop.tensor).name + std::to_string(uop.row) +
              std::to_string(uop.col);
    }
  }
  return text;
}

TEST(RowBlocks, ABlockPassesThroughAllBeforeTheNext) {
  const Graph graph =
      parse_graph("input x 96x64\na = relu x\nb = exp a\nc = relu b\noutput c\n", "g");
  EXPECT_EQ(order_of(graph, {}),
            "a00 a01 a10 a11 a20 a21 b00 b01 b10 b11 b20 b21 c00 c01 c10 c11 c20 c21");
  EXPECT_EQ(order_of(graph, {{0, 2, 2}}),
            "a00 a01 a10 a11 b00 b01 b10 b11 a20 a21 b20 b21 c00 c01 c10 c11 c20 c21");
}

TEST(RowBlocks, HalvesAreInterleaved) {
  const Graph graph = parse_graph(
      "input x 96x32\nparam w 32x32\na = matmul x w\nb = exp a\nc = matmul b w\noutput c\n", "g");
  // The vector step of a block beside the last product of the block before it and the first of the next.
  EXPECT_EQ(order_of(graph, {{0, 3, 1, 2}}), "a00 b00 a10 b10 c00 a20 b20 c10 c20");
}

TEST(RowBlocks, HalvesGoOnInOperatorsThatNeedNothingOfTheFirst) {
  const std::string head =
      "input x 32x32\nparam w 32x32\na = matmul x w\nb = exp a\nc = matmul b w\n";
  const Graph apart =
      parse_graph(head + "d = matmul x w\ne = exp d\nf = matmul e w\noutput c\noutput f\n", "g");
  EXPECT_EQ(order_of(apart, {{0, 3, 1, 2}, {3, 6, 1, 5}}), "a00 b00 d00 e00 c00 f00");
  const Graph chained =
      parse_graph(head + "d = matmul c w\ne = exp d\nf = matmul e w\noutput f\n", "g");
  EXPECT_EQ(order_of(chained, {{0, 3, 1, 2}, {3, 6, 1, 5}}), "a00 b00 c00 d00 e00 f00");
}

TEST(RowBlocks, AreFoundByOperator) {
  const std::vector<RowBlocks> blocks = {{1, 3, 2}, {5, 6, 1}};
  EXPECT_FALSE(blocks_of(blocks, 0));
  EXPECT_EQ(blocks_of(blocks, 2), blocks[0]);
  EXPECT_FALSE(blocks_of(blocks, 3));
  EXPECT_EQ(blocks_of(blocks, 5), blocks[1]);
}

}  // namespace
}  // namespace tilewave
