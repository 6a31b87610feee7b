// Which tiles each tensor gets, and what is said when its roles do not go together.
#include "compiler/lowering/tiling.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "tests/compiler/program/program_samples.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

constexpr TileShape kTile{16, 24, 40};  // m, n, k: all different

/// "x 16x40, w 40x24, ...": the tiles of every tensor.
std::string tiles_of(const std::string& text, const TileShape& tile = kTile) {
  const Graph graph = parse_graph(text, "g");
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  std::string list;
  for (TensorId id = 0; id < tiles.size(); ++id) {
    list += (id == 0 ? "" : ", ") + graph.tensor(id).name + " " + to_string(tiles[id]);
  }
  return list;
}

TEST(Tiling, FollowsTheRoles) {
  EXPECT_EQ(tiles_of("input x 99x99\nparam w 99x99\ny = matmul x w\noutput y\n"),
            "x 16x40, w 40x24, y 16x24");
  EXPECT_EQ(tiles_of("input x 9x9\ns = add x x\nr = relu s\nc = copy r\noutput c\n"),
            "x 16x24, s 16x24, r 16x24, c 16x24");
}

TEST(Tiling, TransposedFactorsHaveTransposedTiles) {
  EXPECT_EQ(tiles_of("input x 99x99\nparam w 99x99\ny = matmul x w transposed=ab\noutput y\n"),
            "x 40x16, w 24x40, y 16x24");
}

TEST(Tiling, WhatAReduceReadsAndGivesIsCutLikeAMap) {
  EXPECT_EQ(tiles_of("input x 99x99\nparam r 1x99\nparam c 99x1\n"
                     "y = reduce+sum+columns x r c | mul x0 x1; mul t0 x2\noutput y\n"),
            "x 16x24, r 1x24, c 16x1, y 16x24");
}

TEST(Tiling, ASourceThatIsOnlyARowVectorHasRowTiles) {
  EXPECT_EQ(tiles_of("input x 9x9\nparam w 9x9\nparam b 1x9\nh = matmul+bias x w b\ny = add h b\n"
                     "output y\n"),
            "x 16x40, w 40x24, b 1x24, h 16x24, y 16x24");
}

TEST(Tiling, ARowVectorWithAnotherRoleHasTheOthersTiles) {
  // A result, an operand of an add of equal shapes, and the right operand of a matmul: all n wide.
  EXPECT_EQ(tiles_of("input x 9x9\ninput v 1x9\nr = relu v\ny = add x r\noutput y\n"),
            "x 16x24, v 16x24, r 16x24, y 16x24");
  EXPECT_EQ(tiles_of("input x 9x9\nparam b 1x9\ny = add x b\nz = add b b\noutput y z\n"),
            "x 16x24, b 16x24, y 16x24, z 16x24");
  EXPECT_EQ(tiles_of("input x 9x9\ninput u 9x1\nparam b 1x9\ny = add x b\nz = matmul u b\n"
                     "output y z\n"),
            "x 16x24, u 16x40, b 40x24, y 16x24, z 16x24");
}

TEST(Tiling, ColumnsAndSingleValuesHaveTilesOfTheirOwn) {
  EXPECT_EQ(tiles_of("input x 9x9\nparam c 9x1\nparam v 1x1\ny = map x c v | mul x0 x1; add t0 x2\n"
                     "output y\n"),
            "x 16x24, c 16x1, v 1x1, y 16x24");
  // A row and a column alone; both of a matmul's expression.
  EXPECT_EQ(tiles_of("input c 9x1\ninput r 1x9\ny = mul c r\noutput y\n"),
            "c 16x1, r 1x24, y 16x24");
  EXPECT_EQ(tiles_of("input x 9x9\nparam w 9x9\nparam c 9x1\nparam v 1x1\n"
                     "y = matmul x w c v | mul x0 x1; add t0 x2\noutput y\n"),
            "x 16x40, w 40x24, c 16x1, v 1x1, y 16x24");
  // A value takes the tiles of whatever else it is.
  EXPECT_EQ(tiles_of("input x 9x9\ninput v 1x1\ny = mul x v\nz = relu v\noutput y z\n"),
            "x 16x24, v 16x24, y 16x24, z 16x24");
  EXPECT_EQ(tiles_of("input x 9x9\ninput v 1x1\nparam w 1x9\nh = matmul v w\ny = add x v\n"
                     "output h y\n"),
            "x 16x24, v 16x40, w 40x24, h 16x24, y 16x24");
}

