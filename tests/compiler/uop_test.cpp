// Lowering: how many uOps, in which order, and what the verifier of uOps refuses.
#include "compiler/uop.h"

#include <functional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/builtins.h"
#include "compiler/graph_text.h"
#include "tests/compiler/program_samples.h"
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
          EXPECT_EQ(estimate_lowering(graph, tile).tensor_bytes,
                    (rows * steps + steps * cols + rows * cols) * tile.result().bytes());
          verify_uops(graph, list);
        }
      }
    }
  }
}

TEST(Lower, ElementwiseCountsFollowTheClosedFormula) {
  for (const std::uint64_t rows : {1, 32, 33, 200}) {
    for (const std::uint64_t cols : {1, 64, 65}) {
      Graph graph("g");
      const TensorId x = graph.add_input("x", {rows, cols});
      const TensorId y = graph.add_input("y", {rows, cols});
      graph.mark_output(graph.add_relu("r", graph.add_add("s", x, y)));
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
  EXPECT_EQ(to_text(graph, lower(graph, {})),
            "# tile 32x32x32 (m, n, k), 22 uOps\n"  // 2·(3·2+1) + 2·4 = 22
            "LOAD    x[0,0]\nLOAD    w[0,0]\nEXECUTE h[0,0] matmul k=0 clear\n"
            "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE h[0,0] matmul k=1\nSTORE   h[0,0] relu\n"
            "LOAD    x[0,0]\nLOAD    w[0,1]\nEXECUTE h[0,1] matmul k=0 clear\n"
            "LOAD    x[0,1]\nLOAD    w[1,1]\nEXECUTE h[0,1] matmul k=1\nSTORE   h[0,1] relu\n"
            "LOAD    h[0,0]\nLOAD    x[0,0]\nEXECUTE s[0,0] add clear\nSTORE   s[0,0]\n"
            "LOAD    h[0,1]\nLOAD    x[0,1]\nEXECUTE s[0,1] add clear\nSTORE   s[0,1]\n");
}

TEST(Lower, BiasesRowVectorsAndCopies) {
  const Graph graph = parse_graph(
      "graph g\ninput x 64x64\nparam w 64x32\nparam b 1x32\nh = matmul+bias+relu x w b\n"
      "s = add h b\nc = copy s\noutput c\n",
      "g");
  const UopList list = lower(graph, {32, 32, 64});
  verify_uops(graph, list);
  EXPECT_EQ(list.uops.size(), estimate_lowering(graph, {32, 32, 64}).uops);
  EXPECT_EQ(to_text(graph, list),
            "# tile 32x32x64 (m, n, k), 22 uOps\n"  // 2·(3 + 1 + 1) + 2·4 + 2·2 = 22
            "LOAD    x[0,0]\nLOAD    w[0,0]\nLOAD    b[0,0]\n"
            "EXECUTE h[0,0] matmul k=0 clear bias\nSTORE   h[0,0] relu\n"
            "LOAD    x[1,0]\nLOAD    w[0,0]\nLOAD    b[0,0]\n"
            "EXECUTE h[1,0] matmul k=0 clear bias\nSTORE   h[1,0] relu\n"
            "LOAD    h[0,0]\nLOAD    b[0,0]\nEXECUTE s[0,0] add clear broadcast\nSTORE   s[0,0]\n"
            "LOAD    h[1,0]\nLOAD    b[0,0]\nEXECUTE s[1,0] add clear broadcast\nSTORE   s[1,0]\n"
            "LOAD    s[0,0]\nSTORE   c[0,0]\nLOAD    s[1,0]\nSTORE   c[1,0]\n");
}

TEST(Lower, MixedNetworksAreLegalAndAsManyAsEstimatedInEveryOrder) {
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) {
    const Graph graph = fuse(test::random_mixed_network(random, 100, false));
    for (const LoopOrder order : test::kLoopOrders) {
      const UopList list = lower(graph, {16, 24, 8}, order);
      ASSERT_EQ(list.uops.size(), estimate_lowering(graph, {16, 24, 8}).uops) << to_text(graph);
      ASSERT_NO_THROW(verify_uops(graph, list)) << to_text(graph);
    }
  }
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
  EXPECT_EQ(to_text(graph, lower(graph, {}, kInterleaved)),
            "# tile 32x32x32 (m, n, k), 22 uOps\n"
            "LOAD    x[0,0]\nLOAD    w[0,0]\nEXECUTE h[0,0] matmul k=0 clear\n"
            "LOAD    x[0,0]\nLOAD    w[0,1]\nEXECUTE h[0,1] matmul k=0 clear\n"
            "LOAD    x[0,1]\nLOAD    w[1,0]\nEXECUTE h[0,0] matmul k=1\nSTORE   h[0,0] relu\n"
            "LOAD    x[0,1]\nLOAD    w[1,1]\nEXECUTE h[0,1] matmul k=1\nSTORE   h[0,1] relu\n"
            "LOAD    h[0,0]\nLOAD    x[0,0]\nEXECUTE s[0,0] add clear\nSTORE   s[0,0]\n"
            "LOAD    h[0,1]\nLOAD    x[0,1]\nEXECUTE s[0,1] add clear\nSTORE   s[0,1]\n");
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

struct WrongUops {
  std::string what;
  std::function<void(std::vector<Uop>&)> spoil;
  std::string message;
};

std::string complaint(const Graph& graph, const WrongUops& wrong,
                      LoopOrder order = LoopOrder::kMnk) {
  UopList list = lower(graph, {}, order);
  wrong.spoil(list.uops);
  try {
    verify_uops(graph, list);
  } catch (const InternalError& error) {
    return error.what();
  }
  return "accepted";
}

void expect_refused(const std::vector<WrongUops>& table, LoopOrder order = LoopOrder::kMnk) {
  const Graph graph = small_graph();
  for (const WrongUops& wrong : table) {
    EXPECT_EQ(complaint(graph, wrong, order), wrong.message) << wrong.what;
  }
}

void drop(std::vector<Uop>& uops, std::ptrdiff_t at, std::ptrdiff_t n = 1) {
  uops.erase(uops.begin() + at, uops.begin() + at + n);
}

void repeat(std::vector<Uop>& uops, std::ptrdiff_t at) {
  uops.insert(uops.begin() + at, uops[static_cast<std::size_t>(at)]);
}

// Positions are those of RunsOverRowsColumnsAndReductionInnermost: 0-1 loads, 2 execute k=0, 3-4
// loads, 5 execute k=1, 6 store; 7-13 the second tile; 14-17 and 18-21 the add.
TEST(VerifyUops, RefusesBrokenLists) {
  using Uops = std::vector<Uop>;
  const std::string operand = " is not loaded right before it";
  expect_refused({
      {"operator", [](Uops& u) { u[3].oper = 2; }, "uOp 3: no such operator or tensor"},
      {"tensor", [](Uops& u) { u[3].tensor = 9; }, "uOp 3: no such operator or tensor"},
      {"row", [](Uops& u) { u[0].row = 1; }, "uOp 0: tile outside tensor 'x'"},
      {"column", [](Uops& u) { u[6].col = 2; }, "uOp 6: tile outside tensor 'h'"},
      {"first operand", [](Uops& u) { u[0].col = 1; }, "uOp 2: operand 0" + operand},
      {"second operand", [](Uops& u) { u[1].row = 1; }, "uOp 2: operand 1" + operand},
      {"operands swapped", [](Uops& u) { std::swap(u[0], u[1]); }, "uOp 2: operand 0" + operand},
      {"load missing", [](Uops& u) { drop(u, 4); }, "uOp 4: operand 0" + operand},
      {"no load at all", [](Uops& u) { drop(u, 0, 2); },
       "uOp 0: EXECUTE without its LOADs or of another tensor"},
      {"other result", [](Uops& u) { u[2].tensor = 0; },
       "uOp 2: EXECUTE without its LOADs or of another tensor"},
      {"never opened", [](Uops& u) { u[2].first = false; },
       "uOp 2: accumulator opened twice or not at all"},
      {"opened twice", [](Uops& u) { u[5].first = true; },
       "uOp 5: accumulator opened twice or not at all"},
      {"step after the last", [](Uops& u) { u[2].last = true; },
       "uOp 5: accumulator opened twice or not at all"},
      {"never closed", [](Uops& u) { u[5].last = false; },
       "uOp 6: STORE of a tile that was not just completed"},
      {"store too early", [](Uops& u) { drop(u, 3, 3); },
       "uOp 3: STORE of a tile that was not just completed"},
      {"store of the other tile", [](Uops& u) { u[6].col = 1; },
       "uOp 6: STORE of a tile that was not just completed"},
      {"stored twice", [](Uops& u) { repeat(u, 6); },
       "uOp 7: STORE of a tile that was not just completed"},
      {"store missing", [](Uops& u) { drop(u, 6); },
       "uOp 8: accumulator opened twice or not at all"},
      {"last store missing", [](Uops& u) { drop(u, 21); }, "tensor 's' has 1 tiles stored, not 2"},
      {"a tile left out", [](Uops& u) { drop(u, 7, 7); }, "tensor 'h' has 1 tiles stored, not 2"},
  });
}

// Positions are those of StoresATileRightAfterItsLastStepInEveryOrder: 2 executes h[0,0] k=0, 5
// h[0,1] k=0, 8 h[0,0] k=1, 9 stores it, 12 h[0,1] k=1, 13 stores it.
TEST(VerifyUops, RefusesBrokenListsOfSeveralAccumulators) {
  using Uops = std::vector<Uop>;
  const std::string twice = ": accumulator opened twice or not at all";
  const std::string store = ": STORE of a tile that was not just completed";
  expect_refused(
      {
          {"unspoilt", [](Uops&) {}, "accepted"},
          {"one never opened", [](Uops& u) { drop(u, 3, 3); }, "uOp 9" + twice},
          {"one opened again", [](Uops& u) { std::copy_n(u.begin(), 3, u.begin() + 3); },
           "uOp 5" + twice},
          {"opened again after its store",
           [](Uops& u) { std::copy_n(u.begin(), 3, u.begin() + 10); }, "uOp 12" + twice},
          {"a step before the one before it",
           [](Uops& u) { std::swap_ranges(u.begin() + 3, u.begin() + 6, u.begin() + 10); },
           "uOp 5" + twice},
          {"closed too early", [](Uops& u) { u[2].last = true; }, "uOp 5" + twice},
          {"closed and stored too early",
           [](Uops& u) {
             u[5].last = true;
             u.insert(u.begin() + 6, u[13]);
           },
           "uOp 6" + store},
          {"both stored at the end",
           [](Uops& u) { std::rotate(u.begin() + 9, u.begin() + 10, u.begin() + 13); },
           "uOp 11" + twice},
          {"stored after the loads of the next step",
           [](Uops& u) { std::rotate(u.begin() + 9, u.begin() + 10, u.begin() + 12); },
           "uOp 11" + store},
          {"the other one stored", [](Uops& u) { u[9].col = 1; }, "uOp 9" + store},
          {"left open", [](Uops& u) { drop(u, 10, 4); }, "tensor 'h' has 1 tiles stored, not 2"},
      },
      kInterleaved);
}

std::string refusal(const std::function<void(std::vector<Uop>&)>& spoil) {
  return complaint(small_graph(), {"", spoil, ""});
}

/// What the comment of verify_uops() promises beyond single neighbours.
TEST(VerifyUops, RefusesStrayLoads) {
  EXPECT_NE(refusal([](auto& u) { repeat(u, 0); }), "accepted");  // three LOADs, then EXECUTE
  EXPECT_NE(refusal([](auto& u) {
              repeat(u, 6);
              std::swap(u[6], u[0]);
            }),
            "accepted");
  EXPECT_NE(refusal([](auto& u) { u.push_back(u[0]); }), "accepted");
}

TEST(VerifyUops, RefusesMissingReductionSteps) {
  EXPECT_NE(refusal([](auto& u) {
              drop(u, 3, 3);
              u[2].last = true;
            }),
            "accepted");
  EXPECT_NE(refusal([](auto& u) {
              drop(u, 0, 3);
              u[2].first = true;
            }),
            "accepted");
}

TEST(VerifyUops, RefusesOneTileStoredForAnother) {
  EXPECT_NE(refusal([](auto& u) { std::copy(u.begin(), u.begin() + 7, u.begin() + 7); }),
            "accepted");
}

TEST(VerifyUops, RefusesAStoreOfAnotherOperator) {
  // The operator of a STORE says whether a ReLU is applied.
  EXPECT_NE(refusal([](auto& u) { u[6].oper = 1; }), "accepted");
}

TEST(VerifyUops, RefusesBrokenBiasesAndCopies) {
  // 0-1 loads of x and w, 2 of b, 3 execute k=0, 4-5 loads, 6 execute k=1, 7 store; 8 load, 9 store
  const Graph graph = parse_graph(
      "graph g\ninput x 32x64\nparam w 64x32\nparam b 1x64\nparam v 1x32\n"
      "h = matmul+bias x w v\ny = copy h\nz = add b b\noutput y z\n",
      "g");
  const auto refused = [&](const std::function<void(std::vector<Uop>&)>& spoil) {
    return complaint(graph, {"", spoil, ""});
  };
  EXPECT_EQ(refused([](auto&) {}), "accepted");
  EXPECT_EQ(refused([](auto& u) { u[2].tensor = 2; }),
            "uOp 3: operand 2 is not loaded right before it");
  EXPECT_EQ(refused([](auto& u) { drop(u, 2); }),
            "uOp 2: EXECUTE without its LOADs or of another tensor");
  EXPECT_EQ(refused([](auto& u) { u.insert(u.begin() + 6, u[2]); }),
            "uOp 7: operand 0 is not loaded right before it");
  EXPECT_EQ(refused([](auto& u) { drop(u, 8); }), "uOp 8: operand 0 is not loaded right before it");
  EXPECT_EQ(refused([](auto& u) { u[8].tensor = 1; }),
            "uOp 9: operand 0 is not loaded right before it");
  EXPECT_EQ(refused([](auto& u) {
              repeat(u, 9);
              repeat(u, 8);
              std::swap(u[9], u[10]);
            }),
            "uOp 11: tile copied twice");
  EXPECT_NE(refused([](auto& u) { u[9].kind = UopKind::kExecute; }), "accepted");
}

}  // namespace
}  // namespace tilewave
