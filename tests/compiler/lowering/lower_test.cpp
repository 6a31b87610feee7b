// Lowering: how many uOps, in which order, with biases, row vectors and copies.
#include "compiler/lowering/lower.h"

#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "tests/compiler/program/program_samples.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

std::uint64_t count(const UopList& list, UopKind kind) {
  std::uint64_t n = 0;
  for (const Uop& uop : list.uops) {
    n += uop.kind == kind ? 1 : 0;
  }
  return n;
}

Graph gemm(std::uint64_t m, std::uint64_t k, std::uint64_t n) {
  return build_builtin("gemm:" + std::to_string(m) + "x" + std::to_string(k) + "x" +
                       std::to_string(n));
}

TEST(Lower, MatmulCountsFollowTheClosedFormula) {
  for (const std::uint32_t edge : {8U, 32U, 64U}) {
    for (const std::uint64_t m : {1, 7, 8, 32, 33, 100}) {
      for (const std::uint64_t k : {1, 31, 64, 65, 200}) {
        for (const std::uint64_t n : {1, 16, 32, 97}) {
          const TileShape tile{edge, edge, edge};
          const Graph graph = gemm(m, k, n);
          const UopList list = lower(graph, tile);
          const std::uint64_t rows = (m + edge - 1) / edge;
          const std::uint64_t cols = (n + edge - 1) / edge;
          const std::uint64_t steps = (k + edge - 1) / edge;
          EXPECT_EQ(count(list, UopKind::kLoad), 2 * rows * cols * steps);
          EXPECT_EQ(count(list, UopKind::kExecute), rows * cols * steps);
          EXPECT_EQ(count(list, UopKind::kStore), rows * cols);
          EXPECT_EQ(estimate_lowering(graph, tile).uops, list.uops.size());
          EXPECT_EQ(estimate_lowering(graph, tile).tensor_bytes, 4 * (m * k + k * n + m * n));
          EXPECT_EQ(estimate_lowering(graph, {tile, TileEdges::kPadded}).tensor_bytes,
                    (rows * steps + steps * cols + rows * cols) * tile.result().bytes());
          verify_uops(graph, list);
        }
      }
    }
  }
}

TEST(Lower, PaddingDoesNotStandForAnotherZero) {
  const auto error = [](const std::string& extents, TileEdges edges) -> std::string {
    const Graph graph = parse_graph("input x " + extents +
                                        " i8\nparam w 32x32 u8\n"
                                        "y = matmul x w zeros=-3,128\noutput y\n",
                                    "g");
    try {
      lower(graph, {TileShape{}, edges});
    } catch (const InputError& refusal) {
      return refusal.what();
    }
    return "";
  };
  EXPECT_EQ(error("33x32", TileEdges::kReal), "");
  EXPECT_EQ(error("64x32", TileEdges::kPadded), "");
  EXPECT_EQ(error("33x32", TileEdges::kPadded),
            "graph 'g': the factors of y have zeros=-3,128 and are padded with 0; allowed: "
            "zeros=0,0, or tile.edges=real");
}

TEST(Lower, ElementwiseCountsFollowTheClosedFormula) {
  for (const std::uint64_t rows : {1, 32, 33, 200}) {
    for (const std::uint64_t cols : {1, 64, 65}) {
      Graph graph("g");
      const TensorId x = graph.add_input("x", {rows, cols});
      const TensorId y = graph.add_input("y", {rows, cols});
      graph.mark_output(graph.add_map("r", "relu", {graph.add_map("s", "add", {x, y})}));
      const UopList list = lower(graph, {});
      const std::uint64_t tiles = ((rows + 31) / 32) * ((cols + 31) / 32);
      EXPECT_EQ(count(list, UopKind::kLoad), 3 * tiles);  // two for the add, one for the ReLU
      EXPECT_EQ(count(list, UopKind::kExecute), 2 * tiles);
      EXPECT_EQ(count(list, UopKind::kStore), 2 * tiles);
      verify_uops(graph, list);
    }
  }
}

