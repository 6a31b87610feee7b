// Our own mappings: printed and read again they are equal, on all machines; what is wrong is one line.
#include "sim/mapping/native_mapping.h"

#include <filesystem>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "sim/config/reader.h"
#include "tests/sim/mapping/mappings.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using test::config_with;
using test::mapping_text;
using test::program_text;
using test::refused;
using test::Settings;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kHead = "schema: tilewave-mapping\nversion: 1\n";

/// Mapping to program to mapping, through the text, for a config and the bare machine of it.
void expect_round_trip(const Graph& graph, const Config& config) {
  const std::string text = mapping_text(graph, config);
  Config mapped = config;
  mapped.mapping = parse_mapping(text, "m.yaml");
  EXPECT_EQ(mapping_text(graph, mapped), text);
  EXPECT_EQ(program_text(graph, mapped), program_text(graph, config));
}

TEST(NativeMapping, EveryShippedMachineComesBackEqual) {
  std::mt19937 random(5);
  for (const auto& entry : std::filesystem::directory_iterator(TILEWAVE_SOURCE_DIR "/configs")) {
    if (entry.path().extension() != ".ini") {
      continue;
    }
    const std::vector<SettingSource> sources = {read_config_file(entry.path().string())};
    const Config config = resolve_config(sources);
    SCOPED_TRACE(entry.path());
    for (const char* model : {"mlp:128x128x64x32x32", "gemm:130x270x190", "gemm:64x64x64:i8"}) {
      expect_round_trip(build_builtin(model), config);
    }
    expect_round_trip(test::random_network(random, 200, test::Operators::kAll), config);
  }
}

TEST(NativeMapping, RandomNetworksOnRandomMachinesComeBackEqual) {
  std::mt19937 random(6);
  const auto any = [&](std::vector<const char*> list) { return list[random() % list.size()]; };
  for (int i = 0; i < 120; ++i) {
    const Settings settings = {
        {"sram.size", any({"13KiB", "14KiB", "20KiB", "64KiB", "256KiB"})},
        {"sram.banks", "2"},
        {"schedule.loop_order", any({"auto", "mnk", "mkn", "nmk", "nkm", "kmn", "knm"})},
        {"schedule.eviction", any({"lru", "belady"})},
        {"schedule.buffering", any({"single", "tagged", "pingpong"})},
        {"schedule.forwarding", any({"on", "on", "off"})},
        {"dma.engines", any({"split", "shared"})},
        {"sequencer.queue_depth", any({"1", "16"})},
        {"dram.bandwidth", any({"4GB/s", "25.6GB/s"})}};
    const Graph graph = test::random_network(random, 160, test::Operators::kAll);
    SCOPED_TRACE(to_text(graph));
    expect_round_trip(graph, make_config(settings));
  }
}

TEST(NativeMapping, WhatItDoesNotSayIsChosen) {
  const Graph graph = build_builtin("mlp:128x128x64x32x32");
  const Config bare = make_config();
  EXPECT_EQ(program_text(graph, config_with(kHead)), program_text(graph, bare));
  const std::string part = kHead + "operators:\n  - {name: a1, loops: {inner: kmn}}\n";
  const std::string whole = mapping_text(graph, config_with(part));
  EXPECT_THAT(whole, HasSubstr("loops: {inner: kmn}"));
  EXPECT_NE(whole, mapping_text(graph, bare));
}

TEST(NativeMapping, ARunWithOneIsVerifiedAndSaysSo) {
  const Graph graph = build_builtin("mlp:128x128x64x32x32");
  const Config config =
      config_with(kHead +
                  "residency: {eviction: lru}\n"
                  "operators:\n  - {name: a1, tile: {m: 16, n: 16, k: 16}, result: dram}\n");
  const RunOutcome outcome = run_work(compile_work(graph, config), config);
  EXPECT_TRUE(outcome.passed());
  EXPECT_EQ(outcome.compile.tile, (TileShape{16, 16, 16}));
  EXPECT_EQ(outcome.config.tile_keys, (TileShape{16, 16, 16}));
  EXPECT_EQ(outcome.config.schedule.eviction, Eviction::kLru);
}

