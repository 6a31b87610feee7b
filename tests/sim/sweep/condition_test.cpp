// --where: what is understood, and which points fulfil it.
#include "sim/sweep/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sweep/metrics.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Four points, sram.size in 32 to 256 KiB; the third did not run.
class Conditions : public ::testing::Test {
 protected:
  Conditions() {
    const ModelKeys keys({"gemm:{m}x8x8:{t}"});
    sweep_.space = grid_space(
        {"gemm:{m}x8x8:{t}"},
        {parse_axis("here", "model.m=8", keys), parse_axis("here", "model.t=i8", keys),
         parse_axis("here", "sram.size=32KiB..256KiB*2"), parse_axis("here", "tile.m=auto"),
         parse_axis("here", "compute.dataflow=os"), parse_axis("here", "clock.period=1GHz")});
    for (std::size_t axis = 3; axis < 6; ++axis) {  // the last point is another one
      sweep_.space.points[3].values[axis] = axis == 3 ? "16" : axis == 4 ? "ws" : "2ns";
    }
    const std::size_t points = sweep_.space.points.size();
    results_.status.assign(points, PointStatus::kDone);
    results_.status[2] = PointStatus::kInvalid;
    results_.kept.assign(points, true);
    results_.metrics.assign(sweep_metrics().size(),
                            std::vector<double>(points, ResultTable::kNone));
    set("cycles", {100, 200, ResultTable::kNone, 300});
    set("utilisation", {0.25, 0.5, ResultTable::kNone, 0.75});
    set("seconds", {1e-6, 2e-6, ResultTable::kNone, 3e-6});
    set("dram.read_bytes", {1024, 65536, ResultTable::kNone, 131072});
    set("cost.dram_bytes_per_second", {8e9, 16e9, ResultTable::kNone, 32e9});
  }

  void set(const std::string& metric, const std::vector<double>& values) {
    for (std::size_t i = 0; i < sweep_metrics().size(); ++i) {
      if (sweep_metrics()[i].name == metric) {
        results_.metrics[i] = values;
      }
    }
  }

  std::vector<std::uint32_t> that_fulfil(const std::string& text) const {
    const Condition condition = parse_condition("here", text, sweep_.space);
    std::vector<std::uint32_t> points;
    for (std::uint32_t i = 0; i < results_.points(); ++i) {
      if (fulfils(condition, sweep_, results_, i)) {
        points.push_back(i);
      }
    }
    return points;
  }

  std::string error(const std::string& text) const {
    return test::error_of([&] { parse_condition("here", text, sweep_.space); });
  }

  SweepDefinition sweep_;
  ResultTable results_;
};

TEST_F(Conditions, EveryComparison) {
  EXPECT_THAT(that_fulfil("cycles<200"), ElementsAre(0));
  EXPECT_THAT(that_fulfil("cycles<=200"), ElementsAre(0, 1));
  EXPECT_THAT(that_fulfil("cycles>200"), ElementsAre(3));
  EXPECT_THAT(that_fulfil("cycles>=200"), ElementsAre(1, 3));
  EXPECT_THAT(that_fulfil("cycles=200"), ElementsAre(1));
  EXPECT_THAT(that_fulfil("cycles!=200"), ElementsAre(0, 3));  // what did not run has no cycles
  EXPECT_THAT(that_fulfil("  cycles <=  2e2 "), ElementsAre(0, 1));
}

TEST_F(Conditions, UnitsOfMetrics) {
  EXPECT_THAT(that_fulfil("utilisation>=50%"), ElementsAre(1, 3));
  EXPECT_THAT(that_fulfil("utilisation>=.5"), ElementsAre(1, 3));
  EXPECT_THAT(that_fulfil("seconds<1.5us"), ElementsAre(0));
  EXPECT_THAT(that_fulfil("seconds<1.5e-6"), ElementsAre(0));
  EXPECT_THAT(that_fulfil("dram.read_bytes=64KiB"), ElementsAre(1));
  EXPECT_THAT(that_fulfil("dram.read_bytes>1024"), ElementsAre(1, 3));
  EXPECT_THAT(that_fulfil("cost.dram_bytes_per_second<=16GB/s"), ElementsAre(0, 1));
  EXPECT_THAT(that_fulfil("cycles=200 cycles"), ElementsAre(1));
}

