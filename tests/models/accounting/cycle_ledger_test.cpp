// The cycle ledgers: every cycle is given out once, to the state that the rules name.
#include "models/accounting/cycle_ledger.h"

#include <numeric>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

using Kind = TransferLedger::Kind;
using enum EngineState;

/// "busy 3 idle 2", in the order of the states.
std::string text(const CycleLedger& ledger) {
  std::string result;
  for (int i = 0; i < kEngineStateCount; ++i) {
    const auto state = static_cast<EngineState>(i);
    if (ledger.cycles(state) > 0) {
      result += (result.empty() ? "" : " ") + std::string(to_string(state)) + " " +
                std::to_string(ledger.cycles(state));
    }
  }
  return result;
}

TEST(CycleLedger, GivesEachCycleToOneState) {
  CycleLedger ledger;
  ledger.advance(kIdle, 5);
  ledger.advance(kBusy, 5);  // nothing left of it
  ledger.advance(kBusy, 3);  // in the past
  ledger.advance(kBusy, 6);
  ledger.advance(kIdle, 10);
  EXPECT_EQ(text(ledger), "busy 1 idle 9");  // 5 + 4
  EXPECT_EQ(ledger.mark(), 10U);
}

TEST(CycleLedger, NamesAreDistinct) {
  std::set<std::string> names;
  for (int i = 0; i < kEngineStateCount; ++i) {
    names.insert(to_string(static_cast<EngineState>(i)));
  }
  EXPECT_EQ(names.size(), 10U);
  EXPECT_FALSE(names.contains("?"));
}

struct Recorder : LedgerObserver {
  std::vector<std::tuple<EngineState, Cycle, Cycle>> stretches;

  void on_state(EngineState state, Cycle from, Cycle to) override {
    stretches.emplace_back(state, from, to);
  }
};

TEST(CycleLedger, TellsItsObserverEveryStretchWithoutGaps) {
  CycleLedger ledger;
  Recorder recorder;
  ledger.advance(kIdle, 2);  // before anybody watches
  ledger.set_observer(&recorder);
  ledger.advance(kSetup, 4);
  ledger.advance(kSetup, 4);
  ledger.advance(kBusy, 9);
  EXPECT_EQ(recorder.stretches,
            (std::vector<std::tuple<EngineState, Cycle, Cycle>>{{kSetup, 2, 4}, {kBusy, 4, 9}}));
}

TEST(TransferLedger, ABurstWaitsForItsSourceThenTheBusThenMoves) {
  CycleLedger load;
  TransferLedger transfers(&load, nullptr);
  transfers.engine(Kind::kLoad, kSetup, 10);
  transfers.burst(Kind::kLoad, 10, kWaitDram, 30, 35, 39);
  EXPECT_EQ(text(load), "busy 4 setup 10 wait_bus 5 wait_dram 20");  // 39−35, 10, 35−30, 30−10
}

TEST(TransferLedger, OverlappingBurstsAddOnlyWhatIsNew) {
  CycleLedger load;
  TransferLedger transfers(&load, nullptr);
  transfers.burst(Kind::kLoad, 0, kWaitDram, 30, 30, 34);
  transfers.burst(Kind::kLoad, 1, kWaitDram, 31, 34, 38);  // hidden but for its beats
  transfers.burst(Kind::kLoad, 2, kWaitDram, 40, 41, 45);
  EXPECT_EQ(text(load), "busy 12 wait_bus 1 wait_dram 32");  // 4+4+4; 41−40; 30 + (40−38)
}

TEST(TransferLedger, ATailCountsOnlyWhileNothingElseGoesOn) {
  CycleLedger store;
  TransferLedger transfers(nullptr, &store);
  transfers.burst(Kind::kStore, 0, kWaitSram, 4, 4, 8);
  transfers.tail(Kind::kStore, kWaitDram, 20);
  transfers.tail(Kind::kStore, kWaitDram, 15);  // not the later one
  transfers.burst(Kind::kStore, 12, kWaitSram, 14, 14, 18);
  // sram 4, busy 4, tail 8→12, sram 12→14, busy 4
  EXPECT_EQ(text(store), "busy 8 wait_sram 6 wait_dram 4");
  transfers.engine(Kind::kStore, kIdle, 25);
  EXPECT_EQ(text(store), "busy 8 wait_sram 6 wait_dram 6 idle 5");  // tail 18→20, idle 20→25
}

TEST(TransferLedger, ASharedEngineWorksForOneKindWhileTheOtherWaits) {
  CycleLedger load;
  CycleLedger store;
  TransferLedger transfers(&load, &store);
  transfers.engine(Kind::kLoad, kIdle, 3);  // no op: both idle
  transfers.engine(Kind::kLoad, kSetup, 5);
  transfers.burst(Kind::kLoad, 5, kWaitDram, 9, 9, 10);
  transfers.burst(Kind::kStore, 6, kWaitSram, 10, 12, 15);
  transfers.tail(Kind::kStore, kWaitDram, 18);
  transfers.engine(Kind::kLoad, kDrained, 20);
  EXPECT_EQ(text(load), "busy 1 setup 2 wait_queue 8 wait_dram 4 idle 3 drained 2");
  EXPECT_EQ(text(store), "busy 3 wait_queue 7 wait_bus 2 wait_dram 3 idle 3 drained 2");
}

TEST(TransferLedger, RandomHistoriesAlwaysAddUpToTheMark) {
  std::mt19937 random(1);
  const auto below = [&](Cycle limit) { return static_cast<Cycle>(random() % limit); };
  for (int round = 0; round < 200; ++round) {
    CycleLedger load;
    CycleLedger store;
    Recorder recorder;
    load.set_observer(&recorder);
    TransferLedger transfers(&load, &store);
    Cycle now = 0;
    for (int i = 0; i < 50; ++i) {
      now += below(20);
      const Kind kind = below(2) == 0 ? Kind::kLoad : Kind::kStore;
      const Cycle ready = now + below(30);
      const Cycle start = ready + below(5);
      switch (below(3)) {
        case 0: transfers.burst(kind, now, kWaitDram, ready, start, start + 4); break;
        case 1: transfers.tail(kind, kWaitSram, ready); break;
        default: transfers.engine(kind, kSetup, now); break;
      }
      for (const CycleLedger* ledger : {&load, &store}) {
        ASSERT_EQ(std::accumulate(ledger->all().begin(), ledger->all().end(), Cycle{0}),
                  ledger->mark());
      }
      ASSERT_EQ(load.mark(), store.mark());
    }
    Cycle covered = 0;
    for (const auto& [state, from, to] : recorder.stretches) {
      ASSERT_EQ(from, covered);
      ASSERT_GT(to, from);
      covered = to;
    }
    ASSERT_EQ(covered, load.mark());
  }
}

}  // namespace
}  // namespace tilewave
