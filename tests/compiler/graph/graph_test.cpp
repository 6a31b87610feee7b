// Graph: construction, shape inference, and every way a user can get a tensor or operator wrong.
#include "compiler/graph/graph.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Tensor, TextForms) {
  EXPECT_EQ(to_string(Shape{128, 64}), "128x64");
  EXPECT_STREQ(to_string(TensorRole::kInput), "input");
  EXPECT_STREQ(to_string(TensorRole::kParameter), "param");
  EXPECT_STREQ(to_string(TensorRole::kIntermediate), "intermediate");
  EXPECT_STREQ(to_string(TensorRole::kOutput), "output");
  EXPECT_STREQ(to_string(OperatorKind::kMatMul), "matmul");
  EXPECT_STREQ(to_string(OperatorKind::kMap), "map");
  EXPECT_STREQ(to_string(OperatorKind::kCopy), "copy");
}

TEST(Tensor, ParsesDimensions) {
  EXPECT_THAT(parse_dimensions("7"), ElementsAre(7));
  EXPECT_THAT(parse_dimensions("1x2147483647x3"), ElementsAre(1, 2147483647, 3));
  const std::string rule = " is not a dimension: a whole number in 1..2147483647";
  for (const char* bad : {"", "0", "-1", "+1", "1 ", " 1", "1.5", "a", "2147483648",
                          "18446744073709551617", "99999999999999999999999"}) {
    EXPECT_EQ(error_of([&] { parse_dimensions(bad); }), "'" + std::string(bad) + "'" + rule);
    EXPECT_EQ(error_of([&] { parse_dimensions("2x" + std::string(bad)); }),
              "'" + std::string(bad) + "'" + rule);
  }
}

TEST(Graph, InfersShapesAndLinksUsers) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {50, 70});
  const TensorId w = graph.add_parameter("w", {70, 70});
  const TensorId h = graph.add_matmul("h", x, w, true);
  const TensorId s = graph.add_map("s", "add", {h, x});
  const TensorId y = graph.add_map("y", "relu", {s});
  graph.mark_output(y);
  graph.verify();

  EXPECT_EQ(graph.tensor(h).shape, (Shape{50, 70}));
  EXPECT_EQ(graph.tensor(y).shape, (Shape{50, 70}));
  EXPECT_THAT(graph.tensor(x).users, ElementsAre(0, 1));
  EXPECT_THAT(graph.tensor(w).users, ElementsAre(0));
  EXPECT_THAT(graph.tensor(y).users, IsEmpty());
  EXPECT_FALSE(graph.tensor(x).producer);
  EXPECT_EQ(graph.tensor(s).producer, 1U);
  EXPECT_TRUE(graph.operators()[0].relu);
  EXPECT_THAT(graph.operators()[1].inputs, ElementsAre(h, x));
  EXPECT_EQ(graph.tensor(x).role, TensorRole::kInput);
  EXPECT_EQ(graph.tensor(w).role, TensorRole::kParameter);
  EXPECT_EQ(graph.tensor(s).role, TensorRole::kIntermediate);
  EXPECT_EQ(graph.tensor(y).role, TensorRole::kOutput);
  EXPECT_EQ(graph.find("s"), s);
  EXPECT_FALSE(graph.find("S"));
}

TEST(Graph, RowVectors) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {50, 70});
  const TensorId w = graph.add_parameter("w", {70, 30});
  const TensorId bias = graph.add_parameter("bias", {1, 30});
  const TensorId h = graph.add_matmul("h", x, w, false, bias);
  const TensorId s = graph.add_map("s", test::add_relu(), {h, bias});
  const TensorId t = graph.add_map("t", "add", {bias, s});
  const TensorId v = graph.add_map("v", "add", {bias, bias});
  const TensorId y = graph.add_copy("y", t);
  graph.mark_output(v);
  graph.mark_output(y);
  graph.verify();

  const std::vector<Operator>& operators = graph.operators();
  EXPECT_THAT(operators[0].inputs, ElementsAre(x, w, bias));
  EXPECT_TRUE(operators[0].has_bias);
  EXPECT_THAT(operators[1].inputs, ElementsAre(h, bias));
  EXPECT_EQ(to_text(operators[1].map), "add x0 x1; relu t0");
  EXPECT_THAT(operators[2].inputs, ElementsAre(bias, s));
  const Shape whole{50, 30};
  EXPECT_EQ(broadcast_of({1, 30}, whole), Broadcast::kRow);
  EXPECT_EQ(broadcast_of(whole, whole), Broadcast::kNone);
  EXPECT_EQ(broadcast_of({50, 1}, whole), Broadcast::kColumn);
  EXPECT_EQ(broadcast_of({1, 1}, whole), Broadcast::kValue);
  EXPECT_FALSE(operators[3].has_bias);
  EXPECT_EQ(operators[4].kind, OperatorKind::kCopy);
  EXPECT_THAT(graph.tensor(bias).users, ElementsAre(0, 1, 2, 3, 3));
  EXPECT_EQ(graph.tensor(y).shape, (Shape{50, 30}));
}

