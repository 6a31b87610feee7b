// What a terminal gets, and that nobody else gets anything.
#include "sim/base/progress.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/terminal.h"

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

constexpr const char* kProgram = "'" TILEWAVE_BINARY "' ";
/// Half a minute.
constexpr const char* kLongRun = "run gemm:4096x4096x4096 --kernel=reference --verify=off";

TEST(ProgressAtATerminal, ARunThatTakesLongSaysHowLong) {
  test::Terminal terminal(std::string(kProgram) + kLongRun);
  EXPECT_TRUE(terminal.wait_for(" left\x1b[K")) << terminal.output();
  EXPECT_THAT(terminal.output(),
              ::testing::ContainsRegex("\r[0-9,]+ of [0-9,]+ ops \\([0-9.]+ %\\), [0-9.]+/s, "));
}

TEST(ProgressAtATerminal, AnExplanationClearsTheLineBeforeItsReport) {
  test::Terminal terminal(std::string(kProgram) +
                          "explain gemm:512x1024x1024 --tile.m=8 --tile.n=8 --tile.k=8");
  EXPECT_EQ(terminal.finish(), 0);
  const std::string& output = terminal.output();
  EXPECT_THAT(output, ::testing::ContainsRegex(" (ops|what-ifs) \\([0-9.]+ %\\)"));
  const std::size_t last = output.rfind("\x1b[K");
  ASSERT_NE(last, std::string::npos) << output;
  EXPECT_EQ(output.substr(last - 1, 9), "\r\x1b[Kmodel");
}

TEST(ProgressAtATerminal, ShortRunsAndPipesSayNothing) {
  test::Terminal brief(std::string(kProgram) + "run gemm:64x64x64");
  EXPECT_EQ(brief.finish(), 0);
  EXPECT_EQ(brief.output().find('\x1b'), std::string::npos);
  test::Terminal piped("timeout 3 " + std::string(kProgram) + kLongRun + " 2>&1 | cat");
  EXPECT_EQ(piped.finish(), 0);
  EXPECT_EQ(piped.output(), "");
}

}  // namespace
}  // namespace tilewave
