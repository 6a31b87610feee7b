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
  EXPECT_EQ(fused("input x 4x4\nh = matmul x x\ns = add x x\nparam w 4x4\na = relu h\n"
                  "z = add a s\ny = matmul z w\noutput a y\n"),
            "graph g\ninput x 4x4\na = matmul+relu x x\ns = add x x\nparam w 4x4\n"
            "z = add a s\ny = matmul z w\noutput a y\n");
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
  EXPECT_EQ(fused("input x 4x4\nh = matmul x x\nr = relu x\nparam b 1x4\ns = add h b\nz = add r r\n"
                  "y = relu s\noutput y z\n"),
            "graph g\ninput x 4x4\nr = relu x\nparam b 1x4\ny = matmul+bias+relu x x b\n"
            "z = add r r\noutput y z\n");
}

TEST(Fusion, AddAndReluBecomeOne) {
  EXPECT_EQ(fused("input x 4x4\ns = add x x\ny = relu s\noutput y\n"),
            "graph g\ninput x 4x4\ny = add+relu x x\noutput y\n");
  EXPECT_EQ(fused("input x 4x4\nparam b 1x4\ns = add x b\ny = relu s\noutput y\n"),
            "graph g\ninput x 4x4\nparam b 1x4\ny = add+relu x b\noutput y\n");
}

TEST(Fusion, LeavesAloneWhatIsStillWanted) {
  const char* const kept[] = {
      // two users
      "input x 4x4\nh = matmul x x\ny = relu h\nz = add h y\noutput z\n",
      "input x 4x4\nh = matmul x x\ny = relu h\nz = relu h\noutput y z\n",
      // the product is an output
      "input x 4x4\nh = matmul x x\ny = relu h\noutput h y\n",
      "input x 4x4\ns = add x x\ny = relu s\nz = copy s\noutput y z\n",
      "input x 4x4\nparam b 1x4\nh = matmul x x\ns = add h b\ny = relu h\noutput s y\n",
      "input x 4x4\nparam b 1x4\nh = matmul x x\ns = add h b\noutput h s\n",
      // the product is the row vector, or has a bias or a ReLU already
      "input x 4x4\nparam v 1x4\nh = matmul v x\ns = add x h\noutput s\n",
      "input x 4x4\nparam b 1x4\nh = matmul+bias x x b\ns = add h b\noutput s\n",
      "input x 4x4\nparam b 1x4\nh = matmul+relu x x\ns = add h b\noutput s\n",
      // a ReLU of an input, of a parameter, of a copy
      "input x 4x4\ny = relu x\noutput y\n",
      "param w 4x4\ny = relu w\noutput y\n",
      "input x 4x4\nc = copy x\ny = relu c\noutput y\n",
      // a ReLU of a ReLU, and of a fused matmul
      "input x 4x4\na = relu x\ny = relu a\noutput y\n",
      "input x 4x4\nh = matmul+relu x x\ny = relu h\noutput y\n",
      // the product squared: one user, used twice
      "input x 4x4\nh = matmul x x\ny = matmul h h\noutput y\n",
      // the one user is no ReLU
      "input x 4x4\nh = matmul x x\ny = add h x\noutput y\n",
  };
  for (const char* text : kept) {
    EXPECT_EQ(fused(text), "graph g\n" + std::string(text));
  }
}

TEST(Fusion, SecondReluOfAChainStays) {
  EXPECT_EQ(fused("input x 4x4\nh = matmul x x\na = relu h\ny = relu a\noutput y\n"),
            "graph g\ninput x 4x4\na = matmul+relu x x\ny = relu a\noutput y\n");
}

constexpr std::size_t kEdge = 3;
using Matrix = std::array<int, kEdge * kEdge>;  // a row vector has all rows equal

/// Small whole numbers, wrapped to stay small: equal results mean equal computations.
int wrap(int value) { return value % 1009; }

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
    const Graph result = fuse(graph);
    saved += graph.operators().size() - result.operators().size();
    ASSERT_EQ(outputs_of(graph), outputs_of(result)) << to_text(graph) << to_text(result);
    ASSERT_EQ(to_text(fuse(result)), to_text(result));
    ASSERT_EQ(to_text(fuse(graph)), to_text(result));
  }
  EXPECT_GT(saved, 500U);  // the test is about something
}

}  // namespace
}  // namespace tilewave
