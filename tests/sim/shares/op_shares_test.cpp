// Cycles by op: a partition, decided by which op an engine has not released yet.
#include "sim/shares/op_shares.h"

#include <map>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/pages/longest_stalls.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;

class OpSharesTest : public ::testing::Test, protected OpShareSink {
 protected:
  OpSharesTest() {
    program_.ops.assign(3, {.opcode = Opcode::kMatmul});
    shares_.on_begin(program_, Units{{}});
  }

  void on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from, Cycle to) override {
    cycles_[{op, state}] += to - from;
    stalls_.on_share(engine, op, state, from, to);
  }
  void on_settled(std::uint32_t op) override { settled_.push_back(op); }

  void op(std::uint32_t index, Cycle released, Cycle complete) {
    shares_.on_op(index, {0, 0, released, complete});
  }
  void state(EngineState state, Cycle from, Cycle to) {
    shares_.on_state(Engine::kCompute, state, from, to);
  }
  void end() {
    shares_.on_end();
    stalls_.finish();
  }
  Cycle cycles(std::uint32_t op, EngineState state) { return cycles_[{op, state}]; }

  Program program_;
  OpShares shares_{*this};
  LongestStalls stalls_;
  std::map<std::pair<std::uint32_t, EngineState>, Cycle> cycles_;
  std::vector<std::uint32_t> settled_;
};

// Ops are released at 10, 30 and 40, and the last is complete at 50; the run ends at 60.
TEST_F(OpSharesTest, GivesCyclesToTheFirstOpNotReleased) {
  state(EngineState::kWaitData, 0, 8);
  state(EngineState::kBusy, 8, 35);  // 2 of op 0, 20 of op 1, and 5 of op 2
  op(0, 10, 12);
  op(1, 30, 33);
  state(EngineState::kWaitData, 35, 40);
  op(2, 40, 50);
  state(EngineState::kBusy, 40, 50);
  state(EngineState::kDrained, 50, 60);
  end();
  EXPECT_EQ(cycles(0, EngineState::kWaitData), 8U);
  EXPECT_EQ(cycles(0, EngineState::kBusy), 2U);
  EXPECT_EQ(cycles(1, EngineState::kBusy), 20U);
  EXPECT_EQ(cycles(2, EngineState::kBusy), 15U);  // the last: until it is complete
  EXPECT_EQ(cycles(2, EngineState::kWaitData), 5U);
  EXPECT_EQ(cycles(kNoOp, EngineState::kDrained), 10U);
  EXPECT_EQ(cycles_.size(), 6U);  // nothing else
}

TEST_F(OpSharesTest, IsTheSameHoweverEventsInterleave) {
  op(0, 10, 12);
  op(1, 30, 33);
  op(2, 40, 50);
  for (Cycle cycle = 0; cycle < 60; ++cycle) {
    state(cycle < 8 ? EngineState::kWaitData : EngineState::kBusy, cycle, cycle + 1);
  }
  end();
  EXPECT_EQ(cycles(0, EngineState::kWaitData), 8U);
  EXPECT_EQ(cycles(0, EngineState::kBusy), 2U);
  EXPECT_EQ(cycles(1, EngineState::kBusy), 20U);
  EXPECT_EQ(cycles(2, EngineState::kBusy), 20U);      // 30 to 50
  EXPECT_EQ(cycles(kNoOp, EngineState::kBusy), 10U);  // 50 to 60
  ASSERT_EQ(stalls_.all().size(), 1U);
  EXPECT_EQ(stalls_.all()[0].cycles(), 8U);
}

TEST_F(OpSharesTest, AnOpIsSettledWhenItsLastCycleIsTold) {
  op(0, 10, 12);
  EXPECT_TRUE(settled_.empty());
  state(EngineState::kBusy, 0, 9);
  EXPECT_TRUE(settled_.empty());
  state(EngineState::kBusy, 9, 10);  // nothing of the next one is needed
  EXPECT_THAT(settled_, ElementsAre(0));
  op(1, 10, 11);  // has none
  EXPECT_THAT(settled_, ElementsAre(0, 1));
  op(2, 10, 13);
  state(EngineState::kBusy, 10, 12);
  EXPECT_THAT(settled_, ElementsAre(0, 1));
  state(EngineState::kBusy, 12, 13);
  EXPECT_THAT(settled_, ElementsAre(0, 1, 2));
}

TEST_F(OpSharesTest, AStallIsOfOneOpAndOneCause) {
  state(EngineState::kWaitDram, 0, 25);  // 10 at op 0, 15 at op 1
  state(EngineState::kWaitData, 25, 40);
  op(0, 10, 10);
  op(1, 30, 30);
  op(2, 40, 40);
  end();
  const std::vector<Stall> stalls = stalls_.all();
  ASSERT_EQ(stalls.size(), 4U);  // 15 of op 1 from 10, 10 of op 0, 10 of op 2 from 30, 5 of op 1
  EXPECT_EQ(stalls[0].op, 1U);
  EXPECT_EQ(stalls[0].from, 10U);
  EXPECT_EQ(stalls[0].to, 25U);
  EXPECT_EQ(stalls[1].op, 0U);
  EXPECT_EQ(stalls[2].op, 2U);
  EXPECT_EQ(stalls[3].cycles(), 5U);
}

TEST_F(OpSharesTest, TheTimeOfAnEngineWithoutOpsIsOfNone) {
  shares_.on_state(Engine::kStoreDma, EngineState::kDrained, 0, 60);
  end();
  EXPECT_EQ(cycles(kNoOp, EngineState::kDrained), 60U);
}

}  // namespace
}  // namespace tilewave
