// Mappings: what a compilation decided gives the same program again, and each of their parts changes it.
#include "compiler/schedule/mapping.h"

#include <algorithm>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/lowering/tiling.h"
#include "compiler/program/forms/program_binary.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/support/error_of.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::byte> program_of(CompiledSchedule compiled) {
  const Program program =
      build_program(compiled.fused, compiled.fitting.uops, std::move(compiled.fitting.schedule));
  verify_program(program);
  return to_binary(program);
}

CompiledSchedule compile(const Graph& graph, const Tiling& tile, const ScheduleOptions& options,
                         const Mapping& mapping) {
  return compile_mapped(graph, mapped_tiling(mapping, tile), mapped_options(mapping, options),
                        mapping);
}

/// Neither tile nor scheduler of the options that a mapping is applied to have a say.
ScheduleOptions other_choices(const ScheduleOptions& machine) {
  ScheduleOptions other = machine;
  other.eviction = Eviction::kLru;
  other.buffering = Buffering::kTagged;
  other.loop_order = LoopOrder::kNkm;
  other.forwarding = false;
  other.joins = Joins::kOff;
  other.lookahead = 3;
  return other;
}

void expect_round_trip(const Graph& graph, const Tiling& tile, const ScheduleOptions& options) {
  const CompiledSchedule direct = compile_to_fit(graph, tile, options);
  const Mapping mapping = mapping_of(direct);
  const CompiledSchedule again = compile(graph, {7, 7, 7}, other_choices(options), mapping);
  EXPECT_EQ(to_text(mapping_of(again)), to_text(mapping));
  EXPECT_EQ(to_text(again.fused), to_text(direct.fused));
  EXPECT_EQ(program_of(again), program_of(direct));
}

std::uint64_t largest_step(const Graph& graph, const Tiling& tile, const ScheduleOptions& options) {
  const Graph fused = fuse_to_fit(graph, tile, options);
  const std::vector<TileExtent> tiles = tensor_tiles(fused, tile);
  std::uint64_t most = 0;
  for (const Operator& oper : fused.operators()) {
    most = std::max(most, step_bytes(fused, oper, tiles, tile.edges));
  }
  return most;
}

ScheduleOptions random_options(std::mt19937& random) {
  ScheduleOptions options;
  options.eviction = random() % 3 == 0 ? Eviction::kLru : Eviction::kBelady;
  options.buffering = static_cast<Buffering>(random() % 3);
  options.forwarding = random() % 4 != 0;
  options.joins = static_cast<Joins>(random() % 3);
  options.lookahead = static_cast<std::uint32_t>(random() % 3 == 0 ? random() % 20 : 128);
  options.store_delay = static_cast<std::uint32_t>(random() % 3);
  if (random() % 2 == 0) {
    options.loop_order = test::kLoopOrders[random() % 6];
  }
  return options;
}

TEST(Mapping, RandomNetworksAndSchedulersComeBackEqual) {
  std::mt19937 random(41);
  for (int i = 0; i < 400; ++i) {
    const Graph graph = i % 3 == 0   ? test::random_typed_network(random, 200)
                        : i % 3 == 1 ? test::random_mixed_network(random, 200)
                        : i % 2 == 0 ? test::random_network(random, 200, test::Operators::kAll)
                                     : test::random_network(random, 200, test::Operators::kViews);
    ScheduleOptions options = random_options(random);
    const auto edge = static_cast<std::uint32_t>(8 + random() % 40);
    Tiling tile(edge, edge, edge);
    tile.edges = i % 5 == 0 && i % 3 == 1 ? TileEdges::kPadded : TileEdges::kReal;
    const std::uint64_t least = largest_step(graph, tile, options);
    options.sram_bytes = random() % 3 == 0 ? least : least * (1 + random() % 12);
    SCOPED_TRACE(std::to_string(i) + "\n" + to_text(graph));
    expect_round_trip(graph, tile, options);
  }
}

TEST(Mapping, EveryLoopOrderInTightSramsComesBackEqual) {
  const Graph graph = build_builtin("mlp:70x90x110x50");
  for (const LoopOrder order : test::kLoopOrders) {
    for (const std::uint64_t kib : {12, 13, 16, 24, 64, 256}) {
      ScheduleOptions options;
      options.sram_bytes = kib * 1024;
      options.loop_order = order;
      SCOPED_TRACE(std::string(to_string(order)) + " in " + std::to_string(kib) + " KiB");
      expect_round_trip(graph, {}, options);
    }
  }
}