TEST(Lower, GoldenPerceptronHas148Uops) {
  // 4·2·(3·4+1) + 4·1·(3·2+1) + 4·1·(3·1+1) = 104 + 28 + 16 = 148
  EXPECT_EQ(lower(fuse(build_builtin("mlp:128x128x64x32x32")), {}).uops.size(), 148U);
}

TEST(Lower, RandomNetworksAreLegalAndAsManyAsEstimated) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const Graph graph = test::random_network(random, 200);
    const UopList list = lower(graph, {});
    ASSERT_EQ(list.uops.size(), estimate_lowering(graph, {}).uops) << to_text(graph);
    ASSERT_NO_THROW(verify_uops(graph, list)) << to_text(graph);
  }
}

/// Two output tiles of two steps each, then an add.
Graph small_graph() {
  return parse_graph(
      "graph g\ninput x 32x64\nparam w 64x64\nh = matmul+relu x w\ns = add h x\noutput s\n", "g");
}

TEST(Lower, RunsOverRowsColumnsAndReductionInnermost) {
  const Graph graph = small_graph();
  EXPECT_EQ(
      to_text(graph, lower(graph, {})),
      "# tile 32x32x32 (m, n, k), 22 uOps\n"  // 2·(3·2+1) + 2·4 = 22
      "LOAD    x[0,0]\nLOAD    w[0,0]\nEXECUTE h[0,0] matmul k=0 clear\n"
      "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE h[0,0] matmul k=1\nSTORE   h[0,0] relu\n"
      "LOAD    x[0,0]\nLOAD    w[0,1]\nEXECUTE h[0,1] matmul k=0 clear\n"
      "LOAD    x[0,1]\nLOAD    w[1,1]\nEXECUTE h[0,1] matmul k=1\nSTORE   h[0,1] relu\n"
      "LOAD    h[0,0]\nLOAD    x[0,0]\nEXECUTE s[0,0] tile tile | add x0 x1\nSTORE   s[0,0]\n"
      "LOAD    h[0,1]\nLOAD    x[0,1]\nEXECUTE s[0,1] tile tile | add x0 x1\nSTORE   s[0,1]\n");
}

using Step = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // m, n, k

std::vector<Step> steps_of(const UopList& list) {
  std::vector<Step> steps;
  for (const Uop& uop : list.uops) {
    if (uop.kind == UopKind::kExecute) {
      steps.emplace_back(uop.row, uop.col, uop.k);
    }
  }
  return steps;
}

TEST(Lower, EveryOrderIsLegalAndMakesTheSameSteps) {
  std::mt19937 random(11);
  for (int i = 0; i < 100; ++i) {
    const Graph graph = gemm(1 + random() % 200, 1 + random() % 200, 1 + random() % 200);
    const std::vector<Step> baseline = steps_of(lower(graph, {}));
    const std::set<Step> all(baseline.begin(), baseline.end());
    ASSERT_EQ(all.size(), baseline.size());
    for (const LoopOrder order : test::kLoopOrders) {
      SCOPED_TRACE(to_text(graph) + to_string(order));
      const UopList list = lower(graph, {}, order);
      ASSERT_EQ(list.uops.size(), estimate_lowering(graph, {}).uops);
      ASSERT_NO_THROW(verify_uops(graph, list));
      const std::vector<Step> steps = steps_of(list);
      ASSERT_EQ(steps.size(), all.size());
      ASSERT_EQ(std::set<Step>(steps.begin(), steps.end()), all);
    }
  }
}

TEST(Lower, EveryOrderNestsItsLoopsAsItsNameSays) {
  const Graph graph = gemm(64, 128, 96);  // 2 × 3 tiles of 4 steps
  for (const LoopOrder order : test::kLoopOrders) {
    const std::string name = to_string(order);
    std::vector<Step> steps = steps_of(lower(graph, {}, order));
    ASSERT_EQ(steps.size(), 24U);
    const auto at = [&name](const Step& step, std::size_t loop) {
      const auto [m, n, k] = step;
      return name[loop] == 'm' ? m : name[loop] == 'n' ? n : k;
    };
    for (std::size_t i = 1; i < steps.size(); ++i) {
      const auto position = [&](const Step& step) {
        return std::tuple(at(step, 0), at(step, 1), at(step, 2));
      };
      ASSERT_LT(position(steps[i - 1]), position(steps[i])) << name;
    }
  }
}

