// Cycles and times to each other and back, for periods that are whole numbers and those that are
// not.
#include "models/clock_period.h"

#include <random>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

ClockPeriod hertz(std::uint64_t frequency) {
  return ClockPeriod::of_microhertz(frequency * ClockPeriod::kMicrohertz);
}

TEST(ClockPeriod, IsInLowestTerms) {
  EXPECT_EQ(hertz(1'500'000'000).numerator(), 2000U);  // 10^12 / 1.5 · 10^9
  EXPECT_EQ(hertz(1'500'000'000).denominator(), 3U);
  EXPECT_EQ(hertz(1'000'000'000), ClockPeriod(1000));
  EXPECT_EQ(hertz(700'000'000).microhertz(), 700'000'000'000'000U);
  EXPECT_TRUE(hertz(2'000'000'000).is_whole());
}

TEST(ClockPeriod, CyclesBeginAtTheirExactTimesRounded) {
  const ClockPeriod period = hertz(1'500'000'000);  // 666.67 ps
  EXPECT_EQ(period.begin(1), 666U);
  EXPECT_EQ(period.begin(2), 1333U);
  EXPECT_EQ(period.begin(3), 2000U);
  EXPECT_EQ(period.begin_rounded_up(1), 667U);
  EXPECT_EQ(period.begin_rounded_up(3), 2000U);
  EXPECT_EQ(period.cycle_at(666), 1U);
  EXPECT_EQ(period.cycle_at(667), 2U);  // the first to begin at or after it
  EXPECT_EQ(period.cycle_at(0), 0U);
  EXPECT_EQ(period.cycle_at(2000), 3U);
  // No drift: 1.5 · 10^9 cycles are a second, whatever came before.
  EXPECT_EQ(period.begin(1'500'000'000), 1'000'000'000'000U);
  EXPECT_EQ(period.cycle_at(1'000'000'000'000), 1'500'000'000U);
  EXPECT_EQ(period.seconds(1'500'000'000), 1);
  EXPECT_EQ(period.begin(Cycle{1} << 50U), 750'599'937'895'082'666U);  // 2^50 · 2000 / 3
  EXPECT_EQ(period.begin(~Cycle{0}), kNever);
  EXPECT_EQ(ClockPeriod(1000).begin(~Cycle{0}), kNever);
}

TEST(ClockPeriod, ThereAndBackForAnyFrequency) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t steps[] = {1, 1'000'000, 1'000'000'000'000};
    const std::uint64_t step = steps[random() % 3];
    const std::uint64_t frequency =
        (1'000'000'000'000 + random() % 9'999'000'000'000'000) / step * step;
    const ClockPeriod period = ClockPeriod::of_microhertz(std::max(frequency, step));
    EXPECT_EQ(ClockPeriod::from_code(period.code()), period);
    const Cycle cycle = random() % 1'000'000'000'000;
    const Picoseconds begin = period.begin(cycle);
    ASSERT_EQ(period.cycle_at(begin), cycle);
    ASSERT_LT(begin, period.begin(cycle + 1));
    ASSERT_LE(period.begin_rounded_up(cycle) - begin, 1U);
    ASSERT_EQ(period.cycle_at(begin + 1), cycle + 1);
    const ClockPeriod ticks = period.scaled(period.denominator());
    ASSERT_TRUE(ticks.is_whole());
    ASSERT_EQ(ticks.numerator(), period.numerator());
  }
}

TEST(ClockPeriod, IsOrderedByLength) {
  EXPECT_LT(hertz(1'500'000'000), ClockPeriod(667));
  EXPECT_GT(hertz(1'500'000'000), ClockPeriod(666));
  EXPECT_LT(hertz(2'400'000'000), hertz(700'000'000));
}

TEST(ClockPeriod, OneWordKeepsWhatIsTooLongApartFromFractions) {
  EXPECT_TRUE(ClockPeriod::from_code(ClockPeriod(~std::uint64_t{0}).code()).is_whole());
}

}  // namespace
}  // namespace tilewave
