// The running softmax: what its operators are, and which products have one.
#include "compiler/graph/running_softmax.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"

namespace tilewave {
namespace {

constexpr const char* kAttention =
    "graph g\ninput q 64x32\ninput k 80x32\ninput v 80x16\n"
    "s = matmul q k transposed=b\n"
    "m = reduce+max+columns s\n"
    "e = sub+exp s m\n"
    "l = reduce+sum+columns e\n"
    "p = div e l\n"
    "y = matmul p v\n"
    "output y\n";

Graph attention() { return fuse(parse_graph(kAttention, "g")); }

TEST(RunningSoftmax, ProductsBehindASoftmaxAreFound) {
  const auto found = softmax_products(attention());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].result, "y");
  EXPECT_EQ(found[0].rows, 64U);
  EXPECT_EQ(found[0].keys, 80U);
  EXPECT_EQ(found[0].widths, 48U);
  EXPECT_TRUE(softmax_products(parse_graph(kAttention, "g")).empty());  // divides its weights still
}

TEST(RunningSoftmax, EveryPartGoesOnFromTheOneBefore) {
  const Graph graph = with_running_softmax(attention(), {{"y", 48}});
  EXPECT_EQ(
      to_text(graph),
      "graph g\ninput q 64x32\ninput k 80x32\ninput v 80x16\n"
      "y.part0.slice0 = slice k 0:48 0:32\n"
      "y.part0.scores = matmul q y.part0.slice0 transposed=b\n"
      "y.part0.max = reduce+max+columns y.part0.scores\n"
      "y.part0.largest = max y.part0.max -3.4028235e+38\n"
      "y.part0.exp = sub+exp y.part0.scores y.part0.largest -> f32\n"
      "y.part0.sum = reduce+sum+columns y.part0.exp\n"
      "y.part0.slice1 = slice v 0:48 0:16\n"
      "y.part0 = matmul y.part0.exp y.part0.slice1\n"
      "y.part1.slice0 = slice k 48:80 0:32\n"
      "y.part1.scores = matmul q y.part1.slice0 transposed=b\n"
      "y.part1.max = reduce+max+columns y.part1.scores\n"
      "y.part1.largest = max y.part1.max y.part0.largest\n"
      "y.part1.exp = sub+exp y.part1.scores y.part1.largest -> f32\n"
      "y.part1.sum = reduce+sum+columns y.part1.exp\n"
      "y.part1.slice1 = slice v 48:80 0:16\n"
      "y.part1.fade = sub+exp y.part0.largest y.part1.largest\n"
      "y.part1.total = map y.part1.sum y.part0.sum y.part1.fade | mul x1 x2; add x0 t0\n"
      "y.part1 = matmul y.part1.exp y.part1.slice1 y.part0 y.part1.fade | mul x1 x2; add x0 t0\n"
      "y = div y.part1 y.part1.total\n"
      "output y\n");
  EXPECT_EQ(graph.operators()[*first_of_running_softmax(graph, "y")].output,
            *graph.find("y.part0.scores"));
  EXPECT_FALSE(first_of_running_softmax(graph, "y.part0"));
}

TEST(RunningSoftmax, WhatIsNotNamedOrHasOnePartStays) {
  const Graph graph = attention();
  EXPECT_EQ(to_text(with_running_softmax(graph, {{"z", 48}})), to_text(graph));
  EXPECT_EQ(to_text(with_running_softmax(graph, {{"y", 80}})), to_text(graph));
}

TEST(RunningSoftmax, NamesThatAreTakenAreLeft) {
  const std::string taken = std::string(kAttention) + "y.part0 = relu q\noutput y.part0\n";
  const Graph graph = fuse(parse_graph(taken, "g"));
  EXPECT_EQ(to_text(with_running_softmax(graph, {{"y", 48}})), to_text(graph));
}

TEST(RunningSoftmax, ScoresThatOthersReadStay) {
  const std::string more = std::string(kAttention) + "z = relu s\noutput z\n";
  EXPECT_TRUE(softmax_products(fuse(parse_graph(more, "g"))).empty());
}

}  // namespace
}  // namespace tilewave
