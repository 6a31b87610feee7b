// Timeloop's mappings of a product: which nest and tile they become, and what cannot be done.
#include "sim/mapping/timeloop_mapping.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/mapping/mappings.h"

namespace tilewave {
namespace {

using test::imported;
using test::refused;
using test::Settings;
using ::testing::HasSubstr;

/// Of gemm:128x256x64, that is m=128, k=256, n=64, on the 32x32 array that keeps outputs.
const std::string kDram =
    "  - {target: DRAM, type: temporal, factors: M=2 N=1 K=4, permutation: NKM}\n";
const std::string kSram =
    "  - {target: GlobalBuffer, type: temporal, factors: M2 N2 K2, permutation: KNM}\n";
const std::string kSpatial =
    "  - {target: GlobalBuffer, type: spatial, factors: M=32 N=32 K=1, permutation: MNK, split: "
    "1}\n";
const std::string kPe =
    "  - {target: PE, type: temporal, factors: M=1 N=1 K=32, permutation: KMN}\n";
const std::string kModel = "gemm:128x256x64";

std::string file(const std::string& a, const std::string& b, const std::string& c,
                 const std::string& d, const std::string& more = "") {
  return "mapping:\n" + a + b + c + d + more;
}

TEST(TimeloopMapping, LevelsBecomePartsTilesAndStep) {
  const Mapping mapping = imported(kModel, file(kDram, kSram, kSpatial, kPe));
  ASSERT_EQ(mapping.operators.size(), 1U);
  const OperatorMapping& y = mapping.operators[0];
  EXPECT_EQ(y.name.value, "out");
  EXPECT_EQ(y.tile->value, (TileShape{32, 32, 32}));
  // Permutations have the innermost first: of NKM, M is outermost.
  EXPECT_EQ(y.loops->value, (LoopNest{LoopOrder::kMkn, {2, 1, 4}, LoopOrder::kMnk, false}));
}

TEST(TimeloopMapping, AConvolutionOfOneByOneIsAProduct) {
  const std::string text =
      "- {target: MainMemory, type: temporal, factors: 'C=4 M=1 N=2 P=1 Q=1 R=1 S=1', "
      "permutation: [S, R, Q, P, M, C, N]}\n"
      "- {target: shared_glb, type: temporal, factors: [C=2, M=2, N=2], permutation: CMN}\n"
      "- {target: shared_glb, type: spatial, factors: M=32 N=32}\n"
      "- {target: RegisterFile, type: temporal, factors: C=32}\n"
      "- {target: RegisterFile, type: datatype, keep: [Outputs], bypass: [Inputs, Weights]}\n"
      "- {target: shared_glb, type: bypass, keep: [Inputs, Weights, Outputs], bypass: []}\n";
  const Mapping mapping = imported(kModel, text);
  EXPECT_EQ(mapping.operators[0].loops->value,
            (LoopNest{LoopOrder::kMkn, {2, 1, 4}, LoopOrder::kMnk, false}));
}

TEST(TimeloopMapping, ARunWithItIsVerifiedAndItsMappingIsOurs) {
  const Graph graph = build_builtin(kModel);
  const Config config = test::config_with(file(kDram, kSram, kSpatial, kPe));
  EXPECT_TRUE(run_work(compile_work(graph, config), config).passed());
  const std::string text = test::mapping_text(graph, config);
  EXPECT_THAT(text, HasSubstr("loops: {parts: {m: 2, n: 1, k: 4}, outer: mkn, inner: mnk, walk: "
                              "forward}"));
  EXPECT_EQ(test::program_text(graph, test::config_with(text)), test::program_text(graph, config));
}

TEST(TimeloopMapping, WhatCannotBeDoneSaysWhy) {
  const std::string cache =
      "  - {target: L2, type: temporal, factors: M=1 N=1 K=1, permutation: KMN}\n";
  struct Case {
    std::string text;
    std::string message;
    std::string model = kModel;
    Settings settings = {};
  };
  const auto with = [](const std::string& type, const std::string& target,
                       const std::string& rest) {
    return "  - {target: " + target + ", type: " + type + ", " + rest + "}\n";
  };
  const std::vector<Case> cases = {
      {file(with("temporal", "DRAM", "factors: M=3 N=1 K=4, permutation: NKM"), kSram, kSpatial,
            kPe),
       "m.yaml:2: the factors of m multiply to 192; allowed: 128, the extent of 'out'"},
      {file(kDram, kSram, kSpatial, kPe, cache),
       "m.yaml:6: target: L2 is no level of this machine"},
      {file(kDram, kSram, with("spatial", "GlobalBuffer", "factors: M=64 N=32"), kPe),
       "m.yaml:2: the factors of m multiply to 256"},
      {file(with("temporal", "DRAM", "factors: M=1 N=1 K=4, permutation: NKM"), kSram,
            with("spatial", "GlobalBuffer", "factors: M=64 N=32"), kPe),
       "m.yaml:4: spatial factor m=64 is more than the array has; allowed: 1..32"},
      {file(kDram, kSram, with("spatial", "GlobalBuffer", "factors: M=16 N=32"),
            with("temporal", "PE", "factors: M=2 N=1 K=32")),
       "m.yaml:4: spatial factor m=16: the array takes as much of a step of 32 as it can; allowed: "
       "32"},
      {file(kDram, kSram, with("spatial", "GlobalBuffer", "factors: M=32 N=32 K=2"),
            with("temporal", "PE", "factors: K=16")),
       "m.yaml:4: spatial factor k=2: with compute.dataflow=os k streams through the array"},
      {file(kDram, kSram, kSpatial, kPe, with("spatial", "DRAM", "factors: M=2")),
       "m.yaml:6: spatial loops below the DRAM: this machine has one core"},
      {file(kDram, kSram, kSpatial, with("temporal", "PE", "factors: K=32 R=3 C=1")),
       "m.yaml:2: both M and K beside C"},
      {file(with("temporal", "DRAM", "factors: C=4 M=1 N=2 R=3, permutation: RMCN"), "", "", ""),
       "m.yaml:2: factor R=3: convolutions are not mapped yet; allowed: R=1"},
      {file(kDram, kSram, kSpatial, kPe, with("bypass", "GlobalBuffer", "bypass: [Weights]")),
       "m.yaml:6: bypass: Weights: no data goes around the SRAM; allowed: keep"},
      {file(kDram, kSram, kSpatial, kPe, with("bypass", "PE", "keep: [Weights]")),
       "m.yaml:6: keep: Weights: the array of this compute.dataflow does not keep it"},
      {file(kDram, kSram, kSpatial, kPe, with("datatype", "PE", "keep: [Sums]")),
       "m.yaml:6: keep: Sums is not a choice"},
      {file(with("temporal", "DRAM", "factors: M=2 N=1 K=4"), kSram, kSpatial, kPe),
       "m.yaml:2: permutation has no loop of m, which has 2 turns"},
      {file(with("temporal", "DRAM", "factors: M=2 M=1 K=4"), kSram, kSpatial, kPe),
       "m.yaml:2: factors: M is given twice"},
      {file(with("temporal", "DRAM", "factors: M=0 K=4"), kSram, kSpatial, kPe),
       "m.yaml:2: factor M=0: 0 is out of range"},
      {file(with("temporal", "DRAM", "factors: 'M=2,1 K=4'"), kSram, kSpatial, kPe),
       "m.yaml:2: factors: 1 names no dimension"},
      {file(with("temporal", "DRAM", "factors: M=99999999999999999999"), kSram, kSpatial, kPe),
       "m.yaml:2: factor M=99999999999999999999: "},
      {file(kDram, kDram, kSpatial, kPe), "m.yaml:3: target: DRAM has a second directive of loops"},
      {file(kDram, kSram, kSpatial, with("temporal", "PE", "factors: K=32, keep: [A]")),
       "m.yaml:5: keep has no effect on a directive of loops"},
      {file(kDram, kSram, kSpatial, with("temporal", "PE", "factors: M=16 K=32")),
       "m.yaml:5: a tile of m=512, the factors below the SRAM; allowed: 1..256"},
      {file(kDram, kSram, kSpatial, kPe),
       "maps one product, and the model has 2: ", "mlp:64x64x64x64"},
      {file(kDram, kSram, kSpatial, kPe),
       "schedule.loop_order=kmn contradicts m.yaml:3: loops of 'out'",
       kModel,
       {{"schedule.loop_order", "kmn"}}},
      {file(kDram, kSram, kSpatial, kPe),
       "m=32: with compute.dataflow=ws m streams through the array",
       kModel,
       {{"compute.dataflow", "ws"}}},
      {file(kDram, kSram, kSpatial, kPe),
       "spatial factors of 1024 together; allowed with",
       kModel,
       {{"compute.dataflow", "simd"}, {"compute.macs_per_cycle", "512"}}}};
  for (const Case& one : cases) {
    EXPECT_THAT(refused(one.model, one.text, one.settings), HasSubstr(one.message)) << one.text;
  }
}

}  // namespace
}  // namespace tilewave
