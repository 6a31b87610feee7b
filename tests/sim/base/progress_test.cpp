// What a terminal gets, and that nobody else gets anything.
#include "sim/base/progress.h"

#include <gtest/gtest.h>

namespace tilewave {
namespace {

TEST(Progress, RateAndTimeLeftCountOnlyWhatWasDoneNow) {
  // 300 − 100 = 200 in 10 s; 700 more take 35 s.
  EXPECT_EQ(progress_line("points", 300, 1000, 100, 10, ""),
            "300 of 1,000 points (30.0 %), 20.0/s, 35 s left");
  EXPECT_EQ(progress_line("points", 2, 10'000, 0, 4, "1 not done"),
            "2 of 10,000 points (0.0 %), 0.5/s, 5 h 33 min left, 1 not done");
  EXPECT_EQ(progress_line("points", 50, 250, 0, 25, ""),
            "50 of 250 points (20.0 %), 2.0/s, 1 min 40 s left");
}

TEST(Progress, SaysNoRateBeforeThereIsOne) {
  EXPECT_EQ(progress_line("points", 5, 10, 5, 0, ""), "5 of 10 points (50.0 %)");
  EXPECT_EQ(progress_line("points", 0, 0, 0, 1, ""), "0 of 0 points (100.0 %)");
}

}  // namespace
}  // namespace tilewave