/// Blocks of rows, with halves beside a vector unit of its own, and parts of the keys in a small SRAM.
TEST(Mapping, BlocksOfRowsComeBackEqual) {
  const Graph graph = parse_graph(
      "input q 256x32\ninput k 256x32\ninput v 256x32\ns = matmul q k transposed=b\n"
      "m = reduce+max+columns s\ne = sub+exp s m\nl = reduce+sum+columns e\np = div e l\n"
      "y = matmul p v\noutput y\n",
      "g");
  ScheduleOptions options;
  for (const std::uint64_t sram_bytes : {48U * 1024, 160U * 1024}) {
    for (const bool own : {false, true}) {
      options.sram_bytes = sram_bytes;
      options.costs.own_vector_unit = own;
      const CompiledSchedule compiled = compile_to_fit(graph, {}, options);
      EXPECT_FALSE(compiled.fitting.plan.blocks.empty()) << sram_bytes;
      EXPECT_EQ(compiled.fusion.running.empty(), sram_bytes > 64U * 1024);
      expect_round_trip(graph, {}, options);
    }
  }
}

TEST(Mapping, RandomNestsAreTaken) {
  std::mt19937 random(42);
  for (int i = 0; i < 100; ++i) {
    const Graph graph = build_builtin("gemm:200x170x130");  // 7 x 6 x 5 tiles (m, k, n)
    Mapping mapping;
    mapping.file = "m.yaml";
    const LoopNest nest = test::random_nest(random, {7, 5, 6});
    mapping.operators.push_back({.name = {"out"}, .loops = Stated<LoopNest>{nest, 4}});
    ScheduleOptions options;
    options.sram_bytes = 512 * 1024;
    const CompiledSchedule compiled = compile(graph, {}, options, mapping);
    EXPECT_EQ(compiled.fitting.plan.nests[0], nest);
    EXPECT_EQ(program_of(compile(graph, {}, options, mapping_of(compiled))), program_of(compiled));
  }
}

std::uint64_t stores_of(const CompiledSchedule& compiled, const char* tensor) {
  const TensorId id = *compiled.fused.find(tensor);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(compiled.fitting.schedule.ops,
                            [&](const Op& op) { return is_store(op) && op.region == id; }));
}

TEST(Mapping, AResultGoesToDramIfItSays) {
  const Graph graph = build_builtin("mlp:64x64x64x64");
  const CompiledSchedule kept = compile_to_fit(graph, {}, {});
  ASSERT_EQ(stores_of(kept, "a1"), 0U);
  Mapping mapping = mapping_of(kept);
  mapping.file = "m.yaml";
  ASSERT_TRUE(mapping.operators[0].kept);
  mapping.operators[0].kept->value = false;
  const CompiledSchedule stored = compile(graph, {}, {}, mapping);
  EXPECT_EQ(stores_of(stored, "a1"), 4U);  // 2 x 2 tiles
  EXPECT_EQ(stored.fitting.schedule.stats.loads, kept.fitting.schedule.stats.loads + 4);
  EXPECT_THAT(to_text(mapping_of(stored)), HasSubstr("result: dram"));
  EXPECT_EQ(program_of(compile(graph, {}, {}, mapping_of(stored))), program_of(stored));
}

TEST(Mapping, RandomResultsInDramComeBackEqual) {
  std::mt19937 random(43);
  for (int i = 0; i < 150; ++i) {
    const Graph graph = test::random_network(random, 150, test::Operators::kAll);
    ScheduleOptions options;
    options.sram_bytes = (14 + random() % 40) * 1024;
    Mapping mapping = mapping_of(compile_to_fit(graph, {}, options));
    mapping.file = "m.yaml";
    for (OperatorMapping& stated : mapping.operators) {
      if (stated.kept) {
        stated.kept->value = random() % 2 == 0;
      }
    }
    SCOPED_TRACE(to_text(graph) + to_text(mapping));
    try {
      const CompiledSchedule compiled = compile(graph, {}, options, mapping);
      EXPECT_EQ(to_text(mapping_of(compiled)), to_text(mapping));
      EXPECT_EQ(program_of(compile(graph, {}, options, mapping_of(compiled))),
                program_of(compiled));
    } catch (const OutOfSram&) {
      // Another order of evictions may leave holes that are too small.
    }
  }
}

constexpr const char* kResidual =
    "input x 64x64\nparam w 64x64\nh = matmul x w\ny = add h x\noutput y\n";

TEST(Mapping, AProductIsJoinedIfItSays) {
  const Graph graph = parse_graph(kResidual, "g");
  EXPECT_EQ(compile_to_fit(graph, {}, {}).fused.operators().size(), 2U);
  Mapping mapping;
  mapping.file = "m.yaml";
  mapping.fusion = FusionMapping{true, {{"h", 5}}};
  const CompiledSchedule joined = compile(graph, {}, {}, mapping);
  EXPECT_EQ(joined.fused.operators().size(), 1U);
  EXPECT_THAT(to_text(mapping_of(joined)), HasSubstr("joined: [h]"));
  mapping.fusion->joined = {{"y", 6}};
  EXPECT_EQ(error_of([&] { compile(graph, {}, {}, mapping); }),
            "m.yaml:6: joined: 'y' is no product that a map of it and another whole tensor "
            "follows alone");
}

