// What is found again, by distances that can be summed by hand.
#include "compiler/lowering/reuse.h"

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"

namespace tilewave {
namespace {

constexpr double kTensor = 32 * 32 * 4;

/// Of the last operator's first input.
double loaded_last(const Graph& graph, double usable, bool forwarding = true) {
  const std::vector<Placed> placed = placements(graph);
  const Reuse reuse(graph, placed, usable, forwarding);
  return reuse.loaded(static_cast<OperatorId>(graph.operators().size() - 1), 0);
}

TEST(Reuse, ATensorIsFoundAgainIfItAndWhatCameBetweenFit) {
  // a and, since it was touched, b and c.
  const Graph graph =
      parse_graph("input x 32x32\na = relu x\nb = exp a\nc = relu b\nd = add a c\noutput d\n", "g");
  EXPECT_EQ(loaded_last(graph, 3 * kTensor), 0);
  EXPECT_EQ(loaded_last(graph, 2.5 * kTensor), 0.5 * kTensor);
  EXPECT_EQ(loaded_last(graph, kTensor), kTensor);
  EXPECT_EQ(loaded_last(graph, 9 * kTensor, false), kTensor);
}

TEST(Reuse, WhatIsNotFoundHadToBeStored) {
  const Graph graph =
      parse_graph("input x 32x32\na = relu x\nb = exp a\nc = relu b\nd = add a c\noutput d\n", "g");
  const std::vector<Placed> placed = placements(graph);
  const Reuse reuse(graph, placed, 2.5 * kTensor, true);
  const TensorId a = *graph.find("a");
  EXPECT_EQ(reuse.stored(a, 0, 0), 0.5 * kTensor);
  EXPECT_EQ(reuse.stored(a, 3, 4), 0);  // without its last user
  EXPECT_EQ(reuse.stored(*graph.find("d"), 0, 0), kTensor);
}

TEST(Reuse, PartsAreFoundInTheirWhole) {
  const Graph graph =
      parse_graph("input x 32x64\na = relu x\np = slice a 0:32 0:32\nb = relu p\noutput b\n", "g");
  EXPECT_EQ(loaded_last(graph, kTensor), 0);
  EXPECT_EQ(loaded_last(graph, 0.5 * kTensor), 0.5 * kTensor);
}

}  // namespace
}  // namespace tilewave