TEST(Tiling, AColumnWithAnotherRoleIsTheFirstColumnOfItsTiles) {
  const auto form = [](const std::string& text, const std::string& name) {
    const Graph graph = parse_graph(text, "g");
    return operand_form(Broadcast::kColumn, tensor_tiles(graph, kTile)[*graph.find(name)]);
  };
  const std::string computed = "input x 9x9\ninput v 9x1\nc = relu v\ny = mul x c\noutput y\n";
  EXPECT_EQ(tiles_of(computed), "x 16x24, v 16x24, c 16x24, y 16x24");
  EXPECT_EQ(form(computed, "c"), OperandForm::kFirstColumn);
  const std::string source = "input x 9x9\ninput c 9x1\ny = mul x c\noutput y\n";
  EXPECT_EQ(form(source, "c"), OperandForm::kColumn);
  // v is the column of a row and the row of a column: both of a whole tile.
  EXPECT_EQ(tiles_of("input v 1x1\ninput r 1x9\ninput c 9x1\ny = add r v\nz = add c v\n"
                     "output y z\n"),
            "v 16x24, r 16x24, c 16x24, y 16x24, z 16x24");
  EXPECT_EQ(operand_form(Broadcast::kNone, kTile.result()), OperandForm::kTile);
  EXPECT_EQ(operand_form(Broadcast::kRow, kTile.right()), OperandForm::kRow);
  EXPECT_EQ(operand_form(Broadcast::kValue, kTile.left()), OperandForm::kValue);
  // With n = 1 there is no such tile, so an m×n tile is never taken for an m×1 one.
  EXPECT_EQ(operand_form(Broadcast::kColumn, kTile.column()), OperandForm::kColumn);
}

TEST(Tiling, SquareTilesSuitEveryRole) {
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    const Graph graph = test::random_mixed_network(random, 100);
    for (const std::uint32_t edge : {8U, 32U, 256U}) {
      for (const TileExtent& tile : tensor_tiles(graph, {edge, edge, edge})) {
        EXPECT_TRUE(tile == (TileExtent{edge, edge}) || tile == (TileExtent{1, edge}) ||
                    tile == (TileExtent{edge, 1}) || tile == (TileExtent{1, 1}));
      }
    }
  }
}

TEST(Tiling, NamesTheTensorBothRolesAndTheKeys) {
  const struct {
    std::string text;
    std::string message;
  } table[] = {
      {"input x 9x9\nparam w 9x9\nh = matmul x w\ny = matmul h w\noutput y\n",
       "graph 'g': tensor 'h' has one tile grid, but is the result of matmul 'h' (tiles m x n = "
       "16x24) and the left operand of matmul 'y' (tiles m x k = 16x40); tile.n and tile.k must be "
       "equal"},
      {"input x 9x9\nparam w 9x9\nh = matmul x w\ny = matmul x h\noutput y\n",
       "graph 'g': tensor 'h' has one tile grid, but is the result of matmul 'h' (tiles m x n = "
       "16x24) and the right operand of matmul 'y' (tiles k x n = 40x24); tile.m and tile.k must "
       "be equal"},
      {"input x 9x9\ny = matmul x x\noutput y\n",
       "graph 'g': tensor 'x' has one tile grid, but is the left operand of matmul 'y' (tiles m x "
       "k = 16x40) and the right operand of matmul 'y' (tiles k x n = 40x24); tile.m, tile.k and "
       "tile.n must be equal"},
      {"input x 9x9\nparam w 1x9\ninput c 9x1\ny = mul x c\nz = matmul c w\noutput y z\n",
       "graph 'g': tensor 'c' has one tile grid, but is the column vector of mul 'y' (tiles m x n "
       "= "
       "16x24 or m x 1) and the left operand of matmul 'z' (tiles m x k = 16x40); tile.n and "
       "tile.k "
       "must be equal"},
      {"input x 9x9\nparam w 9x9\nr = relu x\ny = matmul x w\noutput r y\n",
       "graph 'g': tensor 'x' has one tile grid, but is an operand of relu 'r' (tiles m x n = "
       "16x24) and the left operand of matmul 'y' (tiles m x k = 16x40); tile.n and tile.k must be "
       "equal"},
      {"input x 1x9\nparam w 9x9\nh = matmul x w\nparam z 9x9\ny = add z x\noutput h y\n",
       "graph 'g': tensor 'x' has one tile grid, but is the left operand of matmul 'h' (tiles m x "
       "k = 16x40) and the row vector of add 'y' (tiles n = 24 wide); tile.n and tile.k must be "
       "equal"},
      {"input x 1x9\nparam w 9x9\nparam z 9x9\ny = add z x\nh = matmul x w\noutput h y\n",
       "graph 'g': tensor 'x' has one tile grid, but is the row vector of add 'y' (tiles n = 24 "
       "wide) and the left operand of matmul 'h' (tiles m x k = 16x40); tile.n and tile.k must be "
       "equal"},
  };
  for (const auto& [text, message] : table) {
    EXPECT_EQ(test::message_of([&, &text = text] { tiles_of(text); }), message);
  }
}

