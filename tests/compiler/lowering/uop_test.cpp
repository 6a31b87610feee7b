// The legal form of uOps: a table of broken lists, and what the verifier says.
#include "compiler/lowering/uop.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "compiler/lowering/lower.h"
#include "compiler/lowering/tiling.h"

namespace tilewave {
namespace {

/// Two output tiles of two steps each, then an add.
Graph small_graph() {
  return parse_graph(
      "graph g\ninput x 32x64\nparam w 64x64\nh = matmul+relu x w\ns = add h x\noutput s\n", "g");
}

/// The small graph with its columns innermost, so that both of its accumulators are open at once.
constexpr LoopOrder kInterleaved = LoopOrder::kMkn;

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
      {"load missing", [](Uops& u) { drop(u, 4); },
       "uOp 4: operands are not all that is loaded before it"},
      {"no load at all", [](Uops& u) { drop(u, 0, 2); },
       "uOp 0: operands are not all that is loaded before it"},
      {"other result", [](Uops& u) { u[2].tensor = 0; },
       "uOp 2: EXECUTE of another tensor, or of what the operator does not do"},
      {"never opened", [](Uops& u) { u[2].first = false; },
       "uOp 2: accumulator opened twice or not at all, or its steps are out of order"},
      {"opened twice", [](Uops& u) { u[5].first = true; },
       "uOp 5: accumulator opened twice or not at all, or its steps are out of order"},
      {"closed before the last step", [](Uops& u) { u[2].last = true; },
       "uOp 2: accumulator opened twice or not at all, or its steps are out of order"},
      {"never closed", [](Uops& u) { u[5].last = false; },
       "uOp 5: accumulator opened twice or not at all, or its steps are out of order"},
      {"store too early", [](Uops& u) { drop(u, 3, 3); },
       "uOp 3: STORE of a tile that was not just completed"},
      {"store of the other tile", [](Uops& u) { u[6].col = 1; },
       "uOp 6: STORE of a tile that was not just completed"},
      {"stored twice", [](Uops& u) { repeat(u, 6); },
       "uOp 7: STORE of a tile that was not just completed"},
      {"store missing", [](Uops& u) { drop(u, 6); },
       "uOp 8: EXECUTE before the STORE of the tile completed last"},
      {"last store missing", [](Uops& u) { drop(u, 21); }, "tensor 's' has 1 tiles stored, not 2"},
      {"a tile left out", [](Uops& u) { drop(u, 7, 7); }, "tensor 'h' has 1 tiles stored, not 2"},
  });
}

