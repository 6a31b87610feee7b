// Cycles by layer: a partition, decided by which op an engine has not released yet.
#include "sim/pages/layer_shares.h"

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr auto kBusy = static_cast<std::size_t>(EngineState::kBusy);
constexpr auto kWaitData = static_cast<std::size_t>(EngineState::kWaitData);
constexpr auto kWaitDram = static_cast<std::size_t>(EngineState::kWaitDram);
constexpr auto kDrained = static_cast<std::size_t>(EngineState::kDrained);
constexpr auto kCompute = static_cast<std::size_t>(Engine::kCompute);

class LayerSharesTest : public ::testing::Test {
 protected:
  void op(std::uint32_t index, Cycle released, Cycle complete) {
    shares_.on_op(Engine::kCompute, index, {0, 0, released, complete});
  }
  void state(EngineState state, Cycle from, Cycle to) {
    shares_.on_state(Engine::kCompute, state, from, to);
  }
  Cycle cycles(std::size_t layer, std::size_t state) const {
    return shares_.cycles()[layer][kCompute][state];
  }

  Layers layers_{{{"a", "matmul"}, {"b", "matmul"}}, {0, 0, 1}};  // ops 0 and 1 of a, 2 of b
  LayerShares shares_{layers_};
};

// Ops are released at 10, 30 and 40, and the last is complete at 50; the run ends at 60.
TEST_F(LayerSharesTest, GivesCyclesToTheFirstOpNotReleased) {
  state(EngineState::kWaitData, 0, 8);
  state(EngineState::kBusy, 8, 35);  // 2 + 20 of layer a, and 5 of b
  op(0, 10, 12);
  op(1, 30, 33);
  state(EngineState::kWaitData, 35, 40);
  op(2, 40, 50);
  state(EngineState::kBusy, 40, 50);
  state(EngineState::kDrained, 50, 60);
  shares_.on_end();
  EXPECT_EQ(cycles(0, kWaitData), 8U);
  EXPECT_EQ(cycles(0, kBusy), 22U);
  EXPECT_EQ(cycles(1, kBusy), 15U);
  EXPECT_EQ(cycles(1, kWaitData), 5U);
  EXPECT_EQ(cycles(2, kDrained), 10U);
  EXPECT_EQ(cycles(2, kBusy) + cycles(2, kWaitData), 0U);
}

TEST_F(LayerSharesTest, IsTheSameHoweverEventsInterleave) {
  op(0, 10, 12);
  op(1, 30, 33);
  op(2, 40, 50);
  for (Cycle cycle = 0; cycle < 60; ++cycle) {
    state(cycle < 8 ? EngineState::kWaitData : EngineState::kBusy, cycle, cycle + 1);
  }
  shares_.on_end();
  EXPECT_EQ(cycles(0, kWaitData), 8U);
  EXPECT_EQ(cycles(0, kBusy), 22U);  // 8 to 30
  EXPECT_EQ(cycles(1, kBusy), 20U);  // 30 to 50
  EXPECT_EQ(cycles(2, kBusy), 10U);  // 50 to 60
  ASSERT_EQ(shares_.longest().size(), 1U);
  EXPECT_EQ(shares_.longest()[0].cycles(), 8U);
}

TEST_F(LayerSharesTest, AStallIsOfOneOpAndOneCause) {
  state(EngineState::kWaitDram, 0, 25);  // 10 at op 0, 15 at op 1
  state(EngineState::kWaitData, 25, 40);
  op(0, 10, 10);
  op(1, 30, 30);
  op(2, 40, 40);
  shares_.on_end();
  const std::vector<Stall> stalls = shares_.longest();
  ASSERT_EQ(stalls.size(), 4U);  // 15 of op 1 from 10, 10 of op 0, 10 of op 2 from 30, 5 of op 1
  EXPECT_EQ(stalls[0].op, 1U);
  EXPECT_EQ(stalls[0].from, 10U);
  EXPECT_EQ(stalls[0].to, 25U);
  EXPECT_EQ(stalls[1].op, 0U);
  EXPECT_EQ(stalls[2].op, 2U);
  EXPECT_EQ(stalls[3].cycles(), 5U);
  EXPECT_EQ(cycles(0, kWaitDram), 25U);
}

TEST_F(LayerSharesTest, AnEngineWithoutOpsHasNoLayer) {
  shares_.on_state(Engine::kStoreDma, EngineState::kDrained, 0, 60);
  shares_.on_end();
  EXPECT_EQ(shares_.cycles()[2][static_cast<std::size_t>(Engine::kStoreDma)][kDrained], 60U);
}

}  // namespace
}  // namespace tilewave