TEST_F(Conditions, KeysWithNumbersAndWords) {
  EXPECT_THAT(that_fulfil("sram.size>=128KiB"),
              ElementsAre(2, 3));  // known of what did not run, too
  EXPECT_THAT(that_fulfil("sram.size!=131072"), ElementsAre(0, 1, 3));
  EXPECT_THAT(that_fulfil("tile.m=16"), ElementsAre(3));
  EXPECT_THAT(that_fulfil("tile.m!=8"), ElementsAre(3));  // auto is no number
  EXPECT_THAT(that_fulfil("tile.m=auto"), ElementsAre(0, 1, 2));
  EXPECT_THAT(that_fulfil("tile.m!=auto"), ElementsAre(3));
  EXPECT_THAT(that_fulfil("compute.dataflow=os"), ElementsAre(0, 1, 2));
  EXPECT_THAT(that_fulfil("compute.dataflow!=os"), ElementsAre(3));
  EXPECT_THAT(that_fulfil("clock.period>1500ps"), ElementsAre(3));
  EXPECT_THAT(that_fulfil("model.m=8"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(that_fulfil("model.m>8"), IsEmpty());
  EXPECT_THAT(that_fulfil("model.t=i8"), ElementsAre(0, 1, 2, 3));
}

TEST_F(Conditions, AKeyThatAPointLeavesAloneIsAsTheConfigHasIt) {
  sweep_.space.points[0].values[2].clear();  // 256 KiB by default
  EXPECT_THAT(that_fulfil("sram.size=256KiB"), ElementsAre(0, 3));
  sweep_.space.points[0].values[0].clear();  // and of a model there is no default
  EXPECT_THAT(that_fulfil("model.m!=1"), ElementsAre(1, 2, 3));
}

TEST_F(Conditions, Refuses) {
  const std::string form =
      "; a condition is NAME, one of < <= > >= = !=, and VALUE, such as 'utilisation>0.5'";
  EXPECT_EQ(error("utilisation"), "here utilisation: compares nothing" + form);
  EXPECT_EQ(error("utilisation!0.5"), "here utilisation!0.5: compares nothing" + form);
  EXPECT_EQ(error(">0.5"), "here >0.5: a name is missing" + form);
  EXPECT_EQ(error("utilisation>"), "here utilisation>: a value is missing" + form);
  EXPECT_EQ(error("utilization>0.5"),
            "here utilization>0.5: there is no metric and no swept key 'utilization'; did you mean "
            "'utilisation'?");
  EXPECT_EQ(error("sram.siez>1"),
            "here sram.siez>1: there is no metric and no swept key 'sram.siez'; did you mean "
            "'sram.size'?");
  EXPECT_EQ(
      error("dram.bandwidth>1GB/s"),
      "here dram.bandwidth>1GB/s: dram.bandwidth is not swept: all points have the same value");
  EXPECT_EQ(error("utilisation>half"),
            "here utilisation>half: 'half' is no value of utilisation; allowed: a number, or a "
            "percentage such as 50%");
  EXPECT_EQ(
      error("cycles>1us"),
      "here cycles>1us: '1us' is no value of cycles; allowed: a number, in cycles unless it has a "
      "unit");
  EXPECT_EQ(
      error("seconds<1e999"),
      "here seconds<1e999: '1e999' is no value of seconds; allowed: a number, in s unless it has "
      "a unit");
  for (const char* value : {"nan", "inf", "-inf", "0x10", "1 2", "==1", "%"}) {
    EXPECT_THAT(error(std::string("utilisation>") + value), HasSubstr("is no value of utilisation"))
        << value;
  }
  EXPECT_THAT(error("sram.size>64KB"), HasSubstr("here sram.size>64KB: sram.size=64KB"));
  EXPECT_EQ(error("compute.dataflow>os"),
            "here compute.dataflow>os: 'os' is a word, which is compared with = and != only");
  EXPECT_EQ(error("tile.m>auto"),
            "here tile.m>auto: 'auto' is a word, which is compared with = and != only");
  EXPECT_THAT(error("compute.dataflow=xs"), HasSubstr("compute.dataflow=xs is not a choice"));
}

}  // namespace
}  // namespace tilewave
