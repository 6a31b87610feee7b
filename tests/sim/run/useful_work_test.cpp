// Useful work by hand, on arrays whose steps are known to the cycle.
#include "sim/run/useful_work.h"

#include <gmock/gmock.h>

#include "tests/trust/machines.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Simulated {
  Config config;
  CompiledModel model;
  RunResult result;
  UsefulWork work;

  Simulated(const std::string& name, const trust::Settings& settings)
      : config(trust::configured(settings)),
        model(trust::compiled(name, config)),
        result(trust::timed(model, config.machine)),
        work(useful_work(config.machine.compute, model.figures, result)) {}
};

trust::Settings square_array(const std::string& side) {
  return {{"compute.rows", side}, {"compute.cols", side}, {"compute.fill_overlap", "none"}};
}

TEST(UsefulWork, OfOneStepThatFillsItsArray) {
  const Simulated run("gemm:2x2x2", square_array("2"));
  // One step of 2 + 2 + 2 - 2 = 4 cycles, 2·2·2 products; the products stream for k = 2 cycles.
  EXPECT_EQ(run.work.macs, 8U);
  EXPECT_EQ(run.work.padding_macs, 0U);
  EXPECT_EQ(run.work.peak_macs_per_cycle, 4U);
  EXPECT_EQ(run.work.array_slots, 4 * run.result.cycles);
  EXPECT_EQ(run.work.step_slots, 2U * 4);
  EXPECT_DOUBLE_EQ(run.work.fill, 1);
  EXPECT_DOUBLE_EQ(run.work.spatial, 8.0 / (4 * 4));
  EXPECT_DOUBLE_EQ(run.work.temporal, 4.0 / static_cast<double>(run.result.cycles));
  EXPECT_DOUBLE_EQ(run.work.utilisation, 8.0 / static_cast<double>(4 * run.result.cycles));
  // 16 FLOP, three tensors of 2·2 elements of 4 bytes.
  ASSERT_TRUE(run.work.intensity);
  EXPECT_DOUBLE_EQ(*run.work.intensity, 16.0 / 48);
  EXPECT_DOUBLE_EQ(run.work.achieved_gflops, 16e-9 / run.result.seconds);
  EXPECT_THAT(run.work.warnings(), ElementsAre());
}

TEST(UsefulWork, OfAStepThatFillsASixteenthOfTheArray) {
  const Simulated run("gemm:1x3x2", square_array("4"));
  EXPECT_EQ(run.work.macs, 1U * 2 * 3);
  EXPECT_EQ(run.work.step_slots, 3U * 16);  // k = 3 cycles of streaming
  EXPECT_DOUBLE_EQ(run.work.fill, 6.0 / 48);
  EXPECT_DOUBLE_EQ(run.work.spatial, 6.0 / (16 * (4 + 4 + 3 - 2)));
  EXPECT_THAT(run.work.warnings(), ElementsAre(HasSubstr("fill 12.5 % of the array")));
}

TEST(UsefulWork, PaddingIsNoWork) {
  trust::Settings padded = square_array("4");
  padded.insert(padded.end(),
                {{"tile.edges", "padded"}, {"tile.m", "4"}, {"tile.n", "4"}, {"tile.k", "4"}});
  const Simulated run("gemm:1x3x2", padded);
  EXPECT_EQ(run.work.macs, 6U);
  EXPECT_EQ(run.work.padding_macs, 4U * 4 * 4 - 6);
  EXPECT_DOUBLE_EQ(run.work.fill, 6.0 / 64);
}

TEST(UsefulWork, ThePeakIsOfTheFastestTypeOfTheRun) {
  trust::Settings fast = square_array("4");
  fast.insert(fast.end(), {{"compute.rate.i8", "4"}, {"compute.rate.bf16", "2"}});
  EXPECT_EQ(Simulated("gemm:8x8x8", fast).work.peak_macs_per_cycle, 16U);
  EXPECT_EQ(Simulated("gemm:8x8x8:bf16", fast).work.peak_macs_per_cycle, 32U);
  EXPECT_EQ(Simulated("gemm:8x8x8:i8", fast).work.peak_macs_per_cycle, 64U);
}

TEST(UsefulWork, AnArrayThatLoadsItsWeightsForEachStepAttainsNoMore) {
  // 4 x 4 tiles of weights, of which each is shifted in for 8 cycles and meets a single row.
  const Simulated run("gemm:1x32x32", {{"compute.rows", "8"},
                                       {"compute.cols", "8"},
                                       {"compute.dataflow", "ws"},
                                       {"dram.bandwidth", "1000GB/s"},
                                       {"dma.setup", "0"}});
  EXPECT_EQ(run.result.bounds.compute, 15.0 * 8 + 1);
  EXPECT_LE(run.work.attainable_gflops, 2.0 * 32 * 32 / (15 * 8 + 1));
}

TEST(UsefulWork, OfNoProductsIsNothing) {
  const Simulated run("input x 8x8\ny = relu x\noutput y\n", {});
  EXPECT_EQ(run.work.macs, 0U);
  EXPECT_EQ(run.work.utilisation, 0);
  EXPECT_FALSE(run.work.intensity);
  EXPECT_EQ(run.work.achieved_gflops, 0);
  EXPECT_THAT(run.work.warnings(), ElementsAre());
}

}  // namespace
}  // namespace tilewave
