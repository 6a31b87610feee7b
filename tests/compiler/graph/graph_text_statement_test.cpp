// Operators that are added to a graph by their lines, one by one.
#include <string>

#include <gmock/gmock.h>

#include "compiler/graph/graph_text.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::StartsWith;

TEST(GraphText, StatementsAreAddedToAGraph) {
  Graph graph("g");
  graph.add_input("x", {4, 8});
  graph.add_parameter("w", {8, 2});
  EXPECT_EQ(add_statement(graph, "h = matmul+relu x w"), 2U);
  EXPECT_EQ(add_statement(graph, "y = leakyrelu h alpha=0.5"), 3U);
  EXPECT_EQ(graph.tensor(3).shape, (Shape{4, 2}));
  const std::string before = to_text(graph);
  const auto error = [&](const char* statement) {
    return test::error_of([&] { add_statement(graph, statement); });
  };
  EXPECT_EQ(error("h = relu x"), "tensor 'h' is already defined");
  EXPECT_EQ(error("z = relu q"), "no line defines tensor 'q'");
  EXPECT_EQ(error("z = relu z"), "operators form a cycle: z -> z (each uses the next)");
  EXPECT_EQ(error("relu x"), "expected 'NAME = OPERATOR OPERAND...'");
  EXPECT_EQ(error(""), "expected 'NAME = OPERATOR OPERAND...'");
  EXPECT_EQ(error("z = matmul x x"),
            "graph 'g': matmul 'z' of x [4x8] and x [4x8]: inner dimensions 8 and 4 differ");
  EXPECT_THAT(error("z = relu x\ny = relu x"), StartsWith("byte '\\x0a' in column 11"));
  EXPECT_EQ(to_text(graph), before);
}

}  // namespace
}  // namespace tilewave
