// The verifier of schedules: right ones, spoilt in every way that a scheduler could go wrong, and
// what it says.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/graph_text.h"
#include "compiler/lowering/lower.h"
#include "compiler/schedule/schedule.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using Ops = std::vector<Op>;

struct WrongSchedule {
  std::string what;
  std::function<void(Ops&)> spoil;
  std::string message;
};

std::string complaint(const SchedulingProblem& problem, const Schedule& schedule) {
  try {
    verify(problem, schedule);
  } catch (const InternalError& error) {
    return error.what();
  }
  return "accepted";
}

void expect_refused(const Graph& graph, const ScheduleOptions& options,
                    const std::vector<WrongSchedule>& table) {
  const UopList uops = lower(graph, {});
  const SchedulingProblem problem{graph, uops, options};
  const Schedule right = schedule_uops(problem);
  EXPECT_EQ(complaint(problem, right), "accepted");
  for (const WrongSchedule& wrong : table) {
    Schedule schedule = right;
    wrong.spoil(schedule.ops);
    EXPECT_EQ(complaint(problem, schedule), "schedule, op " + wrong.message) << wrong.what;
  }
}

void drop(Ops& ops, std::ptrdiff_t at) { ops.erase(ops.begin() + at); }

void repeat(Ops& ops, std::ptrdiff_t at) {
  ops.insert(ops.begin() + at, ops[static_cast<std::size_t>(at)]);
}

/// Takes the op at `from` out and puts it at `to`.
void move(Ops& ops, std::ptrdiff_t from, std::ptrdiff_t to) {
  const Op op = ops[static_cast<std::size_t>(from)];
  drop(ops, from);
  ops.insert(ops.begin() + to, op);
}

const std::string kOperand = ": an operand is not where it is read";
const std::string kTurn = ": not the step whose turn it is";
const std::string kElse = ": does something else than the step";
const std::string kStored = ": stores a tile twice, or one that nobody computes";

// 0 x[0,0]; 1 w[0,0]; 2 h[0,0] k=0; 3 x[0,1]; 4 w[1,0]; 5 h[0,0] k=1; 6 stores it; 7 w[0,1]; 8
// h[0,1] k=0; 9 w[1,1]; 10 h[0,1] k=1; 11 stores it; 12 loads h[0,0]; 13 s[0,0]; 14 stores it; 15
// loads h[0,1]; 16 s[0,1]; 17 stores it. Everything that is loaded stays until its last use.
TEST(VerifySchedule, RefusesWrongSchedules) {
  const Graph graph = parse_graph(
      "input x 32x64\nparam w 64x64\nh = matmul+relu x w\ns = add h x\noutput s\n", "g");
  const ScheduleOptions options = test::baseline();
  const auto sram = static_cast<std::uint32_t>(options.sram_bytes);
  expect_refused(
      graph, options,
      {
          {"no load", [](Ops& o) { drop(o, 0); }, "1" + kOperand},
          {"no second load", [](Ops& o) { drop(o, 4); }, "4" + kOperand},
          {"load of another tile", [](Ops& o) { o[0].col = 1; }, "2" + kOperand},
          {"load of another tensor", [](Ops& o) { o[1].region = 0; }, "2" + kOperand},
          {"load elsewhere", [](Ops& o) { o[1].dst += 4096 * 9; }, "2" + kOperand},
          {"load over a tile in use", [](Ops& o) { o[4].dst = o[3].dst; }, "5" + kOperand},
          {"load over the accumulator", [](Ops& o) { o[3].dst = o[2].dst; }, "5" + kOperand},
          {"load after its step", [](Ops& o) { move(o, 1, 2); }, "1" + kOperand},
          {"loads change places", [](Ops& o) { std::swap(o[0].dst, o[1].dst); }, "2" + kOperand},
          {"load of what is not stored yet", [](Ops& o) { move(o, 12, 6); },
           "6: loads a tile that is not in DRAM"},
          {"load of a tile that does not exist", [](Ops& o) { o[0].row = 1; },
           "0: names a tile that does not exist"},
          {"load of a tensor that does not exist", [](Ops& o) { o[0].region = 9; },
           "0: names a tile that does not exist"},
          {"address off the grid", [](Ops& o) { o[0].dst = 32; },
           "0: uses an address that is not the arena's"},
          {"address behind the SRAM", [&](Ops& o) { o[0].dst = sram; },
           "0: uses an address that is not the arena's"},
          {"steps change places", [](Ops& o) { std::swap(o[2], o[5]); }, "2" + kTurn},
          {"step missing", [](Ops& o) { drop(o, 2); }, "4" + kTurn},
          {"step twice", [](Ops& o) { repeat(o, 2); }, "3" + kTurn},
          {"step of another tile", [](Ops& o) { o[2].col = 1; }, "2" + kTurn},
          {"step of another tensor", [](Ops& o) { o[13].region = 2; }, "13" + kTurn},
          {"one step more", [](Ops& o) { o.push_back(o[16]); }, "18: a step that nobody asked for"},
          {"last step missing", [](Ops& o) { o.resize(16); }, "16: steps are missing"},
          {"nothing at all", [](Ops& o) { o.clear(); }, "0: steps are missing"},
          {"first operand elsewhere", [](Ops& o) { o[2].a += 64; }, "2" + kOperand},
          {"second operand elsewhere", [](Ops& o) { o[2].b = o[2].a; }, "2" + kOperand},
          {"accumulator elsewhere", [](Ops& o) { o[5].dst += 4096 * 9; },
           "5: accumulates where its tile is not"},
          {"accumulator opened elsewhere", [](Ops& o) { o[2].dst += 4096 * 9; },
           "5: accumulates where its tile is not"},
          {"accumulator not cleared", [](Ops& o) { o[2].clear = false; }, "2" + kElse},
          {"accumulator cleared again", [](Ops& o) { o[5].clear = true; }, "5" + kElse},
          {"another operation", [](Ops& o) { o[13].opcode = Opcode::kMatmul; }, "13" + kElse},
          {"another operation for a sum's", [](Ops& o) { o[5].opcode = Opcode::kVector; },
           "5" + kElse},
          {"another kernel", [](Ops& o) { o[13].kernel = 1; }, "13" + kElse},
          {"ReLU in the middle of a sum", [](Ops& o) { o[2].relu = true; }, "2" + kElse},
          {"ReLU that nobody asked for", [](Ops& o) { o[13].relu = true; }, "13" + kElse},
          {"ReLU of the step and of the store", [](Ops& o) { o[5].relu = true; }, "6" + kOperand},
          {"ReLU forgotten", [](Ops& o) { o[6].relu = false; }, "6" + kOperand},
          {"ReLU of a store that has none", [](Ops& o) { o[14].relu = true; }, "14" + kOperand},
          {"store missing", [](Ops& o) { drop(o, 6); }, "11: loads a tile that is not in DRAM"},
          {"store of a result missing", [](Ops& o) { drop(o, 14); },
           "17: a tile of result 's' is not stored"},
          {"store twice", [](Ops& o) { repeat(o, 6); }, "7" + kStored},
          {"store of the other tile", [](Ops& o) { o[6].col = 1; }, "6" + kOperand},
          {"store to a source", [](Ops& o) { o[6].region = 0; }, "6" + kStored},
          {"store of a tile that does not exist", [](Ops& o) { o[6].col = 2; },
           "6: names a tile that does not exist"},
          {"store from elsewhere", [](Ops& o) { o[6].a = o[2].a; }, "6" + kOperand},
          {"store of a sum that is not whole", [](Ops& o) { move(o, 6, 3); }, "3" + kOperand},
          {"store before its step", [](Ops& o) { move(o, 14, 13); }, "13" + kOperand},
      });
}