TEST(Lower, RandomNetworksAreLegalInEveryOrder) {
  std::mt19937 random(2);
  for (int i = 0; i < 100; ++i) {
    const Graph graph = test::random_network(random, 200);
    for (const LoopOrder order : test::kLoopOrders) {
      const UopList list = lower(graph, {}, order);
      ASSERT_EQ(list.uops.size(), estimate_lowering(graph, {}).uops) << to_text(graph);
      ASSERT_NO_THROW(verify_uops(graph, list)) << to_text(graph) << to_string(order);
    }
  }
}

/// The small graph with its columns innermost, so that both of its accumulators are open at once.
constexpr LoopOrder kInterleaved = LoopOrder::kMkn;

TEST(Lower, StoresATileRightAfterItsLastStepInEveryOrder) {
  const Graph graph = small_graph();
  EXPECT_EQ(
      to_text(graph, lower(graph, {}, kInterleaved)),
      "# tile 32x32x32 (m, n, k), 22 uOps\n"
      "LOAD    x[0,0]\nLOAD    w[0,0]\nEXECUTE h[0,0] matmul k=0 clear\n"
      "LOAD    x[0,0]\nLOAD    w[0,1]\nEXECUTE h[0,1] matmul k=0 clear\n"
      "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE h[0,0] matmul k=1\nSTORE   h[0,0] relu\n"
      "LOAD    x[0,1]\nLOAD    w[1,1]\nEXECUTE h[0,1] matmul k=1\nSTORE   h[0,1] relu\n"
      "LOAD    h[0,0]\nLOAD    x[0,0]\nEXECUTE s[0,0] tile tile | add x0 x1\nSTORE   s[0,0]\n"
      "LOAD    h[0,1]\nLOAD    x[0,1]\nEXECUTE s[0,1] tile tile | add x0 x1\nSTORE   s[0,1]\n");
}

TEST(Lower, RefusesWhatIsTooLarge) {
  // (2^20/32)² · (3·2^20/32 + 1) = 2^30 · 98305 uOps; 3 · 2^40 · 4 bytes = 12 TiB
  EXPECT_EQ(test::message_of([] { lower(gemm(1 << 20, 1 << 20, 1 << 20), {}); }),
            "graph 'gemm' needs 105554190008320 tile uOps and 12 TiB of tensors; allowed are "
            "134217728 uOps and 16 GiB");
}

TEST(Lower, RefusesWhatOverflows64Bits) {
  Graph graph("deep");
  const Shape shape{1 << 20, 1 << 20};
  TensorId x = graph.add_input("x", shape);
  const TensorId w = graph.add_parameter("w", shape);
  for (int i = 0; i < 8192; ++i) {  // 3 · 2^51 uOps each with 8×8 tiles
    x = graph.add_matmul("h" + std::to_string(i), x, w);
  }
  graph.mark_output(x);
  EXPECT_EQ(test::message_of([&] {
              lower(graph, {8, 8, 8});
            }),
            "graph 'deep' needs more than 2^64 tile uOps and 32 PiB of tensors; allowed are "
            "134217728 uOps and 16 GiB");
}