// Positions are those of StoresATileRightAfterItsLastStepInEveryOrder: 2 executes h[0,0] k=0, 5
// h[0,1] k=0, 8 h[0,0] k=1, 9 stores it, 12 h[0,1] k=1, 13 stores it.
TEST(VerifyUops, RefusesBrokenListsOfSeveralAccumulators) {
  using Uops = std::vector<Uop>;
  const std::string twice =
      ": accumulator opened twice or not at all, or its steps are out of order";
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
          {"closed too early", [](Uops& u) { u[2].last = true; }, "uOp 2" + twice},
          {"closed and stored too early",
           [](Uops& u) {
             u[5].last = true;
             u.insert(u.begin() + 6, u[13]);
           },
           "uOp 5" + twice},
          {"both stored at the end",
           [](Uops& u) { std::rotate(u.begin() + 9, u.begin() + 10, u.begin() + 13); },
           "uOp 11: EXECUTE before the STORE of the tile completed last"},
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

TEST(VerifyUops, TakesStepsThatFallButNoneThatTurn) {
  const Graph graph = parse_graph("input x 32x96\nparam w 96x32\ny = matmul x w\noutput y\n", "g");
  const auto order = [&](const std::vector<std::uint32_t>& ks) {
    UopList list{{}, tensor_tiles(graph, {}), {}};
    for (std::size_t i = 0; i < ks.size(); ++i) {
      list.uops.push_back({UopKind::kLoad, false, false, false, 0, 0, 0, ks[i], ks[i]});
      list.uops.push_back({UopKind::kLoad, false, false, false, 0, 1, ks[i], 0, ks[i]});
      list.uops.push_back({UopKind::kExecute, i == 0, i == 2, false, 0, 2, 0, 0, ks[i]});
    }
    list.uops.push_back({UopKind::kStore, false, false, false, 0, 2, 0, 0, 0});
    try {
      verify_uops(graph, list);
    } catch (const InternalError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const std::string refused =
      ": accumulator opened twice or not at all, or its steps are out of order";
  EXPECT_EQ(order({0, 1, 2}), "accepted");
  EXPECT_EQ(order({2, 1, 0}), "accepted");
  EXPECT_EQ(order({0, 2, 1}), "uOp 5" + refused);
  EXPECT_EQ(order({2, 0, 1}), "uOp 5" + refused);
  EXPECT_EQ(order({1, 0, 2}), "uOp 2" + refused);
  EXPECT_EQ(order({1, 2, 0}), "uOp 2" + refused);
}

/// A matmul with a bias, then a copy: 0-1 loads, 2 the bias, 3 execute k=0, 4-5 loads, 6 execute
/// k=1, 7 store; 8-15 the same for the second tile; 16-17 and 18-19 the tiles of the copy.
TEST(VerifyUops, RefusesBrokenBiasesAndCopies) {
  Graph graph("g");
  const TensorId x = graph.add_input("x", {32, 64});
  const TensorId w = graph.add_parameter("w", {64, 64});
  const TensorId h = graph.add_matmul("h", x, w, false, graph.add_parameter("b", {1, 64}));
  graph.mark_output(graph.add_copy("y", h));
  using Uops = std::vector<Uop>;
  const std::vector<WrongUops> table = {
      {"unspoilt", [](Uops&) {}, "accepted"},
      {"bias missing", [](Uops& u) { drop(u, 2); },
       "uOp 2: operands are not all that is loaded before it"},
      {"bias of another column", [](Uops& u) { u[2].col = 1; },
       "uOp 3: operand 2 is not loaded right before it"},
      {"bias at the second step", [](Uops& u) { u.insert(u.begin() + 6, u[2]); },
       "uOp 7: operands are not all that is loaded before it"},
      {"copy executed", [](Uops& u) { u[17].kind = UopKind::kExecute; },
       "uOp 17: EXECUTE of another tensor, or of what the operator does not do"},
      {"copy of nothing", [](Uops& u) { drop(u, 16); },
       "uOp 16: operands are not all that is loaded before it"},
      {"copy of another tile", [](Uops& u) { u[16].col = 1; },
       "uOp 17: operand 0 is not loaded right before it"},
      {"one tile copied for another",
       [](Uops& u) { std::copy_n(u.begin() + 16, 2, u.begin() + 18); },
       "uOp 19: STORE of a tile that was copied before"},
      {"copy missing", [](Uops& u) { drop(u, 18, 2); }, "tensor 'y' has 1 tiles stored, not 2"},
  };
  for (const WrongUops& wrong : table) {
    UopList list = lower(graph, {});
    wrong.spoil(list.uops);
    std::string message = "accepted";
    try {
      verify_uops(graph, list);
    } catch (const InternalError& error) {
      message = error.what();
    }
    EXPECT_EQ(message, wrong.message) << wrong.what;
  }
}

/// A product of two steps with an expression that reads two tensors besides: 0-1 loads, 2 execute
/// k=0, 3-4 loads, 5 execute k=1, 6-7 loads, 8 the expression, 9 store; 10-19 the second tile.
TEST(VerifyUops, RefusesBrokenExpressions) {
  const Graph graph = parse_graph(
      "graph g\ninput x 32x64\nparam w 64x64\nparam r 1x64\nparam c 32x1\n"
      "y = matmul x w r c | add x0 x1; mul t0 x2\noutput y\n",
      "g");
  using Uops = std::vector<Uop>;
  const std::string all = ": operands are not all that is loaded before it";
  const std::string just = ": the expression of a sum that was not just completed";
  const std::string twice =
      ": accumulator opened twice or not at all, or its steps are out of order";
  const std::string store = ": STORE of a tile that was not just completed";
  const std::vector<WrongUops> table = {
      {"unspoilt", [](Uops&) {}, "accepted"},
      {"operand missing", [](Uops& u) { drop(u, 6); }, "uOp 7" + all},
      {"operands swapped", [](Uops& u) { std::swap(u[6], u[7]); },
       "uOp 8: operand 2 is not loaded right before it"},
      {"row of another column", [](Uops& u) { u[6].col = 1; },
       "uOp 8: operand 2 is not loaded right before it"},
      {"loaded with the last step", [](Uops& u) { std::swap(u[5], u[6]); }, "uOp 6" + all},
      {"expression missing", [](Uops& u) { drop(u, 6, 3); }, "uOp 6" + store},
      {"expression twice",
       [](Uops& u) {
         u.insert(u.begin() + 9, {Uop(u[6]), Uop(u[7]), Uop(u[8])});
       },
       "uOp 11: EXECUTE before the STORE of the tile completed last"},
      {"before the last step",
       [](Uops& u) { std::rotate(u.begin() + 3, u.begin() + 6, u.begin() + 9); }, "uOp 5" + just},
      {"of the other tile", [](Uops& u) { u[8].col = u[6].col = 1; }, "uOp 8" + just},
      {"store before it", [](Uops& u) { u.insert(u.begin() + 6, Uop(u[9])); }, "uOp 6" + store},
      {"the next sum before it", [](Uops& u) { drop(u, 6, 4); }, "uOp 8" + twice},
      {"said to be a step", [](Uops& u) { u[8].vector = false; },
       "uOp 8: operand 0 is not loaded right before it"},
      {"a step said to be it", [](Uops& u) { u[5].vector = true; },
       "uOp 5: operand 2 is not loaded right before it"},
  };
  for (const WrongUops& wrong : table) {
    EXPECT_EQ(complaint(graph, wrong), wrong.message) << wrong.what;
  }
}

TEST(VerifyUops, RefusesExpressionsOfOperatorsWithoutOne) {
  const std::string refused = ": EXECUTE of another tensor, or of what the operator does not do";
  EXPECT_EQ(refusal([](auto& u) { u[5].vector = true; }), "uOp 5" + refused);     // a matmul
  EXPECT_EQ(refusal([](auto& u) { u[16].vector = false; }), "uOp 16" + refused);  // a map
}

}  // namespace
}  // namespace tilewave