TEST(Mapping, NamesThatYamlWouldReadOtherwiseAreQuoted) {
  Mapping mapping;
  for (const char* name : {"a", "On", "n", "x:0", "block/y.1"}) {
    mapping.operators.push_back({.name = {name}});
  }
  EXPECT_THAT(to_text(mapping), ::testing::EndsWith("operators:\n  - name: a\n  - name: \"On\"\n"
                                                    "  - name: \"n\"\n  - name: \"x:0\"\n"
                                                    "  - name: block/y.1\n"));
}

/// What is said of a mapping of `graph` with this one operator.
std::string refused(OperatorMapping stated, const std::string& graph = "mlp:64x64x64",
                    std::uint64_t sram_bytes = 64 * 1024) {
  Mapping mapping;
  mapping.file = "m.yaml";
  mapping.operators.push_back(std::move(stated));
  ScheduleOptions options;
  options.sram_bytes = sram_bytes;
  return error_of([&] { compile(build_builtin(graph), {}, options, mapping); });
}

TEST(Mapping, WhatDoesNotSuitTheModelIsRefused) {
  EXPECT_EQ(refused({.name = {"outt", 3}}),
            "m.yaml:3: no operator yields 'outt'; did you mean 'out'?; allowed: the operators that "
            "--dump graph shows");
  EXPECT_THAT(refused({.name = {"h1", 3}}, "mlp:64x64x64x64"),
              StartsWith("m.yaml:3: operator 'h1' is part of another one after fusion"));
  EXPECT_EQ(refused({.name = {"out", 3},
                     .extents = Stated<std::array<std::uint64_t, 3>>{{64, 64, 32}, 4}}),
            "m.yaml:4: extents of 'out' are m=64, n=64, k=32; those of the model are m=64, n=64, "
            "k=64");
  EXPECT_EQ(refused({.name = {"out", 3}, .tile = Stated<TileShape>{{32, 257, 32}, 5}}),
            "m.yaml:5: tile of 'out': m=32, n=257, k=32 is out of range; allowed: 1..256");
  const LoopNest nest{LoopOrder::kMnk, {1, 1, 3}, LoopOrder::kMnk, true};
  EXPECT_EQ(refused({.name = {"out", 3}, .loops = Stated<LoopNest>{nest, 6}}),
            "m.yaml:6: loops of 'out': 3 parts of k; allowed: 1..2, its tiles");
  EXPECT_EQ(refused({.name = {"out", 3}, .kept = Stated<bool>{true, 7}}),
            "m.yaml:7: result of 'out': sram has no effect: nobody uses it");
}

TEST(Mapping, WhatDoesNotFitIsRefusedWithItsLine) {
  EXPECT_THAT(refused({.name = {"out", 3}, .tile = Stated<TileShape>{{256, 256, 256}, 5}},
                      "gemm:512x512x512"),
              StartsWith("m.yaml:5: tile of 'out', m=256, n=256, k=256, does not fit: graph "));
  EXPECT_THAT(
      refused({.name = {"a1", 3}, .tile = Stated<TileShape>{{32, 32, 16}, 5}}, "mlp:64x64x64x64"),
      StartsWith("m.yaml:5: tile of 'a1', m=32, n=32, k=16, does not suit the model: graph "));
  LoopNest nest;
  nest.inner = LoopOrder::kKmn;
  EXPECT_THAT(refused({.name = {"out", 3}, .loops = Stated<LoopNest>{nest, 6}}, "gemm:512x512x512"),
              StartsWith("m.yaml:6: loops of 'out', kmn, do not fit: graph "));
}

TEST(Mapping, PartsThatExcludeEachOtherAreRefused) {
  Mapping mapping;
  mapping.file = "m.yaml";
  mapping.places = {Places::kApart, 4};
  EXPECT_EQ(error_of([&] { mapped_options(mapping, {}); }),
            "m.yaml:4: places: apart, with buffering: pingpong and forwarding: on; allowed with "
            "buffering: single or tagged, and forwarding: off");
  mapping.places.reset();
  mapping.buffering = {Buffering::kSingle, 5};
  mapping.lookahead = {7, 6};
  EXPECT_EQ(error_of([&] { mapped_options(mapping, {}); }),
            "m.yaml:6: lookahead: 7 has no effect with buffering: single; allowed with pingpong");
  Mapping tiles;
  tiles.file = "m.yaml";
  tiles.operators.push_back({.name = {"a"}, .tile = Stated<TileShape>{{32, 32, 32}, 2}});
  tiles.operators.push_back({.name = {"b"}, .tile = Stated<TileShape>{{32, 32, 16}, 3}});
  EXPECT_EQ(error_of([&] { mapped_tiling(tiles, {}); }),
            "m.yaml:3: tile of 'b': m=32, n=32, k=16, but 'a' in line 2 has m=32, n=32, k=32; a "
            "program has tiles of one size so far");
}

}  // namespace
}  // namespace tilewave