TEST(NativeMapping, KeysThatContradictAreRefused) {
  const std::string model = "gemm:128x128x128";
  const std::string mapping =
      kHead +
      "residency:\n  eviction: belady\n  buffering: pingpong\n  lookahead: 9\n"
      "  forwarding: on\nedges: real\noperators:\n  - name: out\n"
      "    tile: {m: 32, n: 16, k: 32}\n    loops: {inner: kmn}\n";
  EXPECT_EQ(refused(model, mapping, {{"tile.n", "64"}}),
            "settings: tile.n=64 contradicts m.yaml:11: a tile of m=32, n=16, k=32; allowed: one "
            "of the two, or the same in both");
  const std::vector<std::pair<KeyValue, std::string>> cases = {
      {{"tile.edges", "padded"}, "m.yaml:8: edges: real"},
      {{"schedule.eviction", "lru"}, "m.yaml:4: eviction: belady"},
      {{"schedule.buffering", "single"}, "m.yaml:5: buffering: pingpong"},
      {{"schedule.lookahead", "10"}, "m.yaml:6: lookahead: 9"},
      {{"schedule.forwarding", "off"}, "m.yaml:7: forwarding: on"},
      {{"schedule.loop_order", "mnk"}, "m.yaml:12: loops of 'out', kmn"}};
  for (const auto& [setting, said] : cases) {
    EXPECT_THAT(refused(model, mapping, {setting}),
                HasSubstr(setting.key + "=" + setting.value + " contradicts " + said));
  }
  EXPECT_EQ(refused(model, mapping,
                    {{"tile.m", "32"},
                     {"tile.n", "auto"},
                     {"schedule.loop_order", "kmn"},
                     {"schedule.lookahead", "9"}}),
            "");
}

TEST(NativeMapping, WhatIsWrongIsNamedWithItsLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"schema: tilewave-run\nversion: 1\n",
       "m.yaml:1: schema: tilewave-run; allowed: tilewave-mapping"},
      {"schema: tilewave-mapping\n", "m.yaml:1: has no version"},
      {"schema: tilewave-mapping\nversion: 2\n",
       "m.yaml:2: version: 2 is out of range; allowed: 1..1"},
      {kHead + "operator: []\n",
       "m.yaml:3: unknown key 'operator'; did you mean 'operators'?; allowed: "},
      {kHead + "edges: reel\n",
       "m.yaml:3: edges: reel is not a choice; did you mean 'real'?; allowed: real, padded"},
      {kHead + "fusion: {bias: on}\n", "m.yaml:3: fusion has no joined"},
      {kHead + "residency: {lookahead: nan}\n", "m.yaml:3: lookahead: nan"},
      {kHead + "residency: {lookahead: -1}\n", "m.yaml:3: lookahead: -1"},
      {kHead + "operators: {name: out}\n", "m.yaml:3: operators is a mapping; allowed: a list"},
      {kHead + "operators:\n  - {name: out}\n  - {name: out}\n", "m.yaml:5: 'out' is named twice"},
      {kHead + "operators:\n  - {name: out, tile: {m: 0, n: 32, k: 32}}\n",
       "m.yaml:4: m: 0 is out of range; allowed: 1..256"},
      {kHead + "operators:\n  - {name: out, tile: {m: 32, n: 32, k: 1e3}}\n", "m.yaml:4: k: 1e3"},
      {kHead + "operators:\n  - {name: out, tile: {m: 32, n: 32}}\n", "m.yaml:4: tile has no k"},
      {kHead + "operators:\n  - {name: out, loops: {inner: mmk}}\n",
       "m.yaml:4: inner: mmk is not a choice"},
      {kHead + "operators:\n  - {name: out, loops: {inner: mnk, walk: forward}}\n",
       "m.yaml:4: walk has no effect without parts"},
      {kHead + "operators:\n  - {name: out, loops: {inner: mnk, parts: {m: 1, n: 2, k: 1}}}\n",
       "m.yaml:4: loops with parts have no outer"},
      {kHead + "operators:\n  - {name: out, result: [sram]}\n",
       "m.yaml:4: result is a list; allowed: a text"},
      {kHead + "operators:\n  - {name: out, extents: {m: 64, n: 64, k: 1}}\n",
       "m.yaml:4: extents of 'out' are m=64, n=64, k=1; those of the model are m=64, n=64, k=64"}};
  for (const auto& [mapping, message] : cases) {
    EXPECT_THAT(refused("gemm:64x64x64", mapping), StartsWith(message)) << mapping;
  }
  EXPECT_EQ(test::error_of([] { parse_mapping("a: 1\n", "m.yaml"); }),
            "m.yaml:1: is no mapping; allowed: schema: tilewave-mapping, Timeloop's list of "
            "targets, or ZigZag's list of layers");
}

}  // namespace
}  // namespace tilewave