// With forwarding: 0-10 as above but without op 6, then 10 s[0,0]; 11 stores it; 12 s[0,1]; 13
// stores it. The ReLU belongs to the last step of each tile of h.
TEST(VerifySchedule, RefusesWrongForwarding) {
  const Graph graph = parse_graph(
      "input x 32x64\nparam w 64x64\nh = matmul+relu x w\ns = add h x\noutput s\n", "g");
  ScheduleOptions options = test::baseline();
  options.forwarding = true;
  expect_refused(graph, options,
                 {
                     {"ReLU forgotten", [](Ops& o) { o[5].relu = false; }, "10" + kOperand},
                     {"forwarded tile overwritten",
                      [](Ops& o) {
                        o.insert(o.begin() + 10, o[0]);
                        o[10].dst = o[5].dst;
                      },
                      "11" + kOperand},
                     {"the other one read", [](Ops& o) { o[10].a = o[9].dst; }, "10" + kOperand},
                     {"loaded without a store",
                      [](Ops& o) {
                        Op load = o[0];
                        load.region = o[5].region;
                        o.insert(o.begin() + 10, load);
                      },
                      "10: loads a tile that is not in DRAM"},
                 });
}

// 0 loads x[0,0]; 1 stores it as y[0,0]; 2 and 3 the same for column 1.
TEST(VerifySchedule, RefusesWrongCopies) {
  const Graph graph = parse_graph("input x 32x64\ny = copy x\noutput y\n", "g");
  expect_refused(
      graph, test::baseline(),
      {
          {"load missing", [](Ops& o) { drop(o, 0); }, "0" + kOperand},
          {"another tile", [](Ops& o) { o[0].col = 1; }, "1" + kOperand},
          {"one for the other", [](Ops& o) { o[3].col = 0; }, "3" + kStored},
          {"one missing", [](Ops& o) { drop(o, 3); }, "3: a tile of result 'y' is not stored"},
      });
}

