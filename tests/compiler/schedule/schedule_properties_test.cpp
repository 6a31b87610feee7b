// What must hold for every network, SRAM size, loop order and policy. Failures name the seed of the
// network: test::random_network(std::mt19937(seed), extent).
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/opcodes.h"
#include "compiler/schedule/schedule.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTileBytes = 4096;

Graph network(std::uint32_t seed, std::uint32_t extent) {
  std::mt19937 random(seed);
  return test::random_network(random, extent);
}

/// How often each tile of each tensor is stored.
std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, int> stores_of(
    const Program& program) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, int> stores;
  for (const Op& op : program.ops) {
    if (op.opcode == Opcode::kStore) {
      ++stores[{op.region, op.row, op.col}];
    }
  }
  return stores;
}

/// Beyond what the verifiers have proved: the statistics are right, no SRAM is leaked, nothing is
/// stored twice, and without forwarding every computed tile is stored.
void expect_sound(const test::Compiled& compiled, const ScheduleOptions& options) {
  const ScheduleStats& stats = compiled.stats;
  const Program& program = compiled.program;
  const VerifyReport report = verify_program(program);
  ASSERT_EQ(stats.final_live_bytes, 0U);
  ASSERT_LE(stats.peak_sram_bytes, options.sram_bytes);
  ASSERT_LE(program.sram_bytes, options.sram_bytes);
  ASSERT_EQ(report.peak_address, program.sram_bytes);
  ASSERT_EQ(stats.loads, report.loads);
  ASSERT_EQ(stats.executes, report.executes);
  ASSERT_EQ(stats.stores, report.stores);
  ASSERT_EQ(stats.loads + stats.loads_eliminated, compiled.load_uops);
  ASSERT_EQ(stats.loads + stats.executes + stats.stores, program.ops.size());

  std::uint64_t results = 0;
  std::uint64_t computed = 0;
  for (std::uint32_t id = 0; id < program.tensors.size(); ++id) {
    const TensorRole role = program.tensors[id].role;
    const std::uint64_t tiles = program.grid(id).tiles();
    results += role == TensorRole::kOutput ? tiles : 0;
    computed += role == TensorRole::kOutput || role == TensorRole::kIntermediate ? tiles : 0;
  }
  const auto stores = stores_of(program);
  ASSERT_GE(stores.size(), options.forwarding ? results : computed);
  ASSERT_LE(stores.size(), computed);
  for (const auto& [tile, times] : stores) {
    ASSERT_EQ(times, 1);
  }
}

TEST(ScheduleProperties, EveryNetworkInEverySramUnderEveryPolicyIsSound) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const Graph graph = network(seed, 200);
    SCOPED_TRACE("seed " + std::to_string(seed));
    bool evicted = true;
    for (std::uint64_t sram = 3 * kTileBytes; evicted; sram += kTileBytes) {
      evicted = false;
      for (const Eviction eviction : {Eviction::kLru, Eviction::kBelady}) {
        for (const Buffering buffering :
             {Buffering::kSingle, Buffering::kTagged, Buffering::kPingPong}) {
          for (const bool forwarding : {false, true}) {
            const ScheduleOptions options{.sram_bytes = sram,
                                          .eviction = eviction,
                                          .buffering = buffering,
                                          .forwarding = forwarding,
                                          .store_delay = seed % 2 == 0 ? 8U : 0U};
            const test::Compiled compiled = test::compile(graph, options);
            ASSERT_NO_FATAL_FAILURE(expect_sound(compiled, options)) << "SRAM " << sram;
            evicted |= compiled.stats.evictions > 0;
          }
        }
      }
    }
  }
}

/// A part on its whole's tiles is one of them: it is neither stored nor loaded.
TEST(ScheduleProperties, HeadsStayOnChip) {
  const Graph graph = parse_graph(
      "input x 64x128\nparam w 128x128\nq = matmul x w\nl = slice q 0:64 0:64\n"
      "r = slice q 0:64 64:128\na = relu l\nb = abs r\nc = concat+columns a b\n"
      "y = matmul c w\noutput y\n",
      "g");
  const test::Compiled compiled = test::compile(graph, {.sram_bytes = 256 * 1024});
  EXPECT_TRUE(compiled.program.windows.empty());
  for (const Op& op : compiled.program.ops) {
    if (moves_tile(op)) {
      EXPECT_NE(compiled.program.tensor(op).role, TensorRole::kIntermediate);
    }
  }
}

/// Other parts go through DRAM, each element of them once.
TEST(ScheduleProperties, OtherPartsAreStoredAndLoadedOnce) {
  const Graph graph =
      parse_graph("input x 64x128\nh = relu x\ns = slice h 8:40 8:72\ny = abs s\noutput y\n", "g");
  const test::Compiled compiled = test::compile(graph, {.sram_bytes = 256 * 1024});
  ASSERT_EQ(compiled.program.windows.size(), 1U);
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;
  for (const Op& op : compiled.program.ops) {
    if (moves_tile(op) && compiled.program.tensor(op).role == TensorRole::kIntermediate) {
      (is_load(op) ? loaded : stored) += compiled.program.tile_at(op).elements();
    }
  }
  EXPECT_EQ(stored, 64U * 128);
  EXPECT_EQ(loaded, 32U * 64);
}

