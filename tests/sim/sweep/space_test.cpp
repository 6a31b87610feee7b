// Grids, samples and points files.
#include "sim/sweep/space.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Axis> axes(const std::vector<std::string>& texts) {
  std::vector<Axis> all;
  for (const std::string& text : texts) {
    all.push_back(parse_axis("here", text));
  }
  return all;
}

/// "model key-value key-value", one text a point.
std::vector<std::string> texts(const SweepSpace& space) {
  std::vector<std::string> all;
  for (const SweepPoint& point : space.points) {
    std::string text = space.models[point.model];
    for (const std::string& value : point.values) {
      text += " " + (value.empty() ? "-" : value);
    }
    all.push_back(text);
  }
  return all;
}

TEST(Grid, ModelsOutermostLastAxisInnermost) {
  const SweepSpace space = grid_space({"a", "b"}, axes({"sram.banks=8,16", "dma.setup=1,2"}));
  EXPECT_THAT(texts(space), ElementsAre("a 8 1", "a 8 2", "a 16 1", "a 16 2",  //
                                        "b 8 1", "b 8 2", "b 16 1", "b 16 2"));
  const std::vector<Setting> settings = space.settings(space.points[2]);
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[0].key + "=" + settings[0].value, "sram.banks=16");
  EXPECT_EQ(settings[1].key + "=" + settings[1].value, "dma.setup=1");
}

TEST(Grid, TiedKeysMoveTogether) {
  const SweepSpace space =
      grid_space({"a"}, axes({"compute.rows=compute.cols=8,16", "dma.setup=1,2"}));
  ASSERT_EQ(space.keys.size(), 3U);
  EXPECT_THAT(texts(space), ElementsAre("a 8 8 1", "a 8 8 2", "a 16 16 1", "a 16 16 2"));
  EXPECT_EQ(error_of([] {
              grid_space({"a"}, axes({"compute.rows=compute.cols=8", "compute.cols=9"}));
            }),
            "--over compute.cols is given twice");
}

TEST(Grid, Refuses) {
  EXPECT_THAT(error_of([] {
                grid_space({"a"}, axes({"sram.banks=8", "sram.banks=16"}));
              }),
              HasSubstr("--over sram.banks is given twice"));
  EXPECT_THAT(error_of([] { grid_space({"a"}, axes({"sram.banks=8..16"})); }),
              HasSubstr("a range without a step, for --sample only"));
  EXPECT_THAT(error_of([] { grid_space({}, axes({"sram.banks=8"})); }),
              HasSubstr("the sweep has no points"));
  EXPECT_THAT(error_of([] {
                grid_space({"a"}, axes({"dma.setup=0..1999+1", "bus.latency=0..1999+1"}));
              }),
              HasSubstr("more than 1000000 points"));
}

class Samples : public ::testing::TestWithParam<Sampler> {};

TEST_P(Samples, AreEvenOnEveryAxisAndTheSameForEveryModel) {
  constexpr int kCount = 64;
  const SweepSpace space = sample_space({"a", "b"}, axes({"dma.setup=0..63", "sram.banks=1,2,4,8"}),
                                        {kCount, GetParam(), 7});
  ASSERT_EQ(space.points.size(), 2 * kCount);
  std::map<std::string, int> setups;
  std::map<std::string, int> banks;
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(space.points[i].values, space.points[i + kCount].values);
    ++setups[space.points[i].values[0]];
    ++banks[space.points[i].values[1]];
  }
  // A Latin hypercube hits each of 64 slices once; so does a Sobol sequence without its first
  // point, but for a few.
  EXPECT_GE(setups.size(), GetParam() == Sampler::kSobol ? 60U : 64U);
  for (const auto& [value, count] : banks) {
    EXPECT_LE(std::abs(4 * count - kCount), GetParam() == Sampler::kSobol ? 8 : 0) << value;
  }
}

TEST_P(Samples, DependOnTheirSeedAlone) {
  const auto sample = [](std::uint64_t seed) {
    return texts(sample_space({"a"}, axes({"dma.setup=0..65535"}), {20, GetParam(), seed}));
  };
  EXPECT_EQ(sample(1), sample(1));
  EXPECT_NE(sample(1), sample(2));
}

INSTANTIATE_TEST_SUITE_P(All, Samples,
                         ::testing::Values(Sampler::kSobol, Sampler::kLatinHypercube));

TEST(Samples, NeedSomethingToVary) {
  EXPECT_THAT(error_of([] {
                sample_space({"a"}, {}, {5, Sampler::kSobol, 1});
              }),
              HasSubstr("--sample needs something to vary"));
}

SweepSpace points(const std::string& csv, std::vector<std::string> models = {"a", "b"}) {
  return points_space(std::move(models), "p.csv", csv);
}

TEST(PointsFile, RowsArePoints) {
  EXPECT_THAT(texts(points("sram.banks, dma.setup\n8,1\n\n 16 ,\n")),
              ElementsAre("a 8 1", "b 8 1", "a 16 -", "b 16 -"));
}

TEST(PointsFile, RowsMayNameTheirModel) {
  EXPECT_THAT(texts(points("model,sram.banks\nc,8\n,4\n\"mlp:1x2\",2\r\n")),
              ElementsAre("c 8", "a 4", "b 4", "mlp:1x2 2"));
}

TEST(PointsFile, QuotesAsInRfc4180) {
  EXPECT_THAT(texts(points("\xEF\xBB\xBFmodel,dram.preset\n\"a,\"\"b\"\"\",\"x\" \n")),
              ElementsAre("a,\"b\" x"));
}

TEST(PointsFile, Refuses) {
  const struct {
    const char* csv;
    const char* message;
  } cases[] = {
      {"", "p.csv: is empty; its first line has to name the columns"},
      {"\n\n", "p.csv: is empty"},
      {"sram.banks\n", "p.csv: has no points below its first line"},
      {"sram.bank\n1\n", "p.csv:1: unknown key 'sram.bank'; did you mean 'sram.banks'?"},
      {"sram.banks,sram.banks\n1,2\n", "p.csv:1: column 'sram.banks' is there twice"},
      {"sram.banks,dma.setup\n1,2\n\n3\n", "p.csv:4: has 1 fields, the first line 2"},
      {"sram.size\n64KB\n", "p.csv:2: sram.size=64KB"},
      {"compute.dataflow\nxs\n", "p.csv:2: compute.dataflow=xs is not a choice"},
      {"dram.preset\n\"hbm2\n", "p.csv:2: a quoted field does not end"},
      {"dram.preset\n\"hbm2\" x\n", "p.csv:2: expected a comma after a quoted field, not 'x'"},
  };
  for (const auto& [csv, message] : cases) {
    EXPECT_THAT(error_of([&csv = csv] { points(csv); }), HasSubstr(message)) << csv;
  }
  EXPECT_THAT(error_of([] { points("sram.banks\n8\n", {}); }),
              HasSubstr("p.csv:2: names no model, and neither does the command line"));
}

}  // namespace
}  // namespace tilewave
