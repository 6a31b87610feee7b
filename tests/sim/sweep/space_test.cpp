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

SweepSpace grid_of(const std::vector<std::string>& models, const std::vector<std::string>& over) {
  const ModelKeys keys(models);
  std::vector<Axis> all;
  for (const std::string& text : over) {
    all.push_back(parse_axis("here", text, keys));
  }
  return grid_space(models, all);
}

TEST(Grid, PatternsBecomeTheirModels) {
  const SweepSpace space = grid_of({"gemm:{m}x8x8:{t}", "net.onnx", "gemm:{m}x4x4"},
                                   {"model.m=1,16", "dma.setup=1,2", "model.t=f32,i8"});
  EXPECT_THAT(texts(space), ElementsAre("gemm:1x8x8:f32 1 1 f32", "gemm:1x8x8:i8 1 1 i8",
                                        "gemm:1x8x8:f32 1 2 f32", "gemm:1x8x8:i8 1 2 i8",
                                        "gemm:16x8x8:f32 16 1 f32", "gemm:16x8x8:i8 16 1 i8",
                                        "gemm:16x8x8:f32 16 2 f32", "gemm:16x8x8:i8 16 2 i8",  //
                                        "net.onnx - 1 -", "net.onnx - 2 -",                    //
                                        "gemm:1x4x4 1 1 -", "gemm:1x4x4 1 2 -",
                                        "gemm:16x4x4 16 1 -", "gemm:16x4x4 16 2 -"));
  EXPECT_THAT(space.patterns, ElementsAre("gemm:{m}x8x8:{t}", "net.onnx", "gemm:{m}x4x4"));
  EXPECT_THAT(space.pattern_of, ElementsAre(0, 0, 0, 0, 1, 2, 2));
  EXPECT_EQ(settings_text(space, space.points[3]), "dma.setup=2");
  const std::vector<Setting> values = space.model_values(space.points[3]);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].key + "=" + values[0].value, "model.m=1");
  EXPECT_EQ(values[1].key + "=" + values[1].value, "model.t=i8");
}

TEST(Grid, ExtentsMayBeTiedToTheMachine) {
  const SweepSpace space =
      grid_of({"gemm:{m}x{k}x8", "net.onnx"}, {"model.m=model.k=compute.rows=8,16"});
  EXPECT_THAT(texts(space), ElementsAre("gemm:8x8x8 8 8 8", "gemm:16x16x8 16 16 16",
                                        "net.onnx - - 8", "net.onnx - - 16"));
}

TEST(Grid, ModelsMayBeAllThatVaries) {
  EXPECT_THAT(texts(grid_of({"gemm:{m}x8x8", "net.onnx"}, {"model.m=1..4*2"})),
              ElementsAre("gemm:1x8x8 1", "gemm:2x8x8 2", "gemm:4x8x8 4", "net.onnx -"));
}

TEST(Grid, RefusesPatterns) {
  EXPECT_EQ(error_of([] { grid_of({"gemm:{m}x{k}x8"}, {"model.m=1,2"}); }),
            "model 'gemm:{m}x{k}x8': nothing sets {k}; it needs values of the key model.k");
  EXPECT_EQ(error_of([] {
              grid_of({"gemm:{m}x8x8", "gemm:4x8x8"}, {"model.m=2,4"});
            }),
            "the MODEL 'gemm:4x8x8' is given twice, by 'gemm:{m}x8x8' and by 'gemm:4x8x8'");
  EXPECT_EQ(error_of([] { grid_of({"gemm:{m}x8x8"}, {"model.n=2,4"}); }),
            "here model.n=2,4: unknown key 'model.n'; did you mean 'model.m'?");
  EXPECT_EQ(
      error_of([] { grid_of({"gemm:1x8x8:{t}"}, {"model.t=f32,i9"}); }),
      "here model.t=f32,i9: model.t=i9 is not a choice; did you mean 'i8'?; allowed: f32, bf16, "
      "f16, i8 or u8");
  EXPECT_EQ(error_of([] { grid_of({"gemm:{m}x8x8"}, {"model.m=sram.size=64"}); }),
            "here model.m=sram.size=64: model.m and sram.size do not take the same values");
  EXPECT_THAT(error_of([] { grid_of({"gemm:{m}x8x8"}, {"model.m=4..8"}); }),
              HasSubstr("--over model.m is a range without a step"));
  EXPECT_THAT(error_of([] {
                grid_of({"gemm:{m}x8x8"}, {"model.m=2", "model.m=4"});
              }),
              HasSubstr("--over model.m is given twice"));
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

SweepSpace points(const std::string& csv, const std::vector<std::string>& models = {"a", "b"}) {
  return points_space(models, "p.csv", csv);
}

TEST(PointsFile, RowsArePoints) {
  EXPECT_THAT(texts(points("sram.banks, dma.setup\n8,1\n\n 16 ,\n")),
              ElementsAre("a 8 1", "b 8 1", "a 16 -", "b 16 -"));
}

TEST(PointsFile, RowsMayNameTheirModel) {
  EXPECT_THAT(texts(points("model,sram.banks\nc,8\n,4\n\"mlp:1x2\",2\r\n")),
              ElementsAre("c 8", "a 4", "b 4", "mlp:1x2 2"));
}

TEST(PointsFile, RowsMayFillPatterns) {
  const SweepSpace space =
      points("model,model.m,sram.banks,model.b\n,4,8,\nmlp:{b}x8x8,,2,16\n,2,,\n",
             {"gemm:{m}x8x8", "net.onnx"});
  EXPECT_THAT(texts(space), ElementsAre("gemm:4x8x8 4 8 -", "net.onnx - 8 -", "mlp:16x8x8 - 2 16",
                                        "gemm:2x8x8 2 - -", "net.onnx - - -"));
  const auto named = [](const std::string& model) { return model + ":i8"; };
  EXPECT_THAT(texts(points_space({}, "p.csv", "model,model.m\ngemm:{m}x8x8,4\n", named)),
              ElementsAre("gemm:4x8x8:i8 4"));
}

TEST(PointsFile, RefusesPatternsWithoutValues) {
  const auto error = [](const char* csv) {
    return error_of([csv] { points(csv, {"gemm:{m}x8x8"}); });
  };
  EXPECT_EQ(error("sram.banks\n8\n"),
            "p.csv:2: model 'gemm:{m}x8x8': nothing sets {m}; it needs values of the key model.m");
  EXPECT_EQ(
      error("model.n\n8\n"),
      "p.csv:1: unknown key 'model.n'; did you mean 'model.m'?; the first line names a key, or "
      "'model', for each column");
  EXPECT_EQ(error("model,model.m\ngemm:1x2x3,4\n"),
            "p.csv:2: model.m has no effect on 'gemm:1x2x3', which has no {m}");
  EXPECT_EQ(error("model.m\nmany\n"),
            "p.csv:2: model.m=many is not a count (a plain whole number); allowed: 1..2147483647");
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
