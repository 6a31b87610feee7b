// The report of a sweep in headless Chromium: its numbers are those of the export, its strings stay
// text, it fetches nothing, and ten thousand points take no more elements than a hundred.
#include "sim/pages/sweep_page.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/pages/browser_check.h"
#include "tests/sim/pages/sample_sweeps.h"

namespace tilewave {
namespace {

using Words = std::vector<std::string>;

void check(const test::Json& sweep, const std::string& kind) {
  test::check_in_browser("check_sweep_page.py",
                         sweep_page(sweep.dump(), sweep.at("models").get<Words>()), sweep, kind);
}

TEST(SweepPage, ShowsAGridWithFailuresAndHostileStrings) { check(test::sample_grid(), "grid"); }

TEST(SweepPage, ShowsTenThousandPointsInFewElements) {
  constexpr std::size_t kPoints = 10'000;
  check(test::sample_scatter(kPoints), "sample");
}

TEST(SweepPage, FilterUnderstandsUnitsAndSaysWhatIsWrong) {
  constexpr std::size_t kPoints = 200;
  const test::Json sweep = test::sample_scatter(kPoints);
  test::check_in_browser("check_sweep_filter.py",
                         sweep_page(sweep.dump(), sweep.at("models").get<Words>()), sweep, "");
}

TEST(SweepPage, ShowsMachinesPatternsAndModels) {
  const test::Json sweep = test::sample_question();
  test::check_in_browser("check_sweep_question.py",
                         sweep_page(sweep.dump(), {"gemm:{m}x8x8", test::kHostileModel}), sweep,
                         "");
}

TEST(SweepPage, ShowsASweepOfWhichNothingIsLeft) {
  test::Json sweep = test::sample_question();
  sweep["points"] = test::Json::array();
  sweep["machines"] = test::Json::array();
  sweep["analysis"].erase("goal");
  for (test::Json& key : sweep["keys"]) {
    key["values"] = key["numbers"] = test::Json::array();
  }
  test::check_in_browser("check_sweep_question.py",
                         sweep_page(sweep.dump(), {"gemm:{m}x8x8", test::kHostileModel}), sweep,
                         "");
}

TEST(SweepPage, ShowsASingleKey) {
  constexpr std::size_t kPoints = 12;
  check(test::sample_line(kPoints, ""), "single");
}

TEST(SweepPage, ShowsASweepWithoutAnyResult) {
  constexpr std::size_t kPoints = 5;
  check(test::sample_line(kPoints, "crashed"), "failed");
}

}  // namespace
}  // namespace tilewave
