// Which views share tiles with what they are a part of, and who computes what others read.
#include "compiler/lowering/tile_regions.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "compiler/lowering/tiling.h"

namespace tilewave {
namespace {

struct Cut {
  explicit Cut(const std::string& text, const TileShape& tile = {8, 8, 8})
      : graph(parse_graph(text, "g")),
        tiles(tensor_tiles(graph, tile)),
        regions(tile_regions(graph, placements(graph), tiles)) {}

  /// "x[1,2]": its first tile.
  std::string region(const std::string& tensor) const {
    const TileRegion& region = regions[*graph.find(tensor)];
    return graph.tensor(region.tensor).name + "[" + std::to_string(region.row) + "," +
           std::to_string(region.col) + "]";
  }

  Graph graph;
  std::vector<TileExtent> tiles;
  std::vector<TileRegion> regions;
};

/// A slice of x of 30×20, and what is computed of it.
std::string region_of(const std::string& range) {
  return Cut("input x 30x20\nz = relu x\ns = slice x " + range + "\ny = relu s\noutput y z\n")
      .region("s");
}

TEST(TileRegions, ASliceThatMeetsTheTilesSharesThem) {
  EXPECT_EQ(region_of("0:30 0:20"), "x[0,0]");
  EXPECT_EQ(region_of("8:24 8:16"), "x[1,1]");
  EXPECT_EQ(region_of("16:30 16:20"), "x[2,2]");
  EXPECT_EQ(region_of("8:23 8:16"), "s[0,0]");
  EXPECT_EQ(region_of("8:24 8:19"), "s[0,0]");
  EXPECT_EQ(region_of("7:24 8:16"), "s[0,0]");
  EXPECT_EQ(region_of("8:24 1:16"), "s[0,0]");
}

TEST(TileRegions, OneOfOtherTilesDoesNot) {
  const std::string text =
      "input x 16x16\nz = relu x\ns = slice x 0:1 0:16\ny = add z s\noutput y\n";
  EXPECT_EQ(Cut(text).region("s"), "s[0,0]");
  EXPECT_EQ(Cut(text).tiles[2], (TileExtent{1, 8}));
}

TEST(TileRegions, AWholeThatNobodyUsesIsCutAsItsFirstPart) {
  const Cut cut("input x 16x48\nparam w 24x8\ns = slice x 0:16 24:48\ny = matmul s w\noutput y\n",
                {8, 8, 24});
  EXPECT_EQ(cut.region("s"), "x[0,1]");
  EXPECT_EQ(cut.tiles[0], (TileExtent{8, 24}));
}

TEST(TileRegions, PartsOfAConcatShareItsTilesOrHaveTheirOwn) {
  const Cut cut(
      "input x 16x8\ninput u 16x3\na = relu x\nb = abs u\nc = concat+columns a b\n"
      "b2 = neg u\na2 = neg x\nd = concat+columns b2 a2\ny = relu c\nz = relu d\n"
      "output y z\n");
  EXPECT_EQ(cut.region("a"), "c[0,0]");
  EXPECT_EQ(cut.region("b"), "c[0,1]");
  EXPECT_EQ(cut.region("b2"), "b2[0,0]");
  EXPECT_EQ(cut.region("a2"), "a2[0,0]");
}

TEST(RegionNumbers, WholesFirstThenTheOtherRegionsThatAreUsed) {
  const Cut cut(
      "input x 16x8\ns = slice x 1:16 0:8\nt = slice s 0:9 1:7\nu = slice x 8:16 0:8\n"
      "y = relu t\nz = relu u\noutput y z\n");
  const std::vector<std::uint32_t> numbers = region_numbers(cut.graph, cut.regions);
  EXPECT_EQ(numbers,
            (std::vector<std::uint32_t>{0, kNoRegion, 3, kNoRegion, 1, 2}));  // x s t u y z
}

/// What is computed of a tile: "a[0,0] a[1,0]".
std::string computed(const Cut& cut, const std::string& region, std::uint32_t row,
                     std::uint32_t col) {
  std::string text;
  ComputedTiles(cut.graph, cut.tiles, cut.regions)
      .visit({*cut.graph.find(region), row, col}, [&](const TileIndex::Place& place) {
        text += text.empty() ? "" : " ";
        text += cut.graph.tensor(place.tensor).name + "[" + std::to_string(place.row) + "," +
                std::to_string(place.col) + "]";
      });
  return text;
}

TEST(ComputedTiles, OfAPartAreThoseThatItMeets) {
  const Cut cut(
      "input x 20x20\nh = relu x\ns = slice h 5:17 8:20\ny = relu s\nz = abs h\noutput y z\n");
  EXPECT_EQ(computed(cut, "h", 1, 2), "h[1,2]");
  EXPECT_EQ(computed(cut, "s", 0, 0), "h[0,1] h[1,1]");
  EXPECT_EQ(computed(cut, "s", 1, 1), "h[1,2] h[2,2]");
  const ComputedTiles tiles(cut.graph, cut.tiles, cut.regions);
  EXPECT_TRUE(tiles.is_source(*cut.graph.find("x")));
  EXPECT_FALSE(tiles.is_source(*cut.graph.find("s")));
  EXPECT_TRUE(tiles.is_read_elsewhere(*cut.graph.find("h")));
  EXPECT_FALSE(tiles.is_read_elsewhere(*cut.graph.find("y")));
}

TEST(ComputedTiles, OfAWholeAreThoseOfItsParts) {
  const Cut cut("input x 12x8\na = relu x\nb = abs x\nc = concat+rows a b\ny = relu c\noutput y\n");
  EXPECT_EQ(computed(cut, "c", 0, 0), "a[0,0]");
  EXPECT_EQ(computed(cut, "c", 1, 0), "a[1,0] b[0,0]");
  EXPECT_EQ(computed(cut, "c", 2, 0), "b[0,0] b[1,0]");
  const ComputedTiles tiles(cut.graph, cut.tiles, cut.regions);
  EXPECT_TRUE(tiles.is_read_elsewhere(*cut.graph.find("a")));
  EXPECT_TRUE(tiles.is_read_elsewhere(*cut.graph.find("b")));
}

}  // namespace
}  // namespace tilewave
