// The order in which operators run: one head after the other, and never before their operands.
#include "compiler/graph/operator_order.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "compiler/graph/operator_words.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

/// "a b y": what is computed, in order.
std::string order_of(const Graph& graph) {
  std::string names;
  for (const Operator& oper : graph.operators()) {
    names += (names.empty() ? "" : " ") + graph.tensor(oper.output).name;
  }
  return names;
}

TEST(OperatorOrder, OneHeadAfterTheOther) {
  const Graph graph = parse_graph(
      "input x 8x8\nparam w 8x8\nq = matmul x w\nl = slice q 0:8 0:4\nr = slice q 0:8 4:8\n"
      "ls = matmul l l transposed=b\nrs = matmul r r transposed=b\nle = exp ls\nre = exp rs\n"
      "lo = matmul le l\nro = matmul re r\nc = concat+columns lo ro\ny = matmul c w\noutput y\n",
      "g");
  EXPECT_EQ(order_of(depth_first(graph)), "q l ls le lo r rs re ro c y");
}

TEST(OperatorOrder, AChainAndItsSourcesStayAsTheyAre) {
  const std::string text =
      "graph g\ninput x 8x8\nparam w 8x8\nh = matmul x w\na = relu h\nparam v 8x4\n"
      "y = matmul a v\noutput y\n";
  EXPECT_EQ(to_text(depth_first(parse_graph(text, "g"))), text);
}

TEST(OperatorOrder, OperandsComeOneAfterAnother) {
  EXPECT_EQ(
      order_of(depth_first(parse_graph(
          "input x 4x4\na = relu x\nb = abs x\nc = neg x\nd = add c a\ne = add b d\noutput e\n",
          "g"))),
      "b a c d e");
}

/// Values are made for the first head that weighs them, not behind the weights of all.
TEST(OperatorOrder, WhatWaitsIsLittle) {
  EXPECT_EQ(order_of(depth_first(parse_graph("input x 8x8\nq = relu x\nv = abs x\ns = exp q\nt = "
                                             "neg q\na = matmul s v\nb = matmul t v\n"
                                             "y = add a b\noutput y\n",
                                             "g"))),
            "v q s a t b y");
}

TEST(OperatorOrder, FoldsComeAsSoonAsTheyCan) {
  EXPECT_EQ(
      order_of(depth_first(parse_graph("input x 8x8\nparam w 8x8\ne = exp x\nl = "
                                       "reduce+sum+columns e\na = matmul e w\nb = matmul a w\n"
                                       "y = div b l\noutput y\n",
                                       "g"))),
      "e l a b y");
}

TEST(OperatorOrder, OfRandomNetworksHasAllOperatorsOnceAndStays) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const Graph graph = test::random_network(random, 40, test::Operators::kViews);
    const Graph ordered = depth_first(graph);  // verified: operands come first
    std::vector<std::string> before;
    std::vector<std::string> after;
    for (const Operator& oper : graph.operators()) {
      before.push_back(graph.tensor(oper.output).name + " = " + operator_text(graph, oper));
    }
    for (const Operator& oper : ordered.operators()) {
      after.push_back(ordered.tensor(oper.output).name + " = " + operator_text(ordered, oper));
    }
    std::ranges::sort(before);
    std::ranges::sort(after);
    ASSERT_EQ(after, before) << "seed " << seed;
    ASSERT_EQ(to_text(depth_first(ordered)), to_text(ordered)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tilewave
