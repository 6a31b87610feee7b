// Goals over several models, and the machines that have them.
#include "sim/sweep/goal.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sweep/question.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kModels = {"gemm:{m}x8x8", "mlp:1x2x3"};

/// Three models (two of them of a pattern) on three sizes of SRAM, models outermost:
/// 0..5 gemm:1x8x8 and gemm:2x8x8 in turn, 6..8 the perceptron.
SweepSpace small_space() {
  const ModelKeys keys(kModels);
  return grid_space(kModels, {parse_axis("here", "sram.size=32KiB,64KiB,128KiB"),
                              parse_axis("here", "model.m=1,2", keys)});
}

ResultTable results_of(const std::string& metric, const std::vector<double>& values) {
  ResultTable results;
  results.status.assign(values.size(), PointStatus::kDone);
  results.kept.assign(values.size(), true);
  for (const Metric& each : sweep_metrics()) {
    results.metrics.push_back(each.name == metric ? values : std::vector<double>(values.size(), 1));
  }
  return results;
}

TEST(Goal, MachinesArePointsThatDifferInTheModel) {
  const SweepMachines machines = machines_of(small_space());
  EXPECT_THAT(machines.points,
              ElementsAre(ElementsAre(0, 1, 6), ElementsAre(2, 3, 7), ElementsAre(4, 5, 8)));
  EXPECT_THAT(machines.of, ElementsAre(0, 0, 1, 1, 2, 2, 0, 1, 2));
  EXPECT_EQ(machines.number(1), 2U);
  EXPECT_TRUE(machines.is_complete(2));
}

TEST(Goal, OfTheSamePointsTheFirstCounts) {
  const SweepMachines machines =
      machines_of(points_space({}, "p.csv", "model,sram.banks\nb,8\na,8\nb,8\nb,4\na,\n"));
  // Models are numbered as they come: b, a.
  EXPECT_THAT(machines.points, ElementsAre(ElementsAre(0, 1), ElementsAre(3), ElementsAre(4)));
  EXPECT_THAT(machines.of, ElementsAre(0, 0, 0, 1, 2));
  EXPECT_FALSE(machines.is_complete(1));
}

TEST(Goal, SumsAndMeans) {
  const SweepSpace space = small_space();
  const SweepMachines machines = machines_of(space);
  ResultTable results = results_of("cycles", {1, 2, 3, 4, 5, 6, 4, 8, 16});
  const auto values = [&](const char* goal, const std::vector<std::string>& weights) {
    const std::vector<double> all =
        goal_values(parse_goal(goal, weights, space), space, machines, results);
    for (const std::size_t other : {1U, 3U, 5U, 6U, 7U, 8U}) {  // no machine has their numbers
      EXPECT_TRUE(std::isnan(all[other]));
    }
    return std::vector<double>{all[0], all[2], all[4]};
  };
  EXPECT_THAT(values("sum(cycles)", {}), ElementsAre(7, 15, 27));
  EXPECT_THAT(values("sum(cycles)", {"gemm:{m}x8x8=10", "mlp:1x2x3=0.5"}),
              ElementsAre(32, 74, 118));
  // A model's own weight goes before its pattern's: 10 * 1 + 1 * 2 + 0.5 * 4.
  EXPECT_THAT(values("sum(cycles)", {"gemm:{m}x8x8=10", "gemm:2x8x8=1", "mlp:1x2x3=0.5"}),
              ElementsAre(14, 38, 64));
  const std::vector<double> mean = values("geomean(cycles)", {});
  EXPECT_NEAR(mean[0], 2.0, 1e-12);  // (1 * 2 * 4)^(1/3)
  EXPECT_NEAR(mean[1], std::cbrt(3.0 * 4.0 * 8.0), 1e-12);
  const std::vector<double> weighted =
      values("geomean(cycles)", {"gemm:1x8x8=1", "gemm:2x8x8=1", "mlp:1x2x3=2"});
  EXPECT_NEAR(weighted[0], std::pow(1.0 * 2 * 4 * 4, 0.25), 1e-12);
  results.status[7] = PointStatus::kTimeout;
  results.kept[5] = false;
  const std::vector<double> left = values("sum(cycles)", {});
  EXPECT_EQ(left[0], 7);
  EXPECT_TRUE(std::isnan(left[1]) && std::isnan(left[2]));
}