TEST(Tiling, EqualKeysAreEnough) {
  const std::string chain = "input x 9x9\nparam w 9x9\nh = matmul x w\ny = matmul h w\noutput y\n";
  EXPECT_EQ(tiles_of(chain, {64, 24, 24}), "x 64x24, w 24x24, h 64x24, y 64x24");
  const std::string right = "input x 9x9\nparam w 9x9\nh = matmul x w\ny = matmul x h\noutput y\n";
  EXPECT_EQ(tiles_of(right, {40, 8, 40}), "x 40x40, w 40x8, h 40x8, y 40x8");
  const std::string square = "input x 9x9\ny = matmul x x\noutput y\n";
  EXPECT_EQ(tiles_of(square, {8, 8, 8}), "x 8x8, y 8x8");
  EXPECT_THAT(test::message_of([&] {
                tiles_of(square, {8, 8, 16});
              }),
              HasSubstr("tile.m, tile.k and tile.n must be equal"));
}

TEST(Tiling, TheSramHoldsTheTilesOfAStep) {
  const Graph graph = parse_graph(
      "input x 99x99\nparam w 99x99\nparam b 1x99\nh = matmul+bias x w b\nc = copy h\noutput c\n",
      "g");
  const TileShape tile{32, 32, 32};
  // three tiles of 4096 bytes and a bias of 128
  EXPECT_EQ(step_bytes(graph, graph.operators()[0], tensor_tiles(graph, tile), TileEdges::kReal),
            12416U);
  EXPECT_EQ(step_bytes(graph, graph.operators()[1], tensor_tiles(graph, tile), TileEdges::kReal),
            4096U);
  // 8·16 + 16·8 + 8·8 elements, and a bias of 32 bytes, which takes 64
  EXPECT_EQ(
      step_bytes(graph, graph.operators()[0], tensor_tiles(graph, {8, 8, 16}), TileEdges::kReal),
      1344U);
  const auto message = [&](std::uint64_t sram) {
    return test::message_of([&] { require_step_fits(graph, tile, sram); });
  };
  EXPECT_EQ(message(12416), "accepted");
  EXPECT_EQ(
      message(12352),
      "graph 'g': a step of matmul 'h' needs 12416 bytes of SRAM for its tiles, bias included; "
      "there are 12352");
  // of 9×9 elements each, and a bias of 9; what is there, or whole tiles
  const Graph small =
      parse_graph("input x 9x9\nparam w 9x9\nparam b 1x9\nh = matmul+bias x w b\noutput h\n", "g");
  const auto of_small = [&](TileEdges edges) {
    return step_bytes(small, small.operators()[0], tensor_tiles(small, tile), edges);
  };
  EXPECT_EQ(of_small(TileEdges::kReal), 3 * 384 + 64);
  EXPECT_EQ(of_small(TileEdges::kPadded), 12416U);
}

}  // namespace
}  // namespace tilewave