// 0 x[0,0]; 1 k=0; 2 x[0,1]; 3 k=1; 4 stores it.
TEST(VerifySchedule, RefusesWrongReductions) {
  const Graph graph = parse_graph("input x 32x64\ny = reduce+sum+columns x\noutput y\n", "g");
  expect_refused(
      graph, test::baseline(),
      {
          {"not cleared", [](Ops& o) { o[1].clear = false; }, "1" + kElse},
          {"cleared again", [](Ops& o) { o[3].clear = true; }, "3" + kElse},
          {"one step missing", [](Ops& o) { drop(o, 1); }, "2" + kTurn},
          {"steps change places", [](Ops& o) { std::swap(o[1].step, o[3].step); }, "1" + kTurn},
          {"another kernel", [](Ops& o) { o[1].kernel = 1; }, "1" + kElse},
          {"of less", [](Ops& o) { o[1].k = 31; }, "1: is not as large as its tile"},
          {"elsewhere", [](Ops& o) { o[3].dst += 4096 * 9; },
           "3: accumulates where its tile is not"},
          {"a product", [](Ops& o) { o[1].opcode = Opcode::kMatmul; }, "1" + kElse},
          {"stored before its end", [](Ops& o) { move(o, 4, 2); }, "2" + kOperand},
      });
}

// h goes to DRAM: s is read in tiles of its own. 0 x[0,0]; 1 h[0,0]; 2 stores it; 3-5 column 1; 6 s[0,0]; 7 y[0,0];
// 8 stores it.
TEST(VerifySchedule, RefusesWrongViews) {
  const Graph graph =
      parse_graph("input x 32x64\nh = relu x\ns = slice h 0:32 8:40\ny = abs s\noutput y\n", "g");
  expect_refused(graph, test::baseline(),
                 {
                     {"one part not stored", [](Ops& o) { drop(o, 5); },
                      "5: loads a tile that is not in DRAM"},
                     {"the whole for the part", [](Ops& o) { o[6].region = 1; }, "7" + kOperand},
                     {"stored as its part", [](Ops& o) { o[2].region = 2; }, "2" + kStored},
                 });
}

// 0 x[0,0]; 1 w[0,0]; 2 h[0,0]; 3 b[0,0]; 4 its expression; 5 stores it; 6 w[0,1]; 7 h[0,1]; 8
// b[0,1]; 9 its expression; 10 stores it. A second operator has another kernel: 11-13.
TEST(VerifySchedule, RefusesWrongExpressions) {
  const Graph graph = parse_graph(
      "input x 32x32\nparam w 32x64\nparam b 1x64\nh = matmul x w b | mul x0 x1\nz = relu x\n"
      "output h z\n",
      "g");
  const auto vector_at = [](const Ops& ops, int which) {
    auto found = ops.begin();
    for (found = std::ranges::find(found, ops.end(), Opcode::kVector, &Op::opcode); which-- > 0;) {
      found = std::ranges::find(found + 1, ops.end(), Opcode::kVector, &Op::opcode);
    }
    return found - ops.begin();
  };
  const ScheduleOptions options = test::baseline();
  const UopList uops = lower(graph, {});
  const Schedule right = schedule_uops({graph, uops, options});
  ASSERT_EQ(vector_at(right.ops, 0), 4);
  ASSERT_EQ(vector_at(right.ops, 1), 9);
  const std::string in_place = ": does not work in place on its sum";
  expect_refused(
      graph, options,
      {
          {"another kernel", [](Ops& o) { o[4].kernel = 1; }, "4" + kElse},
          {"not in place", [](Ops& o) { o[4].dst += 4096 * 9; }, "4" + in_place},
          {"in the place of its row", [](Ops& o) { o[9].dst = o[8].dst; }, "9" + in_place},
          {"of another tile", [](Ops& o) { o[9].a = o[9].dst = o[0].dst; }, "9" + kOperand},
          {"row missing", [](Ops& o) { drop(o, 3); }, "3" + kOperand},
          {"another row", [](Ops& o) { o[3].col = 1; }, "4" + kOperand},
          {"expression missing", [](Ops& o) { drop(o, 4); }, "4" + kOperand},
          {"expression twice", [](Ops& o) { repeat(o, 4); }, "5" + kTurn},
          {"expression before its sum", [](Ops& o) { move(o, 4, 2); }, "2" + kElse},
          {"store before it", [](Ops& o) { move(o, 5, 4); }, "4" + kOperand},
          {"a matmul's flags", [](Ops& o) { o[4].clear = true; }, "4" + kElse},
          {"ReLU that nobody asked for", [](Ops& o) { o[2].relu = true; }, "2" + kElse},
      });
}

TEST(VerifySchedule, RefusesSramLeakedOrOverbooked) {
  const Graph graph = parse_graph("input x 32x32\ny = relu x\noutput y\n", "g");
  const UopList uops = lower(graph, {});
  const ScheduleOptions options = test::baseline(8192);
  const SchedulingProblem problem{graph, uops, options};
  Schedule schedule = schedule_uops(problem);
  EXPECT_EQ(complaint(problem, schedule), "accepted");
  schedule.stats.final_live_bytes = 64;
  EXPECT_EQ(complaint(problem, schedule), "schedule: SRAM is leaked or overbooked");
  schedule.stats.final_live_bytes = 0;
  schedule.stats.peak_sram_bytes = 8193;
  EXPECT_EQ(complaint(problem, schedule), "schedule: SRAM is leaked or overbooked");
}

}  // namespace
}  // namespace tilewave
