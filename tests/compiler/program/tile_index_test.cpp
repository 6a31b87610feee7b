// Numbers of tiles: dense, tensor after tensor, and back again.
#include "compiler/program/tile_index.h"

#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"

namespace tilewave {
namespace {

TEST(TileIndex, CountsTensorAfterTensorRowByRow) {
  const Graph graph = parse_graph("input x 33x70\nparam w 70x5\ny = matmul x w\noutput y\n", "g");
  const TileIndex index(graph.tensors(), std::vector<TileExtent>(3, {32, 32}));
  EXPECT_EQ(index.count(), 11U);  // 2·3 + 3·1 + 2·1
  EXPECT_EQ(index.first(1), 6U);
  EXPECT_EQ(index.first(3), 11U);
  EXPECT_EQ(index.grid(0).cols, 3U);
  TileId next = 0;
  for (std::uint32_t tensor = 0; tensor < 3; ++tensor) {
    for (std::uint32_t row = 0; row < index.grid(tensor).rows; ++row) {
      for (std::uint32_t col = 0; col < index.grid(tensor).cols; ++col) {
        const TileIndex::Place place{tensor, row, col};
        EXPECT_EQ(index.id(place), next);
        EXPECT_EQ(index.place(next).tensor, tensor);
        EXPECT_EQ(index.place(next).row, row);
        EXPECT_EQ(index.place(next).col, col);
        ++next;
      }
    }
  }
  EXPECT_EQ(next, index.count());
}

}  // namespace
}  // namespace tilewave
