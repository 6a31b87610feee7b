// Keys of results and numbers of programs: what makes them differ, and what must not.
#include "sim/sweep/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/program/forms/program_canonical.h"
#include "sim/run/compile.h"
#include "tests/support/program.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

SweepDefinition sweep_over(const std::string& axis,
                           const std::vector<std::string>& models = {"gemm:64x96x64"}) {
  SweepDefinition sweep;
  sweep.space = grid_space(models, {parse_axis("here", axis)});
  return sweep;
}

TEST(Plan, EqualPointsHaveEqualKeysInEverySweep) {
  const SweepPlan banks = plan_sweep(sweep_over("sram.banks=8,16"));
  const SweepPlan setup = plan_sweep(sweep_over("dma.setup=16,17"));
  // 16 banks and a setup of 16 cycles are the defaults.
  EXPECT_EQ(banks.points[1].key, setup.points[0].key);
  EXPECT_NE(banks.points[0].key, banks.points[1].key);
  EXPECT_NE(setup.points[0].key, setup.points[1].key);
  EXPECT_EQ(banks.points[0].key.hex().size(), 64U);
}

TEST(Plan, KeysTellHowValuesAreDrawnAndChecked) {
  SweepDefinition sweep = sweep_over("sram.banks=8");
  const PointKey plain = plan_sweep(sweep).points[0].key;
  sweep.seed = 2;
  const PointKey seeded = plan_sweep(sweep).points[0].key;
  sweep.verify = VerifyChoice::kSampled;
  const PointKey sampled = plan_sweep(sweep).points[0].key;
  sweep.timing_only = true;
  const PointKey timing = plan_sweep(sweep).points[0].key;
  EXPECT_NE(plain, seeded);
  EXPECT_NE(seeded, sampled);
  EXPECT_NE(sampled, timing);
  sweep.seed = 3;  // no values, no seed
  EXPECT_EQ(plan_sweep(sweep).points[0].key, timing);
}

class PlanFiles : public test::ProgramTest {};

TEST_F(PlanFiles, ModelsAreTheirContent) {
  const std::string graph = "graph g\ninput x 8x8\nparam w 8x8\ny = matmul x w\noutput y\n";
  write("a.graph", graph);
  write("b.graph", graph);
  const SweepPlan plan = plan_sweep(sweep_over("sram.banks=8", {path("a.graph"), path("b.graph")}));
  EXPECT_EQ(plan.points[0].key, plan.points[1].key);
  write("b.graph", "# changed\n" + graph);
  const SweepPlan changed =
      plan_sweep(sweep_over("sram.banks=8", {path("a.graph"), path("b.graph")}));
  EXPECT_NE(changed.points[0].key, changed.points[1].key);
}

TEST_F(PlanFiles, DramPresetsAreTheirTimings) {
  std::string preset = test::read(TILEWAVE_SOURCE_DIR "/configs/dram/ddr4-3200.ini");
  write("own.ini", preset);
  const auto key = [this] {
    SweepDefinition sweep = sweep_over("sram.banks=8");
    sweep.sources = {{"here", {{"dram.model", "banked", 0}, {"dram.preset", path("own.ini"), 0}}}};
    return plan_sweep(sweep).points[0].key;
  };
  const PointKey before = key();
  const std::size_t at = preset.find("\nCL = ");
  ASSERT_NE(at, std::string::npos);
  preset.replace(at, preset.find('\n', at + 1) - at, "\nCL = 40");
  write("own.ini", preset);
  EXPECT_NE(key(), before);
}

TEST_F(PlanFiles, ProgramsAreScheduledAlready) {
  ASSERT_EQ(tilewave("compile gemm:64x64x64 -o p.twp").code, 0);
  try {
    plan_sweep(sweep_over("schedule.eviction=lru,belady", {path("p.twp")}));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("schedule.eviction has no effect on"));
  }
  EXPECT_EQ(plan_sweep(sweep_over("sram.banks=8", {path("p.twp")})).points.size(), 1U);
}

TEST(Plan, PointsThatDoNotHoldTogetherSayWhy) {
  const SweepPlan plan = plan_sweep(sweep_over("sram.banks=3,16"));
  EXPECT_THAT(plan.points[0].invalid, HasSubstr("this point: sram.banks=3 does not fit"));
  EXPECT_EQ(plan.points[1].invalid, "");
}

/// Whoever adds a key that the compiler reads and forgets CompileChoice would share programs that
/// differ.
TEST(Plan, EqualProgramNumbersMeanEqualPrograms) {
  const char* const axes[] = {"sram.size=16KiB,64KiB",
                              "sram.banks=8,16",
                              "dram.bandwidth=2GB/s,64GB/s",
                              "compute.dataflow=os,ws,is",
                              "compute.rows=8,32",
                              "compute.fill_overlap=none,full",
                              "schedule.loop_order=auto,mnk",
                              "schedule.eviction=lru,belady",
                              "schedule.buffering=single,pingpong",
                              "schedule.forwarding=on,off",
                              "schedule.lookahead=0,64",
                              "sequencer.queue_depth=1,16",
                              "dma.engines=split,shared",
                              "tile.m=16,32",
                              "dma.setup=0,64",
                              "bus.bytes_per_cycle=8B,64B",
                              "dram.layout=tiled,row_major"};
  for (const char* axis : axes) {
    const SweepDefinition sweep = sweep_over(axis, {"mlp:96x128x96x64"});
    const SweepPlan plan = plan_sweep(sweep);
    std::map<std::uint32_t, std::string> text_of;
    for (std::uint32_t i = 0; i < plan.points.size(); ++i) {
      const Config config = sweep.config_of(sweep.space.points[i]);
      const std::string text =
          canonical_text(compile_model(*graph_of(plan.models[0]), config).program);
      const auto [first, is_new] = text_of.emplace(plan.points[i].program, text);
      EXPECT_EQ(first->second, text) << axis;
    }
  }
}

TEST(Plan, OrderPutsEqualProgramsTogether) {
  SweepDefinition sweep;
  sweep.space = grid_space({"gemm:64x96x64"}, {parse_axis("here", "dma.setup=0,1,2"),
                                               parse_axis("here", "sram.size=16KiB,64KiB")});
  const SweepPlan plan = plan_sweep(sweep);
  EXPECT_THAT(plan.order(), ::testing::ElementsAre(0, 2, 4, 1, 3, 5));
}

}  // namespace
}  // namespace tilewave