TEST(Goal, ZeroMakesAGeometricMeanZero) {
  const SweepSpace space = small_space();
  const std::vector<double> values =
      goal_values(parse_goal("geomean(compile.evictions)", {}, space), space, machines_of(space),
                  results_of("compile.evictions", {1, 2, 0, 4, 5, 6, 4, 8, ResultTable::kNone}));
  EXPECT_EQ(values[2], 0);
  EXPECT_TRUE(std::isnan(values[4]));
}

TEST(Goal, NameAndDirection) {
  const SweepSpace space = small_space();
  const Goal goal = parse_goal("geomean( utilisation )", {}, space);
  EXPECT_EQ(goal.name(), "geomean(utilisation)");
  EXPECT_TRUE(goal.higher_is_better());
  EXPECT_FALSE(goal.is_weighted);
  EXPECT_FALSE(parse_goal("sum(cycles)", {}, space).higher_is_better());
}

TEST(Goal, Refuses) {
  const auto error = [](const std::string& goal, const std::vector<std::string>& weights = {}) {
    return error_of([&] { parse_goal(goal, weights, small_space()); });
  };
  for (const char* goal : {"cycles", "sum", "sum(cycles", "sumcycles)", "max(cycles)", "", "()"}) {
    EXPECT_EQ(error(goal), "command line: --goal " + std::string(goal) +
                               ": is not sum(METRIC) or geomean(METRIC), such as sum(cycles)");
  }
  EXPECT_EQ(
      error("sum(cycels)"),
      "command line: --goal sum(cycels): there is no metric 'cycels'; did you mean 'cycles'?");
  EXPECT_EQ(error("sum(macs)"),
            "command line: --goal sum(macs): neither more nor less of macs is better");
  EXPECT_EQ(
      error("sum(cycles)", {"mlp:1x2x3=1"}),
      "command line: --weight is missing for 'gemm:1x8x8': where one model has a weight, each "
      "needs one");
  EXPECT_EQ(error("sum(cycles)", {"mlp:1x2x4=1"}),
            "command line: --weight mlp:1x2x4=1: the sweep has no such MODEL; did you mean "
            "'mlp:1x2x3'?");
  EXPECT_EQ(error("sum(cycles)", {"mlp:1x2x3=1", "mlp:1x2x3=2"}),
            "command line: --weight mlp:1x2x3=2: the model has a weight already");
  for (const char* weight : {"mlp:1x2x3", "mlp:1x2x3=", "=1", "mlp:1x2x3=0", "mlp:1x2x3=-1",
                             "mlp:1x2x3=nan", "mlp:1x2x3=inf", "mlp:1x2x3=1x"}) {
    EXPECT_EQ(error("sum(cycles)", {weight}),
              "command line: --weight " + std::string(weight) +
                  ": is not MODEL=WEIGHT, with a weight from 1e-12 to 1e12");
  }
}

TEST(Question, IsCheckedBeforeAnythingRuns) {
  const SweepSpace space = small_space();
  EXPECT_EQ(error_of([&] {
              check_question({{}, {}, {"mlp:1x2x3=1"}}, space);
            }),
            "command line: --weight has no effect without --goal");
  EXPECT_THAT(error_of([&] {
                check_question({{"cycels<1"}, {}, {}}, space);
              }),
              HasSubstr("command line: --where cycels<1: there is no metric"));
  const SweepSpace apart = points_space({}, "p.csv", "model,sram.banks\na,8\nb,4\n");
  EXPECT_EQ(
      error_of([&] {
        check_question({{}, "sum(cycles)", {}}, apart);
      }),
      "command line: --goal sum(cycles): no config has a point of each of the 2 models, so there "
      "is none to compare them on");
  check_question({{"cycles<1", "sram.size>=64KiB"}, "sum(cycles)", {}}, space);
}

TEST(Question, KeepsPointsOrWholeMachines) {
  SweepDefinition sweep;
  sweep.space = small_space();
  sweep.question.where = {"cycles<=6", "cycles!=3"};
  ResultTable results = results_of("cycles", {1, 2, 3, 4, 5, 6, 4, 8, 6});
  keep_what_fulfils(sweep, results);
  EXPECT_THAT(results.kept, ElementsAre(true, true, false, true, true, true, true, false, true));
  sweep.question.goal = "sum(cycles)";
  keep_what_fulfils(sweep, results);
  EXPECT_THAT(results.kept, ElementsAre(true, true, false, false, true, true, true, false, true));
}

}  // namespace
}  // namespace tilewave
