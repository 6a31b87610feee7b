// The banked DRAM stays as near to the reference runs as it was found to be: docs/validation.md.
// All of them are simulators; agreement checks the arithmetic.
#include <gtest/gtest.h>

#include "tests/validation/dram_runs.h"

namespace tilewave::validation {
namespace {

TEST(DramValidation, ErrorsKeepTheirLimits) {
  const std::vector<DramRun> runs = simulate_dram_runs();
  EXPECT_EQ(runs.size(), 612U);
  for (const DramRun& run : runs) {
    EXPECT_TRUE(!run.writes || run.outstanding >= 8) << run.scenario;  // docs/validation.md
    EXPECT_EQ(run.ramulator_ns.has_value(), !run.is_lpddr4()) << run.scenario;
    EXPECT_TRUE(run.dramsys_ns.has_value()) << run.scenario;
  }
  for (const DramLimit& limit : dram_limits()) {
    const ErrorSummary errors = summarize_errors(runs, limit.concerns);
    EXPECT_GT(errors.runs, 0U) << limit.what;
    EXPECT_LE(errors.mean, limit.mean) << limit.what << ", mean";
    EXPECT_LE(errors.p90, limit.p90.value_or(errors.p90)) << limit.what << ", p90";
    EXPECT_LE(errors.max, limit.max.value_or(errors.max)) << limit.what << ", max";
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