/// A matmul with a bias over two steps, whose result is copied; two row blocks share the bias.
TEST(Lower, LoadsTheBiasAtTheFirstStepOfEachTileAndCopiesWithoutExecute) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {64, 64});
  const TensorId w = graph.add_parameter("w", {64, 32});
  const TensorId b = graph.add_parameter("b", {1, 32});
  const TensorId h = graph.add_matmul("h", x, w, true, b);
  graph.mark_output(graph.add_copy("y", h));
  const UopList list = lower(graph, {});
  EXPECT_EQ(to_text(graph, list),
            "# tile 32x32x32 (m, n, k), 20 uOps\n"  // 2·(3·2+1+1) + 2·2 = 20
            "LOAD    x[0,0]\nLOAD    w[0,0]\nLOAD    b[0,0]\nEXECUTE h[0,0] matmul k=0 clear bias\n"
            "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE h[0,0] matmul k=1\nSTORE   h[0,0] relu\n"
            "LOAD    x[1,0]\nLOAD    w[0,0]\nLOAD    b[0,0]\nEXECUTE h[1,0] matmul k=0 clear bias\n"
            "LOAD    x[1,1]\nLOAD    w[1,0]\nEXECUTE h[1,0] matmul k=1\nSTORE   h[1,0] relu\n"
            "LOAD    h[0,0]\nSTORE   y[0,0]\n"
            "LOAD    h[1,0]\nSTORE   y[1,0]\n");
  EXPECT_NO_THROW(verify_uops(graph, list));
}

TEST(Lower, LoadsTheBiasAtTheFirstStepWhicheverThatIs) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {32, 64});
  const TensorId w = graph.add_parameter("w", {64, 64});
  graph.mark_output(graph.add_matmul("h", x, w, false, graph.add_parameter("b", {1, 64})));
  LoopNest nest;
  nest.parts = {1, 2, 2};
  nest.serpentine = true;  // the second column falls from k = 1 to 0
  const UopList list = lower(graph, {}, LoopPlan{{nest}});
  EXPECT_EQ(to_text(graph, list),
            "# tile 32x32x32 (m, n, k), 16 uOps\n"
            "LOAD    x[0,0]\nLOAD    w[0,0]\nLOAD    b[0,0]\nEXECUTE h[0,0] matmul k=0 clear bias\n"
            "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE h[0,0] matmul k=1\nSTORE   h[0,0]\n"
            "LOAD    x[0,1]\nLOAD    w[1,1]\nLOAD    b[0,1]\nEXECUTE h[0,1] matmul k=1 clear bias\n"
            "LOAD    x[0,0]\nLOAD    w[0,1]\nEXECUTE h[0,1] matmul k=0\nSTORE   h[0,1]\n");
  EXPECT_NO_THROW(verify_uops(graph, list));
}

TEST(Lower, LoadsARowVectorForEveryRowOfTiles) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {64, 64});
  graph.mark_output(graph.add_map("y", "add", {x, graph.add_parameter("b", {1, 64})}));
  const UopList list = lower(graph, {});
  EXPECT_EQ(
      to_text(graph, list),
      "# tile 32x32x32 (m, n, k), 16 uOps\n"
      "LOAD    x[0,0]\nLOAD    b[0,0]\nEXECUTE y[0,0] tile row | add x0 x1\nSTORE   y[0,0]\n"
      "LOAD    x[0,1]\nLOAD    b[0,1]\nEXECUTE y[0,1] tile row | add x0 x1\nSTORE   y[0,1]\n"
      "LOAD    x[1,0]\nLOAD    b[0,0]\nEXECUTE y[1,0] tile row | add x0 x1\nSTORE   y[1,0]\n"
      "LOAD    x[1,1]\nLOAD    b[0,1]\nEXECUTE y[1,1] tile row | add x0 x1\nSTORE   y[1,1]\n");
  EXPECT_NO_THROW(verify_uops(graph, list));
}

/// A column, a single value, and both ways at once; the result is as large as all of them together.
TEST(Lower, LoadsWhatIsBroadcastForEveryTileThatReadsIt) {
  const Graph graph = parse_graph(
      "graph g\ninput c 64x1\ninput r 1x64\ninput v 1x1\n"
      "y = map c r v | add x0 x1; mul t0 x2\noutput y\n",
      "g");
  const UopList list = lower(graph, {});
  std::string expected = "# tile 32x32x32 (m, n, k), 20 uOps\n";
  for (const std::string row : {"0", "1"}) {
    for (const std::string col : {"0", "1"}) {
      std::string tile = "y[" + row;
      tile += "," + col + "]";
      expected += "LOAD    c[" + row + ",0]\nLOAD    r[0," + col + "]\nLOAD    v[0,0]\n";
      expected += "EXECUTE " + tile + " column row value | add x0 x1; mul t0 x2\nSTORE   " + tile;
      expected += "\n";
    }
  }
  EXPECT_EQ(to_text(graph, list), expected);
  EXPECT_EQ(estimate_lowering(graph, {}).uops, 20U);  // 2·2·(3+1+1)
  EXPECT_NO_THROW(verify_uops(graph, list));
}

