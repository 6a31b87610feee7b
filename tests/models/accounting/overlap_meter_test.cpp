// Overlap of DMA and compute, against counting cycle by cycle.
#include "models/accounting/overlap_meter.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

using enum Engine;

TEST(OverlapMeter, NothingAloneOverlaps) {
  OverlapMeter meter;
  meter.begin(kLoadDma, 0);
  meter.end(kLoadDma, 10);
  meter.begin(kCompute, 10);
  meter.end(kCompute, 20);
  meter.begin(kStoreDma, 20);
  meter.end(kStoreDma, 30);
  EXPECT_EQ(meter.total(30), 0U);
}

TEST(OverlapMeter, TwoDmaEnginesCountOnce) {
  OverlapMeter meter;
  meter.begin(kLoadDma, 0);
  meter.begin(kCompute, 5);
  meter.end(kCompute, 20);
  meter.begin(kStoreDma, 8);
  meter.end(kLoadDma, 12);
  meter.end(kStoreDma, 18);
  EXPECT_EQ(meter.total(30), 13U);  // 5 to 18
}

TEST(OverlapMeter, LoadAndStoreTogetherAreNoOverlap) {
  OverlapMeter meter;
  meter.begin(kLoadDma, 0);
  meter.begin(kStoreDma, 2);
  meter.end(kLoadDma, 10);
  meter.end(kStoreDma, 12);
  EXPECT_EQ(meter.total(20), 0U);
}

TEST(OverlapMeter, EndsAheadOfTimeMayBeExtended) {
  OverlapMeter meter;
  meter.begin(kLoadDma, 0);
  meter.begin(kCompute, 0);
  meter.end(kCompute, 10);
  meter.begin(kCompute, 4);  // the next step begins before the first is complete
  meter.end(kCompute, 14);
  meter.end(kLoadDma, 20);
  EXPECT_EQ(meter.total(20), 14U);
}

TEST(OverlapMeter, WhatIsOpenCountsUpToTheEnd) {
  OverlapMeter meter;
  meter.begin(kLoadDma, 3);
  meter.begin(kCompute, 5);
  EXPECT_EQ(meter.total(9), 4U);  // 5 to 9
}

struct Call {
  Cycle when = 0;
  Engine engine = kLoadDma;
  bool begins = false;
  Cycle at = 0;
};

/// A random history of one engine; marks its active cycles. An end is told at any time between the
/// beginning and itself; the next beginning may come before it.
std::vector<Call> history(Engine engine, std::mt19937& random, std::vector<bool>& active) {
  std::vector<Call> calls;
  Cycle told = random() % 20;
  Cycle latest_end = 0;
  for (;;) {
    const Cycle begin = told + random() % 30;
    const Cycle end = std::max(latest_end, begin + random() % 40);
    if (end >= active.size()) {
      return calls;
    }
    told = begin + random() % (end - begin + 1);
    calls.push_back({begin, engine, true, begin});
    calls.push_back({told, engine, false, end});
    std::fill(active.begin() + static_cast<long>(begin), active.begin() + static_cast<long>(end),
              true);
    latest_end = end;
  }
}

TEST(OverlapMeter, RandomHistoriesAgreeWithCountingCycles) {
  std::mt19937 random(17);
  constexpr std::size_t kCycles = 600;
  for (int round = 0; round < 1000; ++round) {
    std::array<std::vector<bool>, kEngineCount> active;
    std::vector<Call> calls;
    for (std::size_t i = 0; i < kEngineCount; ++i) {
      active[i].resize(kCycles, false);
      const auto more = history(static_cast<Engine>(i), random, active[i]);
      calls.insert(calls.end(), more.begin(), more.end());
    }
    std::stable_sort(calls.begin(), calls.end(),
                     [](const Call& a, const Call& b) { return a.when < b.when; });
    OverlapMeter meter;
    for (const Call& call : calls) {
      if (call.begins) {
        meter.begin(call.engine, call.at);
      } else {
        meter.end(call.engine, call.at);
      }
    }
    Cycle expected = 0;
    for (std::size_t cycle = 0; cycle < kCycles; ++cycle) {
      expected +=
          (active[2][cycle] || active[3][cycle]) && (active[0][cycle] || active[1][cycle]) ? 1 : 0;
    }
    ASSERT_EQ(meter.total(kCycles), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace tilewave