TEST(Graph, ATensorUsedTwiceByOneOperatorHasTwoUses) {
  Graph graph("square");
  const TensorId x = graph.add_input("x", {8, 8});
  graph.mark_output(graph.add_matmul("y", x, x));
  EXPECT_THAT(graph.tensor(x).users, ElementsAre(0, 0));
  EXPECT_EQ(error_of([&] { graph.verify(); }), "");
}

TEST(Graph, AnOutputMayHaveUsers) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {8, 8});
  const TensorId h = graph.add_map("h", "relu", {x});
  graph.mark_output(h);
  graph.mark_output(graph.add_map("y", "relu", {h}));
  EXPECT_EQ(error_of([&] { graph.verify(); }), "");
}

TEST(Graph, Names) {
  for (const std::string& good : {std::string("a"), std::string("_"), std::string("a.1"),
                                  std::string("fc1/Gemm:0-x"), std::string(255, 'n')}) {
    EXPECT_TRUE(is_legal_name(good)) << good;
    EXPECT_EQ(to_legal_name(good).substr(0, 254), good.substr(0, 254));
  }
  for (const std::string& bad :
       {std::string(), std::string("1a"), std::string("/a"), std::string("-a"), std::string("a b"),
        std::string("a\n"), std::string("a\0b", 3), std::string("a="), std::string("a#"),
        std::string("gr\xc3\xbc"), std::string(256, 'n')}) {
    EXPECT_FALSE(is_legal_name(bad)) << bad;
    EXPECT_TRUE(is_legal_name(to_legal_name(bad))) << bad;
  }
  EXPECT_EQ(to_legal_name("my model"), "my_model");
  EXPECT_EQ(to_legal_name("/fc1/Gemm"), "_/fc1/Gemm");
}