/// LOADs and EXECUTE of the expression stand behind the last step of each tile, whatever the order.
TEST(Lower, CompletesATileByItsExpression) {
  const Graph graph = parse_graph(
      "graph g\ninput x 32x64\nparam w 64x64\nparam b 1x64\ninput z 32x64\ninput c 32x1\n"
      "y = matmul+bias x w b z c | add x0 x1; mul t0 x2\noutput y\n",
      "g");
  const UopList list = lower(graph, {}, kInterleaved);
  const std::string kernel = " tile tile column | add x0 x1; mul t0 x2\n";
  EXPECT_EQ(to_text(graph, list),
            "# tile 32x32x32 (m, n, k), 22 uOps\n"  // 2·(3·2+1 + 2+1 + 1)
            "LOAD    x[0,0]\nLOAD    w[0,0]\nLOAD    b[0,0]\nEXECUTE y[0,0] matmul k=0 clear bias\n"
            "LOAD    x[0,0]\nLOAD    w[0,1]\nLOAD    b[0,1]\nEXECUTE y[0,1] matmul k=0 clear bias\n"
            "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE y[0,0] matmul k=1\n"
            "LOAD    z[0,0]\nLOAD    c[0,0]\nEXECUTE y[0,0]" +
                kernel +
                "STORE   y[0,0]\n"
                "LOAD    x[0,1]\nLOAD    w[1,1]\nEXECUTE y[0,1] matmul k=1\n"
                "LOAD    z[0,1]\nLOAD    c[0,0]\nEXECUTE y[0,1]" +
                kernel + "STORE   y[0,1]\n");
  EXPECT_EQ(estimate_lowering(graph, {}).uops, 22U);
  EXPECT_NO_THROW(verify_uops(graph, list));
  for (const LoopOrder order : test::kLoopOrders) {
    EXPECT_NO_THROW(verify_uops(graph, lower(graph, {}, order))) << to_string(order);
  }
}

TEST(Lower, HasEachKernelOnce) {
  const Graph graph = parse_graph(
      "graph g\ninput x 32x32\nparam b 1x32\na = relu x\nc = copy a\nd = relu c\ne = add d b\n"
      "f = add e x\ny = copy f\nz = add b f\noutput y z\n",
      "g");
  const UopList list = lower(graph, {});
  std::string kernels;
  for (const VectorKernel& kernel : list.kernels) {
    kernels += to_text(kernel) + "\n";
  }
  EXPECT_EQ(kernels,
            "tile | relu x0\ntile row | add x0 x1\ntile tile | add x0 x1\n"
            "row tile | add x0 x1\n");
  EXPECT_EQ(list.kernel_of, (std::vector<std::uint16_t>{0, 0, 0, 1, 2, 0, 3}));
}

TEST(Lower, RandomNetworksAreLegalInRandomNests) {
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    const Graph graph = fuse(test::random_network(random, 200, test::Operators::kAll));
    std::vector<LoopNest> nests(graph.operators().size());
    for (OperatorId id = 0; id < nests.size(); ++id) {
      if (graph.operators()[id].kind == OperatorKind::kMatMul) {
        nests[id] = test::random_nest(random, matmul_shape(graph, id, {}).tiles);
      }
    }
    const UopList list = lower(graph, {}, LoopPlan{nests});
    ASSERT_LE(list.uops.size(), estimate_lowering(graph, {}).uops) << to_text(graph);
    ASSERT_NO_THROW(verify_uops(graph, list)) << to_text(graph);
  }
}

}  // namespace
}  // namespace tilewave
