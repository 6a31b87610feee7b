// Fusion: what becomes one operator, what must not, and that no result changes: random graphs are
// computed before and after.
#include "compiler/graph/fusion.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"

namespace tilewave {
namespace {

std::string fused(const std::string& text) {
  return to_text(fuse(parse_graph("graph g\n" + text, "test")));
}

TEST(Fusion, MatmulAndReluBecomeOne) {
  EXPECT_EQ(fused("input x 2x3\nparam w 3x4\nh = matmul x w\ny = relu h\noutput y\n"),
            "graph g\ninput x 2x3\nparam w 3x4\ny = matmul+relu x w\noutput y\n");
}

TEST(Fusion, GoldenPerceptronHasThreeOperators) {
  const Graph graph = build_builtin("mlp:128x128x64x32x32");
  EXPECT_EQ(graph.operators().size(), 5U);
  EXPECT_EQ(to_text(fuse(graph)),
            "graph mlp\n"
            "input x 128x128\n"
            "param w1 128x64\n"
            "param w2 64x32\n"
            "param w3 32x32\n"
            "a1 = matmul+relu x w1\n"
            "a2 = matmul+relu a1 w2\n"
            "out = matmul a2 w3\n"
            "output out\n");
}

TEST(Fusion, StandsWhereTheMatmulStoodAndKeepsTheRest) {
  EXPECT_EQ(fused("input x 4x4\nh = matmul x x\ns = copy x\nparam w 4x4\na = relu h\n"
                  "z = add a s\ny = matmul z w\noutput a y\n"),
            "graph g\ninput x 4x4\na = matmul+relu x x\ns = copy x\nparam w 4x4\n"
            "z = add a s\ny = matmul z w\noutput a y\n");
  // A map where its first part stood, for all that it reads exists there.
  EXPECT_EQ(fused("input x 4x4\nh = matmul x x\ns = add x x\nparam w 4x4\na = relu h\n"
                  "z = add a s\ny = matmul z w\noutput a y\n"),
            "graph g\ninput x 4x4\na = matmul+relu x x\nz = map x a | add x0 x0; add x1 t0\n"
            "param w 4x4\ny = matmul z w\noutput a y\n");
  // Where the last part stood: the row comes only then.
  EXPECT_EQ(fused("input x 4x4\ns = add x x\nc = copy x\nparam r 1x4\nz = mul r s\noutput c z\n"),
            "graph g\ninput x 4x4\nc = copy x\nparam r 1x4\nz = map x r | add x0 x0; mul x1 t0\n"
            "output c z\n");
}

TEST(Fusion, BiasAndReluBecomePartOfTheMatmul) {
  const std::string head = "input x 4x4\nparam w 4x6\nparam b 1x6\n";
  EXPECT_EQ(fused(head + "h = matmul x w\ns = add h b\noutput s\n"),
            "graph g\n" + head + "s = matmul+bias x w b\noutput s\n");
  EXPECT_EQ(fused(head + "h = matmul x w\ns = add b h\ny = relu s\noutput y\n"),
            "graph g\n" + head + "y = matmul+bias+relu x w b\noutput y\n");
  EXPECT_EQ(fused(head + "h = matmul x w\ny = add+relu h b\noutput y\n"),
            "graph g\n" + head + "y = matmul+bias+relu x w b\noutput y\n");
  EXPECT_EQ(fused(head + "h = matmul+bias x w b\ny = relu h\noutput y\n"),
            "graph g\n" + head + "y = matmul+bias+relu x w b\noutput y\n");
}

TEST(Fusion, ABiasMayBeComputedAndMayBeOneOfOneRow) {
  EXPECT_EQ(fused("input x 1x4\nparam w 4x4\nb = relu x\nh = matmul x w\ny = add h b\noutput y\n"),
            "graph g\ninput x 1x4\nparam w 4x4\nb = relu x\ny = matmul+bias x w b\noutput y\n");
  // Two products: the first takes the second as its bias.
  EXPECT_EQ(
      fused("input x 1x4\nparam w 4x4\ng = matmul x w\nh = matmul x w\ny = add g h\noutput y\n"),
      "graph g\ninput x 1x4\nparam w 4x4\nh = matmul x w\ny = matmul+bias x w h\noutput y\n");
}

TEST(Fusion, StandsWhereTheBiasIsThere) {
  EXPECT_EQ(fused("input x 4x4\nh = matmul x x\nr = copy x\nparam b 1x4\ns = add h b\nz = copy r\n"
                  "y = relu s\noutput y z\n"),
            "graph g\ninput x 4x4\nr = copy x\nparam b 1x4\ny = matmul+bias+relu x x b\n"
            "z = copy r\noutput y z\n");
}

TEST(Fusion, AddAndReluBecomeOne) {
  EXPECT_EQ(fused("input x 4x4\ns = add x x\ny = relu s\noutput y\n"),
            "graph g\ninput x 4x4\ny = map x | add x0 x0; relu t0\noutput y\n");
  EXPECT_EQ(fused("input x 4x4\nparam b 1x4\ns = add x b\ny = relu s\noutput y\n"),
            "graph g\ninput x 4x4\nparam b 1x4\ny = add+relu x b\noutput y\n");
}

TEST(Fusion, LeavesAloneWhatIsStillWanted) {
  const char* const kept[] = {
      // two users
      "input x 4x4\nh = matmul x x\ny = relu h\nz = add h y\noutput y z\n",
      "input x 4x4\nh = matmul x x\ny = relu h\nz = relu h\noutput y z\n",
      // the product is an output
      "input x 4x4\nh = matmul x x\ny = relu h\noutput h y\n",
      "input x 4x4\ns = add x x\ny = relu s\nz = copy s\noutput y z\n",
      "input x 4x4\nparam b 1x4\nh = matmul x x\ns = add h b\ny = relu h\noutput s y\n",
      "input x 4x4\nparam b 1x4\nh = matmul x x\ns = add h b\noutput h s\n",
      // the product, or what is done with it, is the row vector
      "input x 4x4\nparam v 1x4\nh = matmul v x\ns = add x h\noutput s\n",
      "input x 4x4\nparam v 1x4\nr = relu v\ns = add x r\noutput s\n",
      "input x 4x4\nparam v 4x1\nr = relu v\ns = add r x\noutput s\n",
      // a ReLU of an input, of a parameter, of a copy
      "input x 4x4\ny = relu x\noutput y\n",
      "param w 4x4\ny = relu w\noutput y\n",
      "input x 4x4\nc = copy x\ny = relu c\noutput y\n",
      // a ReLU of what is an output too, and a copy of a product
      "input x 4x4\na = relu x\ny = relu a\noutput a y\n",
      "input x 4x4\nh = matmul x x\ny = copy h\noutput y\n",
      // the product squared: one user, used twice
      "input x 4x4\nh = matmul x x\ny = matmul h h\noutput y\n",
      // the one user reads another whole tensor
      "input x 4x4\nh = matmul x x\ny = add h x\noutput y\n",
  };
  for (const char* text : kept) {
    EXPECT_EQ(fused(text), "graph g\n" + std::string(text));
  }
}

/// The operator that is left of `operators` on x, w and b, with what belongs to it.
std::string fused_to_one(const std::string& operators, const FusionOptions& options = {}) {
  const std::string head = "graph g\ninput x 4x4\nparam w 4x4\nparam b 1x4\n";
  const Graph graph = parse_graph(head + operators + "output y\n", "test");
  const std::string text = to_text(fuse(graph, options));
  EXPECT_TRUE(text.starts_with(head)) << text;
  EXPECT_TRUE(text.ends_with("\noutput y\n")) << text;
  return text.substr(head.size(), text.size() - head.size() - std::string("\noutput y\n").size());
}

TEST(Fusion, AMatmulTakesWhatIsDoneWithItsProduct) {
  const struct {
    std::string operators;
    std::string expected;
  } table[] = {
      // y·sigmoid(y) of a product with a bias: two users, both of them one map
      {"s = add p b\ng = sigmoid s\ny = mul s g\n",
       "y = matmul+bias x w b | sigmoid x0; mul x0 t0"},
      {"s = add p b\ng = sigmoid s\ny = mul g s\n",
       "y = matmul+bias x w b | sigmoid x0; mul t0 x0"},
      // a number, a second and a third bias, a row behind a ReLU
      {"t = mul p 0.5\ny = mul t b\n", "y = matmul x w b | mul x0 0.5; mul t0 x1"},
      {"t = add p b\ns = add t b\ny = add s b\n", "y = matmul+bias x w b b | add x0 x1; add t0 x1"},
      {"t = relu p\ny = add t b\n", "y = matmul x w b | relu x0; add t0 x1"},
      {"t = relu p\ny = add b t\n", "y = matmul x w b | relu x0; add x1 t0"},
      {"t = add b p\ny = leakyrelu t\n", "y = matmul+bias x w b | leakyrelu x0"},
      // no add
      {"t = mul b p\ny = relu t\n", "y = matmul x w b | mul x1 x0; relu t0"},
      {"t = sub p b\ny = relu t\n", "y = matmul x w b | sub x0 x1; relu t0"},
      // the first add is the bias, the second the start of an expression
      {"t = add b p\ns = add b t\ny = relu s\n", "y = matmul+bias x w b b | add x1 x0; relu t0"},
  };
  for (const auto& [operators, expected] : table) {
    EXPECT_EQ(fused_to_one("p = matmul x w\n" + operators), expected) << operators;
  }
  const std::string head = "input x 4x4\n";
  EXPECT_EQ(fused(head + "h = matmul x x\na = relu h\ny = relu a\noutput y\n"),
            "graph g\n" + head + "y = matmul x x | relu x0; relu t0\noutput y\n");
  EXPECT_EQ(fused(head + "h = matmul+relu x x\ny = relu h\noutput y\n"),
            "graph g\n" + head + "y = matmul x x | relu x0; relu t0\noutput y\n");
  // two users of a product that are one map
  EXPECT_EQ(fused(head + "h = matmul x x\ny = relu h\nz = add h y\noutput z\n"),
            "graph g\n" + head + "z = matmul x x | relu x0; add x0 t0\noutput z\n");
  EXPECT_EQ(fused(head + "param c 4x1\nh = matmul x x\nz = mul c h\noutput z\n"),
            "graph g\n" + head + "param c 4x1\nz = matmul x x c | mul x1 x0\noutput z\n");
}

TEST(Fusion, TheProductMayBeTheSecondOperand) {
  EXPECT_EQ(fused_to_one("p = matmul+bias x w b\nt = add b p\ny = relu t\n"),
            "y = matmul+bias x w b b | add x1 x0; relu t0");
}

TEST(Fusion, ChainsOfMapsBecomeOne) {
  const std::string head = "input x 4x4\n";
  const auto expect = [&](const std::string& operators, const std::string& expected) {
    EXPECT_EQ(fused(head + operators + "output y\n"), "graph g\n" + head + expected + "output y\n");
  };
  expect("a = relu x\ny = relu a\n", "y = relu+relu x\n");
  expect("a = leakyrelu x alpha=0.25\nb = mul a 2\ny = relu b\n",
         "y = map x | leakyrelu x0 alpha=0.25; mul t0 2; relu t1\n");
  expect("a = tanh x\nb = sigmoid x\ny = mul b a\n",
         "y = map x | sigmoid x0; tanh x0; mul t0 t1\n");
}

TEST(Fusion, AMapHasFourOperandsAtMost) {
  const std::string head = "input a 4x4\ninput b 4x4\ninput c 4x4\ninput d 4x4\ninput e 4x4\n";
  const std::string four = head + "s = map a b c d | add x0 x1; add t0 x2; add t1 x3\n";
  EXPECT_EQ(fused(four + "t = map s d | mul x0 x1\ny = copy e\noutput t y\n"),
            "graph g\n" + head +
                "t = map a b c d | add x0 x1; add t0 x2; add t1 x3; mul t2 x3\n"
                "y = copy e\noutput t y\n");
  EXPECT_EQ(fused(four + "y = mul s e\noutput y\n"),
            "graph g\n" + four + "y = mul s e\noutput y\n");
  // of a matmul, the product is one of the four
  const std::string rows = "input x 4x4\nparam p 1x4\nparam q 1x4\nparam r 1x4\nparam s 1x4\n";
  EXPECT_EQ(fused(rows + "h = matmul x x\nm = mul h p\nn = mul m q\no = mul n r\ny = mul o s\n"
                         "output y\n"),
            "graph g\n" + rows +
                "o = matmul x x p q r | mul x0 x1; mul t0 x2; mul t1 x3\ny = mul o s\noutput y\n");
}

TEST(Fusion, AResidualIsJoinedWhereAskedFor) {
  const std::string head = "graph g\ninput x 4x4\nparam w 4x4\n";
  const Graph graph =
      parse_graph(head + "h = matmul x w\ns = add x h\ny = relu s\noutput y\n", "test");
  const std::string apart = head + "h = matmul x w\ny = add+relu x h\noutput y\n";
  const std::string whole = head + "y = matmul x w x | add x1 x0; relu t0\noutput y\n";
  EXPECT_EQ(to_text(fuse(graph)), apart);
  EXPECT_EQ(to_text(fuse(graph, {.joined = {"y", "x", "s"}})), apart);
  EXPECT_EQ(to_text(fuse(graph, {.joined = {"h"}})), whole);
  EXPECT_EQ(to_text(fuse(graph, {.all_maps = true})), whole);
  // What could have been joined says so.
  const Graph fused = fuse(graph);
  EXPECT_EQ(joinable_product(fused, fused.operators()[1]), fused.find("h"));
  EXPECT_EQ(joinable_product(fused, fused.operators()[0]), std::nullopt);
  // Too many operands: not even then.
  const Graph wide = parse_graph(
      "graph g\ninput x 4x4\nparam a 4x4\nparam b 4x4\nparam c 4x4\nparam d 4x4\n"
      "h = matmul x a\nm = map h b c | mul x0 x1; mul t0 x2\ny = map m d x | mul x0 x1; add t0 x2\n"
      "output y\n",
      "test");
  const Graph result = fuse(wide, {.all_maps = true});
  EXPECT_EQ(result.operators().size(), 2U);
  EXPECT_EQ(joinable_product(result, result.operators()[1]), std::nullopt);
}

TEST(Fusion, WithoutBiasesARowIsPartOfTheExpression) {
  EXPECT_EQ(fused_to_one("h = matmul x w\ns = add h b\ny = relu s\n", {.bias = false}),
            "y = matmul x w b | add x0 x1; relu t0");
}

constexpr std::size_t kEdge = 3;
using Matrix = std::array<int, kEdge * kEdge>;  // a row vector has all rows equal

/// The outputs of a graph of 3×3 tensors and of row vectors that are sources, by name.
std::map<std::string, Matrix> outputs_of(const Graph& graph) {
  std::vector<Matrix> values(graph.tensors().size());
  std::map<std::string, Matrix> outputs;
  int drawn = 1;
  for (TensorId id = 0; id < values.size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    Matrix& c = values[id];
    if (!tensor.producer) {
      std::generate(c.begin(), c.end(), [&] { return (drawn = drawn * 75 % 1009) % 19 - 9; });
      if (tensor.shape.rows == 1) {
        std::copy_n(c.begin(), kEdge, c.begin() + kEdge);
        std::copy_n(c.begin(), kEdge, c.begin() + 2 * kEdge);
      }
      continue;
    }
    const Operator& op = graph.operators()[*tensor.producer];
    const Matrix& a = values[op.inputs.front()];
    const Matrix& b = values[op.inputs[op.inputs.size() > 1 ? 1 : 0]];
    for (std::size_t i = 0; i < c.size(); ++i) {
      c[i] = a[i];
      std::vector<double> mapped;
      if (op.kind == OperatorKind::kMatMul) {
        c[i] = op.has_bias ? values[op.inputs[2]][i] : 0;
        for (std::size_t k = 0; k < kEdge; ++k) {
          c[i] += a[i / kEdge * kEdge + k] * b[k * kEdge + i % kEdge];
        }
      }
      c[i] = op.relu ? std::max(c[i], 0) : c[i];
      if (op.kind == OperatorKind::kMatMul) {
        mapped.push_back(c[i]);
      }
      for (const TensorId input : op.map_inputs()) {
        mapped.push_back(values[input][i]);
      }
      if (op.has_map()) {
        c[i] = static_cast<int>(evaluate(op.map, mapped));
      }
    }
    if (tensor.role == TensorRole::kOutput) {
      outputs[tensor.name] = c;
    }
  }
  return outputs;
}

/// Sources first, then mostly matmuls and ReLUs of recent tensors; what nobody uses is an output.
Graph random_graph(std::mt19937& random) {
  Graph graph("random");
  std::vector<TensorId> ids = {graph.add_input("x", {kEdge, kEdge})};
  ids.push_back(graph.add_map("first", "relu", {ids[0]}));
  const TensorId row = graph.add_parameter("row", {1, kEdge});
  graph.mark_output(graph.add_map("second", "add", {ids[0], row}));
  const auto draw = [&](std::size_t count) { return random() % count; };
  const std::size_t operators = 1 + draw(20);
  for (std::size_t i = 0; i < operators; ++i) {
    const std::string name = "t" + std::to_string(i);
    const TensorId last = ids[ids.size() - 1 - draw(2)];
    const TensorId any = ids[draw(ids.size())];
    switch (draw(8)) {
      case 3:
      case 4:
        ids.push_back(draw(2) == 0 ? graph.add_map(name, "add", {row, last})
                                   : graph.add_map(name, "add", {last, row}));
        break;
      case 5: ids.push_back(graph.add_copy(name, last)); break;
      case 0: ids.push_back(graph.add_map(name, "add", {last, any})); break;
      case 1: ids.push_back(graph.add_matmul(name, any, last, draw(4) == 0)); break;
      case 2: ids.push_back(graph.add_matmul(name, last, any)); break;
      default: ids.push_back(graph.add_map(name, "relu", {last})); break;
    }
  }
  for (const TensorId id : ids) {
    const Tensor& tensor = graph.tensor(id);
    if (tensor.producer && (tensor.users.empty() || draw(10) == 0)) {
      graph.mark_output(id);
    }
  }
  graph.verify();
  return graph;
}

TEST(Fusion, RandomGraphsComputeTheSame) {
  std::mt19937 random(20240607);
  std::size_t saved = 0;
  for (int i = 0; i < 2000; ++i) {
    const Graph graph = random_graph(random);
    for (const bool all_maps : {false, true}) {
      const FusionOptions options{.bias = random() % 4 != 0, .all_maps = all_maps};
      const Graph result = fuse(graph, options);
      saved += graph.operators().size() - result.operators().size();
      ASSERT_EQ(outputs_of(graph), outputs_of(result)) << to_text(graph) << to_text(result);
      ASSERT_EQ(to_text(fuse(result, options)), to_text(result)) << to_text(graph);
      ASSERT_EQ(to_text(fuse(graph, options)), to_text(result));
    }
  }
  EXPECT_GT(saved, 500U);  // the test is about something
}

}  // namespace
}  // namespace tilewave
