// Operators that are added to a graph by their lines, one by one.
#include <string>

#include <gmock/gmock.h>

#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;
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

TEST(GraphText, ViewsReductionsAndTransposedFactors) {
  const std::string text =
      "graph g\ninput x 4x8\nparam w 6x8\nparam b 1x4\nparam i 8x4 i8\nparam j 6x8 i8\n"
      "q = matmul x w transposed=b\nk = matmul+bias+relu w x b transposed=b\n"
      "p = matmul i j transposed=ab zeros=-3,0 -> i8 | mul 0.02 x0\ns = slice q 1:4 0:6\n"
      "c = concat+columns q q\nr = concat+rows s q\nm = reduce+max+columns c\n"
      "e = reduce+sum+columns c m | sub x0 x1; exp t0\nn = reduce+product+rows r\n"
      "o = reduce+min+rows r | abs x0\noutput k p e n o\n";
  EXPECT_EQ(to_text(parse_graph(text, "m.graph")), text);
}

TEST(GraphText, Tables) {
  const std::string text =
      "graph g\ninput x 4x8\nparam m 4x8 | greater x1 x0; mul t0 -10000\n"
      "param c 4x8 bf16 | mul x1 0.5; cos t0\nparam o 1x8 | identity 1\n"
      "y = map x m c o | add x0 x1; add t0 x2; add t1 x3\noutput y\n";
  const Graph graph = parse_graph(text, "m.graph");
  EXPECT_EQ(to_text(graph), text);
  // Whoever rebuilds the graph keeps them.
  EXPECT_THAT(to_text(fuse(graph)), HasSubstr("param m 4x8 | greater x1 x0; mul t0 -10000\n"));
  const struct {
    std::string line;
    std::string message;
  } table[] = {
      {"param m 4x8 | add x1 x2",
       "1: graph 'm': param 'm' [4x8]: its values are of the row x0 and the column x1, not of x2"},
      {"param m 4x8 | rescale x0 1 0",
       "1: graph 'm': param 'm' [4x8]: step t0: rescale of x0, which is of f32; allowed: i8, u8 or "
       "i32"},
      {"param m 4x8 | cso x0", "1: step t0: unknown function 'cso'"},
      {"input m 4x8 | neg x0",
       "1: an expression behind '|' belongs to an operator, such as 'y = map a b | ...', or to a "
       "param"},
  };
  for (const auto& [line, message] : table) {
    const std::string wrong = line + "\ny = neg m\noutput y\n";
    EXPECT_THAT(test::error_of([&] { parse_graph(wrong, "m.graph"); }),
                StartsWith("m.graph:" + message));
  }
}

TEST(GraphText, WrongViewsReductionsAndTransposedFactors) {
  const std::string head = "input x 4x4\n";
  const struct {
    std::string text;
    std::string message;
  } table[] = {
      {head + "y = matmul x x transposed=c\n", "2: transposed=c; allowed: a, b, ab"},
      {head + "y = reduce+sum+columns x x\n", "2: reduce+sum+columns 'y' takes 1 operand, 2 given"},
      {head + "y = reduce+sum+columns x -> i8\n",
       "2: graph 'm': reduce 'y' of x [4x4]: a reduce gives f32; a map of it may be of another "
       "type"},
      {head + "y = slice x\n",
       "2: slice 'y': expected 'slice OPERAND ROWS COLUMNS', such as 'slice x 0:128 64:128'"},
      {head + "y = slice x 0:2 1-3\n",
       "2: range '1-3': expected FIRST:END, such as 64:128 for the elements 64 to 127"},
      {head + "y = slice x 0:2 1:\n",
       "2: range '1:': expected FIRST:END, such as 64:128 for the elements 64 to 127"},
      {head + "y = slice x 0:2 -1:4\n",
       "2: range '-1:4': expected FIRST:END, such as 64:128 for the elements 64 to 127"},
      {head + "y = slice x 0:2 1:18446744073709551620\n",
       "2: range '1:18446744073709551620': expected FIRST:END, such as 64:128 for the elements 64 "
       "to "
       "127"},
      {head + "y = slice x 0:2 1:5\n",
       "2: graph 'm': slice 'y' of x [4x4]: no elements 0:2 1:5; allowed: within 0:4 0:4"},
      {head + "y = slice x 0:2 1:4 | relu x0\n",
       "2: slice 'y': an expression behind '|' belongs to a map, a reduce or a matmul"},
      {head + "y = concat+rows x\n",
       "2: graph 'm': concat 'y' of x [4x4]: a concat takes two operands or more"},
      {head + "param w 4x5\ny = concat+rows x w\n",
       "3: graph 'm': concat 'y' of x [4x4] and w [4x5]: shapes 4x4 and 4x5 have not as many "
       "columns"},
      {head + "param w 4x4 i8\ny = concat+rows x w\n",
       "3: graph 'm': concat 'y' of x [4x4] and w [4x4 i8]: parts of f32 and i8"},
  };
  for (const auto& [text, message] : table) {
    EXPECT_EQ(test::error_of([&text = text] { parse_graph(text, "m.graph"); }),
              "m.graph:" + message);
  }
}

}  // namespace
}  // namespace tilewave
