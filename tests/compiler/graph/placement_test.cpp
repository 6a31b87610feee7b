// Where views lie, and what has to be copied to lie there.
#include "compiler/graph/placement.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

std::string copied(const std::string& text) {
  return to_text(with_copied_parts(parse_graph(text, "g")));
}

/// "x+2,0": two rows below the first of x.
std::string place_of(const Graph& graph, const std::string& tensor) {
  const Placed place = placements(graph)[*graph.find(tensor)];
  return graph.tensor(place.root).name + "+" + std::to_string(place.top) + "," +
         std::to_string(place.left);
}

TEST(Placement, SlicesLieInWhatTheyAreTakenFrom) {
  const Graph graph = parse_graph(
      "input x 8x9\ns = slice x 2:7 3:9\nt = slice s 1:3 2:4\ny = relu t\nz = relu s\noutput y z\n",
      "g");
  EXPECT_EQ(place_of(graph, "x"), "x+0,0");
  EXPECT_EQ(place_of(graph, "s"), "x+2,3");
  EXPECT_EQ(place_of(graph, "t"), "x+3,5");
  EXPECT_EQ(place_of(graph, "y"), "y+0,0");
}

TEST(Placement, PartsLieInTheirConcatAndInThatOfIt) {
  const Graph graph = parse_graph(
      "input x 4x4\na = relu x\nb = abs x\nc = concat+columns a b\nd = neg c\ns = slice b 1:3 0:4\n"
      "e = neg s\nf = concat+rows d c\ny = relu f\noutput y e\n",
      "g");
  EXPECT_EQ(place_of(graph, "a"), "f+4,0");
  EXPECT_EQ(place_of(graph, "b"), "f+4,4");
  EXPECT_EQ(place_of(graph, "c"), "f+4,0");
  EXPECT_EQ(place_of(graph, "d"), "f+0,0");
  EXPECT_EQ(place_of(graph, "s"), "f+5,4");
  EXPECT_EQ(to_text(with_copied_parts(graph)), to_text(graph));
  const ElementRange range = elements_in_root(graph, placements(graph), *graph.find("s"));
  EXPECT_EQ(range, (ElementRange{5, 7, 4, 8}));
}

TEST(Placement, WhatCannotLieInAConcatIsCopiedThere) {
  // an input, a parameter, a slice, an output, what is in another, and the same twice
  EXPECT_EQ(copied("input x 4x4\nparam w 4x4\na = relu x\ns = slice a 0:4 0:2\n"
                   "c = concat+rows x w a a\nd = concat+columns s a\noutput c d\n"),
            "graph g\ninput x 4x4\nparam w 4x4\na = relu x\ns = slice a 0:4 0:2\n"
            "c:x = copy x\nc:w = copy w\nc:a = copy a\nc = concat+rows c:x c:w a c:a\n"
            "d:s = copy s\nd:a = copy a\nd = concat+columns d:s d:a\noutput c d\n");
  EXPECT_EQ(copied("input x 4x4\na = relu x\nb = abs x\nc = concat+rows a b\noutput a c\n"),
            "graph g\ninput x 4x4\na = relu x\nb = abs x\nc:a = copy a\n"
            "c = concat+rows c:a b\noutput a c\n");
}

TEST(Placement, ASliceThatIsAnOutputIsCopied) {
  EXPECT_EQ(copied("input x 4x4\ny = slice x 0:2 1:4\nz = relu y\noutput y z\n"),
            "graph g\ninput x 4x4\ny:view = slice x 0:2 1:4\ny = copy y:view\nz = relu y\n"
            "output y z\n");
  EXPECT_EQ(copied("input x 4x4\ny = slice x 0:2 1:4\ny:view = relu y\noutput y y:view\n"),
            "graph g\ninput x 4x4\ny:view.2 = slice x 0:2 1:4\ny = copy y:view.2\n"
            "y:view = relu y\noutput y y:view\n");
}

TEST(Placement, CopyingTwiceChangesNothingMore) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const Graph graph = fuse(test::random_network(random, 40, test::Operators::kViews));
    ASSERT_EQ(to_text(with_copied_parts(graph)), to_text(graph)) << "seed " << seed;
    ASSERT_EQ(to_text(fuse(graph)), to_text(graph)) << "seed " << seed;
  }
}

TEST(Placement, PartsOfAWholeNeverOverlapUnlessTheyAreSlices) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const Graph graph = fuse(test::random_network(random, 40, test::Operators::kViews));
    const std::vector<Placed> placed = placements(graph);
    std::vector<TensorId> computed;
    for (const Operator& oper : graph.operators()) {
      if (!is_view(oper.kind)) {
        computed.push_back(oper.output);
      }
    }
    for (const TensorId a : computed) {
      const Shape& whole = graph.tensor(placed[a].root).shape;
      const ElementRange range = elements_in_root(graph, placed, a);
      ASSERT_TRUE(range.row_end <= whole.rows && range.col_end <= whole.cols) << "seed " << seed;
      for (const TensorId b : computed) {
        ASSERT_FALSE(a != b && placed[a].root == placed[b].root &&
                     range.overlaps(elements_in_root(graph, placed, b)))
            << "seed " << seed << "\n"
            << to_text(graph);
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
