// The banked DRAM stays as near to the reference runs as it was found to be: docs/validation.md.
// All of them are simulators; agreement checks the arithmetic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/validation/dram_runs.h"

namespace tilewave::validation {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

TEST(DramValidation, ErrorsKeepTheirLimits) {
  const std::vector<DramRun> runs = simulate_dram_runs();
  EXPECT_EQ(runs.size(), 612U);
  for (const DramRun& run : runs) {
    EXPECT_TRUE(!run.writes || run.outstanding >= 8) << run.scenario;  // docs/validation.md
    EXPECT_EQ(run.ramulator_ns.has_value(), !run.is_lpddr4()) << run.scenario;
    EXPECT_TRUE(run.dramsys_ns.has_value()) << run.scenario;
  }
  for (const DramLimit& limit : dram_limits()) {
    EXPECT_GT(summarize_errors(runs, limit.concerns).runs, 0U) << limit.what;
  }
  EXPECT_THAT(broken_limits(runs), IsEmpty());
}

/// Those that docs/validation.md says are noticed, and that this test insists on; its table has
/// the others.
TEST(DramValidation, LimitsNoticeWrongWriteTimings) {
  const std::vector<DramRun> runs = simulate_dram_runs();
  const auto broken = [&](const std::string& spec, const std::string& what) {
    for (const TimingMistake& mistake : write_timing_mistakes()) {
      if (what == mistake.what) {
        return broken_limits(with_mistake(runs, spec, mistake));
      }
    }
    ADD_FAILURE() << "no mistake is called " << what;
    return std::vector<std::string>();
  };
  for (const char* spec : {"ddr4", "ddr424", "hbm2", "lp4"}) {
    for (const char* mistake : {"tWR doubled", "tWR left out", "CWL + 4", "tRCD of writes + 4"}) {
      EXPECT_THAT(broken(spec, mistake), Not(IsEmpty())) << spec << ", " << mistake;
    }
  }
  for (const char* spec : {"ddr4", "ddr424"}) {
    for (const char* mistake : {"tWTR_L + 4", "tWTR_S and tWTR_L doubled", "RD to WR + 4"}) {
      EXPECT_THAT(broken(spec, mistake), Not(IsEmpty())) << spec << ", " << mistake;
    }
  }
}

TEST(ErrorSummary, IsOfMagnitudesButForTheBias) {
  const ErrorSummary summary = summarize({1, -3, 2, -2, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(summary.runs, 10U);
  EXPECT_DOUBLE_EQ(summary.mean, 0.8);  // (1 + 3 + 2 + 2) / 10
  EXPECT_DOUBLE_EQ(summary.p90, 2);     // the ninth of 0 0 0 0 0 0 1 2 2 3
  EXPECT_DOUBLE_EQ(summary.max, 3);
  EXPECT_DOUBLE_EQ(summary.bias, -0.2);  // (1 - 3 + 2 - 2) / 10
  EXPECT_DOUBLE_EQ(error_percent(150, 100), 50);
}

}  // namespace
}  // namespace tilewave::validation