TEST(Graph, WrongAdditionsAreNamedAndChangeNothing) {
  Graph graph("mlp");
  const TensorId x = graph.add_input("x", {128, 100});
  const TensorId w1 = graph.add_parameter("w1", {128, 64});
  const TensorId square = graph.add_parameter("square", {100, 100});
  const TensorId tall = graph.add_input("tall", {2147483647, 1});
  const TensorId wide = graph.add_input("wide", {1, 2147483647});
  const std::string rule =
      "a name is a letter or _ followed by letters, digits and any of _ . / : -, at most 255 bytes";
  const struct {
    std::function<void()> action;
    std::string message;
  } cases[] = {
      {[&] { graph.add_matmul("h1", x, w1); },
       "graph 'mlp': matmul 'h1' of x [128x100] and w1 [128x64]: inner dimensions 100 and 128 "
       "differ"},
      {[&] {
         graph.add_map("s", "add", {x, w1});
       },
       "graph 'mlp': add 's' of x [128x100] and w1 [128x64]: shapes 128x100 and 128x64 do "
       "not broadcast: each extent has to be equal or 1"},
      {[&] { graph.add_matmul("h1", x, square, false, w1); },
       "graph 'mlp': matmul 'h1' of x [128x100] and square [100x100] and w1 [128x64]: bias 128x64 "
       "is not the row vector 1x100"},
      {[&] { graph.add_map("w1", "relu", {x}); },
       "graph 'mlp': relu 'w1' of x [128x100]: the name is taken by param w1 [128x64]"},
      {[&] {
         graph.add_input("x", {1, 1});
       },
       "graph 'mlp': input 'x' [1x1]: the name is taken by input x [128x100]"},
      {[&] {
         graph.add_input("", {1, 1});
       },
       "graph 'mlp': input '' [1x1]: " + rule},
      {[&] {
         graph.add_parameter("9\n", {1, 1});
       },
       "graph 'mlp': param '9\\x0a' [1x1]: " + rule},
      {[&] { graph.add_map("a b", "relu", {x}); },
       "graph 'mlp': relu 'a b' of x [128x100]: " + rule},
      {[&] {
         graph.add_input("z", {0, 5});
       },
       "graph 'mlp': input 'z' [0x5]: dimension 0 is not in 1..2147483647"},
      {[&] {
         graph.add_parameter("z", {5, 2147483648});
       },
       "graph 'mlp': param 'z' [5x2147483648]: dimension 2147483648 is not in 1..2147483647"},
      {[&] {
         graph.add_input("z", {1U << 20, (1U << 20) + 1});
       },
       "graph 'mlp': input 'z' [1048576x1048577]: 1048576x1048577 has 1099512676352 elements, at "
       "most 1099511627776 are allowed"},
      {[&] { graph.add_matmul("z", tall, wide); },
       "graph 'mlp': matmul 'z' of tall [2147483647x1] and wide [1x2147483647]: "
       "2147483647x2147483647 has 4611686014132420609 elements, at most 1099511627776 are allowed"},
      {[&] { graph.mark_output(w1); },
       "graph 'mlp': param w1 [128x64] cannot be an output: only the result of an operator can"},
  };
  for (const auto& [action, message] : cases) {
    EXPECT_EQ(error_of(action), message);
    EXPECT_EQ(graph.tensors().size(), 5U);
    EXPECT_THAT(graph.operators(), IsEmpty());
    EXPECT_THAT(graph.tensor(x).users, IsEmpty());
    EXPECT_FALSE(graph.find("z"));
  }
  EXPECT_EQ(error_of([] { Graph bad("a b"); }), "graph 'a b': " + rule);
}

TEST(Graph, OutputTwice) {
  Graph graph("g");
  const TensorId y = graph.add_map("y", "relu", {graph.add_input("x", {2, 3})});
  graph.mark_output(y);
  EXPECT_EQ(error_of([&] { graph.mark_output(y); }), "graph 'g': y [2x3] is already an output");
}

TEST(Graph, LargestTensorIsAllowed) {
  Graph graph("g");
  graph.mark_output(graph.add_map("y", "relu", {graph.add_input("x", {1U << 20, 1U << 20})}));
  EXPECT_EQ(error_of([&] { graph.verify(); }), "");
}

TEST(Graph, TensorsAreLimited) {
  Graph graph("g");
  TensorId last = graph.add_input("x", {1, 1});
  for (int i = 1; i < 65536; ++i) {
    last = graph.add_map("t" + std::to_string(i), "relu", {last});
  }
  EXPECT_EQ(error_of([&] { graph.add_map("more", "relu", {last}); }),
            "graph 'g': relu 'more' of t65535 [1x1]: a graph has at most 65536 tensors");
}

TEST(Graph, ForeignTensorsAreOurBug) {
  Graph graph("g");
  EXPECT_THROW(graph.add_map("y", "relu", {0}), InternalError);
  EXPECT_THROW(graph.mark_output(7), InternalError);
}

TEST(Graph, VerifyWantsOperatorsOutputsAndUses) {
  Graph graph("g");
  const auto verify = [&] { graph.verify(); };
  EXPECT_EQ(error_of(verify), "graph 'g': no operator");
  const TensorId x = graph.add_input("x", {2, 3});
  const TensorId y = graph.add_map("y", "relu", {x});
  EXPECT_EQ(error_of(verify), "graph 'g': no output");
  graph.mark_output(y);
  EXPECT_EQ(error_of(verify), "");
  const TensorId dead = graph.add_map("dead", "relu", {x});
  EXPECT_EQ(error_of(verify), "graph 'g': intermediate dead [2x3] is neither used nor an output");
  graph.mark_output(dead);
  graph.add_parameter("w", {4, 5});
  EXPECT_EQ(error_of(verify), "graph 'g': param w [4x5] is neither used nor an output");
}

}  // namespace
}  // namespace tilewave
