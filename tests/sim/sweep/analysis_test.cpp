// Fronts, knees, sensitivities and exceptions of results made up by hand.
#include "sim/sweep/analysis.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sweep/metrics.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A grid whose cycles are given, point by point; 0 is an invalid point.
class Grid {
 public:
  Grid(const std::vector<std::string>& axes, std::vector<double> cycles)
      : cycles_(std::move(cycles)) {
    std::vector<Axis> all;
    for (const std::string& axis : axes) {
      all.push_back(parse_axis("here", axis));
    }
    sweep_.space = grid_space({"gemm:64x64x64"}, all);
    EXPECT_EQ(sweep_.space.points.size(), cycles_.size());
    plan_.points.resize(cycles_.size());
    for (std::uint32_t i = 0; i < cycles_.size(); ++i) {
      plan_.points[i].program = i;
    }
    table_ = collect_results(
        cycles_.size(), [this](std::uint32_t i) { return result(i); },
        [](std::uint32_t) { return "this test"; });
  }

  SweepAnalysis analysis() const { return analyse(sweep_, plan_, table_); }
  ResultTable& table() { return table_; }
  SweepPlan& plan() { return plan_; }

 private:
  PointResult result(std::uint32_t point) const {
    PointResult result;
    if (cycles_[point] == 0) {
      result.status = PointStatus::kInvalid;
      return result;
    }
    const Config config = sweep_.config_of(sweep_.space.points[point]);
    nlohmann::ordered_json metrics;
    for (const Metric& metric : sweep_metrics()) {
      metrics[metric.name] = 0;
    }
    metrics["cycles"] = static_cast<std::uint64_t>(cycles_[point]);
    metrics["seconds"] = cycles_[point] * 1e-9;
    metrics["cost.sram_bytes"] = config.machine.sram.size_bytes;
    metrics["cost.dram_bytes_per_second"] = config.machine.dram.bandwidth;
    result.metrics = metrics.dump();
    return result;
  }

  std::vector<double> cycles_;
  SweepDefinition sweep_;
  SweepPlan plan_;
  ResultTable table_;
};

TEST(Analysis, FrontsHoldWhatNothingBeats) {
  const SweepAnalysis analysis =
      Grid({"sram.size=32KiB..512KiB*2"}, {800, 400, 410, 0, 380}).analysis();
  ASSERT_EQ(analysis.fronts.size(), 1U);  // the other costs do not vary
  EXPECT_EQ(analysis.fronts[0].cost, "cost.sram_bytes");
  EXPECT_THAT(analysis.fronts[0].points, ElementsAre(0, 1, 4));
  // log cost 0, 1/4, 1; log cycles 1, log(400/380) / log(800/380) = 0.069, 0: 1 - 0.25 - 0.069 > 0.
  EXPECT_EQ(analysis.fronts[0].knee, 1U);
  EXPECT_EQ(analysis.objective, "cycles");
}

TEST(Analysis, StraightFrontsHaveNoKnee) {
  const SweepAnalysis analysis =
      Grid({"sram.size=32KiB..128KiB*2"}, {800, 790, 100}).analysis();  // bulges outwards
  EXPECT_THAT(analysis.fronts[0].points, ElementsAre(0, 1, 2));
  EXPECT_EQ(analysis.fronts[0].knee, std::nullopt);
  EXPECT_EQ(Grid({"sram.size=32KiB,64KiB"}, {800, 400}).analysis().fronts[0].knee, std::nullopt);
}

TEST(Analysis, SensitivityComparesGeometricMeans) {
  const SweepAnalysis analysis =
      Grid({"sram.size=32KiB,64KiB", "dram.bandwidth=4GB/s,8GB/s"}, {800, 200, 400, 100})
          .analysis();
  const auto of = [&](const std::string& key) {
    return *std::ranges::find_if(analysis.sensitivities, [&](const Sensitivity& each) {
      return each.key == key && each.metric == "cycles";
    });
  };
  // sqrt(800 · 200) = 400 and sqrt(400 · 100) = 200
  EXPECT_NEAR(of("sram.size").effect, 2, 1e-12);
  EXPECT_EQ(of("sram.size").levels[0].label, "32KiB");
  EXPECT_NEAR(of("sram.size").levels[0].mean, 400, 1e-9);
  // sqrt(800 · 400) / sqrt(200 · 100) = 4
  EXPECT_NEAR(of("dram.bandwidth").effect, 4, 1e-12);
}

TEST(Analysis, ManyNumbersAreTakenTogether) {
  std::vector<double> cycles(32);
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    cycles[i] = 1000 - static_cast<double>(i);
  }
  const SweepAnalysis analysis = Grid({"dma.setup=1..32+1"}, cycles).analysis();
  const Sensitivity& first = analysis.sensitivities.at(0);
  ASSERT_EQ(first.levels.size(), 8U);  // of 32 / 8 = 4 points each
  EXPECT_EQ(first.levels[0].label, "1..4");
  EXPECT_EQ(first.levels[7].label, "29..32");
}

