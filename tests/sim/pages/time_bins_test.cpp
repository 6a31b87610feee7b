// Sums over time in bins that double: exact, whatever the order and the length.
#include "sim/pages/time_bins.h"

#include <numeric>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

std::uint64_t sum(const TimeBins& bins) {
  return std::accumulate(bins.bins().begin(), bins.bins().end(), std::uint64_t{0});
}

TEST(TimeBins, HoldsARatePerCycle) {
  TimeBins bins;
  bins.hold(2, 5, 10);
  bins.cover(6);
  EXPECT_EQ(bins.width(), 1U);
  EXPECT_EQ(bins.bins(), (std::vector<std::uint64_t>{0, 0, 10, 10, 10, 0}));
}

TEST(TimeBins, SpreadsAnAmountToTheUnit) {
  TimeBins bins;
  bins.spread(1, 4, 7);  // 7·1/3 = 2, 7·2/3 = 4, 7: the differences
  EXPECT_EQ(bins.bins(), (std::vector<std::uint64_t>{0, 2, 2, 3}));
  bins.spread(0, 0, 5);
  EXPECT_EQ(bins.bins()[0], 5U);
}

TEST(TimeBins, JoinsPairsBeyondItsNumber) {
  TimeBins bins;
  bins.hold(0, TimeBins::kMostBins);
  bins.spread(3, 3, 9);
  EXPECT_EQ(bins.width(), 1U);
  bins.cover(TimeBins::kMostBins + 1);
  EXPECT_EQ(bins.width(), 2U);
  EXPECT_EQ(bins.bins().size(), TimeBins::kMostBins / 2 + 1);
  EXPECT_EQ(bins.bins()[0], 2U);
  EXPECT_EQ(bins.bins()[1], 2U + 9U);
  bins.hold(1'000'000, 1'000'100, 3);
  EXPECT_EQ(bins.width(), 512U);  // 2048 · 512 = 1,048,576 ≥ 1,000,100 > 2048 · 256
  EXPECT_EQ(sum(bins), TimeBins::kMostBins + 9 + 300);
}

TEST(TimeBins, EqualLengthsGiveEqualWidths) {
  TimeBins early;
  TimeBins late;
  early.hold(0, 10);
  late.hold(99'990, 100'000);
  early.cover(100'000);
  late.cover(100'000);
  EXPECT_EQ(early.width(), late.width());
  EXPECT_EQ(early.bins().size(), late.bins().size());
}

}  // namespace
}  // namespace tilewave