TEST(ScheduleProperties, EveryLoopOrderIsSoundFromThreeTilesUp) {
  for (const char* model : {"gemm:128x128x128", "gemm:33x200x70", "gemm:300x40x40"}) {
    const Graph graph = build_builtin(model);
    for (int order = -1; order < 6; ++order) {
      for (std::uint64_t sram = 3 * kTileBytes; sram <= 64 * kTileBytes; sram += kTileBytes) {
        for (const Buffering buffering : {Buffering::kSingle, Buffering::kPingPong}) {
          ScheduleOptions options{.sram_bytes = sram, .buffering = buffering};
          if (order >= 0) {
            options.loop_order = test::kLoopOrders[order];
          }
          ASSERT_NO_FATAL_FAILURE(expect_sound(test::compile(graph, options), options))
              << model << " order " << order << " SRAM " << sram;
        }
      }
    }
  }
}

TEST(ScheduleProperties, EveryLoopOrderOfRandomNetworksIsSound) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const Graph graph = network(seed, 160);
    for (const LoopOrder order : test::kLoopOrders) {
      for (const std::uint64_t tiles : {3, 4, 7, 16}) {
        const ScheduleOptions options{
            .sram_bytes = tiles * kTileBytes, .loop_order = order, .forwarding = seed % 2 == 0};
        ASSERT_NO_FATAL_FAILURE(expect_sound(test::compile(graph, options), options))
            << "seed " << seed << " " << to_string(order) << " " << tiles << " tiles";
      }
    }
  }
}

struct Policy {
  Buffering buffering;
  bool forwarding;
};

class BeladyAndLru : public ::testing::TestWithParam<Policy> {};

TEST_P(BeladyAndLru, BeladyNeverLoadsMore) {
  std::uint64_t saved = 0;
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    const Graph graph = network(seed, 300);
    ScheduleOptions options{.sram_bytes = (3 + seed % 28) * kTileBytes,
                            .eviction = Eviction::kLru,
                            .buffering = GetParam().buffering,
                            .forwarding = GetParam().forwarding};
    if (seed % 2 == 0) {
      options.loop_order = test::kLoopOrders[seed / 2 % 6];
    }
    // It is a theorem about tiles of one size.
    const Tiling tile(TileShape{}, TileEdges::kPadded);
    const std::uint64_t lru = test::compile(graph, options, tile).stats.loads;
    options.eviction = Eviction::kBelady;
    const std::uint64_t belady = test::compile(graph, options, tile).stats.loads;
    EXPECT_LE(belady, lru) << "seed " << seed << ", " << options.sram_bytes / kTileBytes
                           << " tiles, "
                           << (options.loop_order ? to_string(*options.loop_order) : "auto");
    saved += lru - belady;
  }
  EXPECT_GT(saved, 1000U);  // the test is about something
}

INSTANTIATE_TEST_SUITE_P(
    Policies, BeladyAndLru,
    ::testing::Values(Policy{Buffering::kSingle, false}, Policy{Buffering::kSingle, true},
                      Policy{Buffering::kPingPong, false}, Policy{Buffering::kPingPong, true}),
    [](const auto& policy) {
      return std::string(policy.param.buffering == Buffering::kSingle ? "Single" : "PingPong") +
             (policy.param.forwarding ? "Forwarding" : "Stored");
    });

/// A perceptron without activations: program format 1 cannot forward through a fused ReLU.
Graph chain(const std::vector<std::uint64_t>& extents) {
  Graph graph("chain");
  TensorId last = graph.add_input("x", {extents[0], extents[1]});
  for (std::size_t i = 2; i < extents.size(); ++i) {
    const std::string number = std::to_string(i - 1);
    const TensorId weights = graph.add_parameter("w" + number, {extents[i - 1], extents[i]});
    last = graph.add_matmul("h" + number, last, weights);
  }
  graph.mark_output(last);
  return graph;
}

TEST(ScheduleProperties, TheDefaultMovesNoMoreThanTheBaseline) {
  // From 16 tiles on. In less the few tiles that loads ahead take are missing for others, and time
  // is what is gained.
  for (const std::vector<std::uint64_t>& extents :
       std::vector<std::vector<std::uint64_t>>{{256, 256, 256},
                                               {512, 512, 512},
                                               {1024, 64, 64},
                                               {64, 64, 1024},
                                               {64, 2048, 64},
                                               {1, 1024, 1024},
                                               {33, 1000, 65},
                                               {1000, 300, 700},
                                               {197, 768, 768},
                                               {128, 128, 64, 32, 32},
                                               {64, 256, 256, 256},
                                               {16, 512, 512, 10}}) {
    const Graph graph = chain(extents);
    for (const std::uint64_t kib : {64, 96, 128, 256, 512, 1024}) {
      for (const bool shared : {false, true}) {
        const ScheduleOptions options{.sram_bytes = kib * 1024, .store_delay = shared ? 8U : 0U};
        const ScheduleStats ours = test::compile(graph, options).stats;
        const ScheduleStats base = test::compile(graph, test::baseline(kib * 1024)).stats;
        EXPECT_LE(ours.loads + ours.stores, base.loads + base.stores)
            << to_text(graph) << kib << " KiB";
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