TEST(Analysis, MoreThatMakesSlowerIsAnException) {
  Grid grid({"sram.size=32KiB,64KiB", "dram.latency=20ns,40ns"}, {100, 90, 80, 95});
  grid.table().metrics[0] = {100, 90, 80, 95};
  const std::vector<Anomaly> anomalies = grid.analysis().anomalies;
  ASSERT_EQ(anomalies.size(), 2U);
  EXPECT_EQ(anomalies[0].key, "sram.size");
  EXPECT_EQ(anomalies[0].from, 1U);  // 32 KiB, 40 ns
  EXPECT_EQ(anomalies[0].to, 3U);
  EXPECT_NEAR(anomalies[0].change, 95.0 / 90 - 1, 1e-12);
  EXPECT_EQ(anomalies[1].key, "dram.latency");
  EXPECT_EQ(anomalies[1].from, 1U);  // the longer latency is faster
  EXPECT_EQ(anomalies[1].to, 0U);
}

TEST(Analysis, ExceptionsSayWhatChanged) {
  Grid grid({"sram.size=32KiB,64KiB"}, {100, 120});
  const auto set = [&grid](const std::string& name, double from, double to) {
    const std::vector<Metric>& all = sweep_metrics();
    const auto at = std::ranges::find(all, name, &Metric::name) - all.begin();
    grid.table().metrics[static_cast<std::size_t>(at)] = {from, to};
  };
  set("compile.loads", 1000, 1200);
  set("compute.wait_data", 5, 24);
  set("compute.busy", 80, 81);
  set("compute.wait_sram", 3, 1);
  set("dram.read_bytes", 1000, 1100);
  EXPECT_EQ(grid.analysis().anomalies.at(0).explanation,
            "another schedule: 1,000 -> 1,200 loads; compute wait_data +19, busy +1 cycles; "
            "DRAM bytes +10.0 %");
  grid.plan().points[1].program = 0;
  EXPECT_THAT(grid.analysis().anomalies.at(0).explanation, HasSubstr("the same program; compute"));
}

TEST(Analysis, NothingDoneNothingSaid) {
  const SweepAnalysis analysis = Grid({"sram.size=32KiB,64KiB"}, {0, 0}).analysis();
  EXPECT_THAT(analysis.fronts, IsEmpty());
  EXPECT_THAT(analysis.sensitivities, IsEmpty());
  EXPECT_THAT(analysis.anomalies, IsEmpty());
}

TEST(Analysis, WithTheClockSweptItIsSecondsThatCount) {
  EXPECT_EQ(Grid({"clock.period=1ns,2ns"}, {100, 100}).analysis().objective, "seconds");
}

/// Two models on sizes of SRAM; what each point has of a metric is given, models outermost.
GoalAnalysis goal_of(const std::string& goal, const std::string& metric,
                     const std::vector<double>& values) {
  SweepDefinition sweep;
  sweep.space =
      grid_space({"gemm:64x64x64", "mlp:8x8x8"}, {parse_axis("here", "sram.size=32KiB..128KiB*2")});
  sweep.question.goal = goal;
  SweepPlan plan;
  plan.points.resize(values.size());
  ResultTable table = collect_results(
      values.size(),
      [&](std::uint32_t i) {
        nlohmann::ordered_json metrics;
        for (const Metric& each : sweep_metrics()) {
          metrics[each.name] = 1;
        }
        metrics["cost.sram_bytes"] = 32768U << i % 3;
        metrics[metric] = values[i];
        if (metric == "cycles") {
          metrics[metric] = static_cast<std::uint64_t>(values[i]);
        }
        PointResult result;
        result.metrics = metrics.dump();
        return result;
      },
      [](std::uint32_t) { return "this test"; });
  return analyse(sweep, plan, table).goal.value();
}

TEST(Analysis, GoalsHaveFrontsAndExceptionsOfMachines) {
  const GoalAnalysis goal = goal_of("sum(cycles)", "cycles", {800, 300, 350, 100, 100, 90});
  EXPECT_THAT(goal.compared(), ElementsAre(0, 1, 2));
  ASSERT_EQ(goal.fronts.size(), 1U);
  EXPECT_THAT(goal.fronts[0].points, ElementsAre(0, 1));  // sums of 900, 400, 440
  ASSERT_EQ(goal.anomalies.size(), 1U);
  EXPECT_EQ(goal.anomalies[0].from, 1U);
  EXPECT_EQ(goal.anomalies[0].to, 2U);
  EXPECT_NEAR(goal.anomalies[0].change, 0.1, 1e-12);
  EXPECT_EQ(goal.anomalies[0].explanation, "cycles of gemm:64x64x64 +16.7 %, mlp:8x8x8 -10.0 %");
  ASSERT_EQ(goal.sensitivities.size(), 1U);
  EXPECT_EQ(goal.sensitivities[0].metric, "sum(cycles)");
  EXPECT_NEAR(goal.sensitivities[0].effect, 900.0 / 400, 1e-12);
}

TEST(Analysis, OfSomeGoalsMoreIsBetter) {
  const GoalAnalysis goal =
      goal_of("geomean(utilisation)", "utilisation", {0.1, 0.4, 0.3, 0.1, 0.4, 0.3});
  EXPECT_THAT(goal.fronts[0].points, ElementsAre(0, 1));
  ASSERT_EQ(goal.anomalies.size(), 1U);
  EXPECT_NEAR(goal.anomalies[0].change, -0.25, 1e-12);
  const GoalAnalysis bent =
      goal_of("sum(utilisation)", "utilisation", {0.1, 0.35, 0.4, 0.1, 0.35, 0.4});
  EXPECT_THAT(bent.fronts[0].points, ElementsAre(0, 1, 2));
  EXPECT_EQ(bent.fronts[0].knee, 1U);
}

}  // namespace
}  // namespace tilewave
