// The static scheduler: golden figures, what it does on networks small enough to say so, and what
// it says when no SRAM is left. What must hold for every network is schedule_properties_test.cpp.
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "compiler/lowering/lower.h"
#include "compiler/program/forms/program_canonical.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/schedule/schedule.h"
#include "tests/compiler/program/program_samples.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTileBytes = 4096;
constexpr std::uint64_t kThreeTiles = 3 * kTileBytes;

using test::baseline;

Graph golden_network() { return build_builtin("mlp:128x128x64x32x32"); }

std::string first_lines(const std::string& text, int lines) {
  std::size_t end = 0;
  for (int i = 0; i < lines; ++i) {
    end = text.find('\n', end) + 1;
  }
  return text.substr(0, end);
}

TEST(Scheduler, GoldenFigures) {
  const test::Compiled golden = test::compile(golden_network(), baseline());
  EXPECT_EQ(golden.stats.uops, 148U);
  EXPECT_EQ(golden.program.ops.size(), 99U);  // 39 + 44 + 16
  EXPECT_EQ(golden.stats.loads, 39U);
  EXPECT_EQ(golden.stats.loads_eliminated, 49U);  // 88 − 39
  EXPECT_EQ(golden.stats.executes, 44U);          // 4·2·4 + 4·1·2 + 4·1·1
  EXPECT_EQ(golden.stats.stores, 16U);            // 4·2 + 4 + 4
  EXPECT_EQ(golden.stats.evictions, 0U);
  EXPECT_EQ(golden.stats.peak_sram_bytes, 53248U);  // 13 tiles
  EXPECT_EQ(golden.stats.final_live_bytes, 0U);
  EXPECT_EQ(golden.program.sram_bytes, 53248U);
}

TEST(Scheduler, GoldenFirstOps) {
  EXPECT_EQ(first_lines(canonical_text(test::compile(golden_network(), baseline()).program), 6),
            "L x 0 0 0 4096 -\n"
            "L w1 0 0 4096 4096 -\n"
            "E 0 0 0 0 4096 8192 -\n"
            "L x 0 1 12288 4096 -\n"
            "L w1 1 0 16384 4096 -\n"
            "E 0 0 1 12288 16384 8192 -\n");
}

TEST(Scheduler, TagsFollowTheReductionStep) {
  ScheduleOptions options = baseline();
  options.buffering = Buffering::kTagged;
  const test::Compiled tagged = test::compile(golden_network(), options);
  for (const Op& op : tagged.program.ops) {
    const BufferTag expected = op.opcode == Opcode::kStore ? BufferTag::kNone
                               : op.opcode == Opcode::kMatmul
                                   ? (op.step % 2 == 0 ? BufferTag::kPing : BufferTag::kPong)
                                   : op.tag;
    ASSERT_EQ(op.tag, expected) << op_text(tagged.program, op);
    ASSERT_EQ(op.tag == BufferTag::kNone, op.opcode == Opcode::kStore);
  }
  Program untagged = tagged.program;
  for (Op& op : untagged.ops) {
    op.tag = BufferTag::kNone;
  }
  EXPECT_EQ(untagged, test::compile(golden_network(), baseline()).program);
}

/// The ops without addresses, sorted.
std::vector<std::tuple<Opcode, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> sorted(
    const Program& program) {
  std::vector<std::tuple<Opcode, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> ops;
  for (const Op& op : program.ops) {
    ops.emplace_back(op.opcode, op.region, op.row, op.col, op.step);
  }
  std::ranges::sort(ops);
  return ops;
}

TEST(Scheduler, PingPongDoesTheSameElsewhereAndEarlierWhereNothingIsEvicted) {
  ScheduleOptions options = baseline();
  options.buffering = Buffering::kPingPong;
  const Program spread = test::compile(golden_network(), options).program;
  const Program packed = test::compile(golden_network(), baseline()).program;
  EXPECT_GT(spread.sram_bytes, packed.sram_bytes);
  EXPECT_EQ(sorted(spread), sorted(packed));
}

/// The most LOADs that come before an EXECUTE and belong to a later one, of a stream of two each.
int most_ahead(const Program& program) {
  int loads = 0;
  int steps = 0;
  int most = 0;
  for (const Op& op : program.ops) {
    loads += op.opcode == Opcode::kLoad ? 1 : 0;
    if (op.opcode == Opcode::kMatmul) {
      most = std::max(most, loads - 2 * ++steps);
    }
  }
  return most;
}

TEST(Scheduler, PingPongSendsLoadsAheadWithinItsLimits) {
  // A stream of tiles used once, two per step, 320 cycles of DRAM beside 32 of the array.
  const Graph graph = build_builtin("gemm:32x2048x32");
  const auto ahead = [&](const ScheduleOptions& options) {
    return most_ahead(test::compile(graph, options).program);
  };
  // Loads are sent until 64 / 16 = 4 tiles are on their way, so that the last of them may be a
  // fifth; two are the step's own.
  ScheduleOptions options{.sram_bytes = 64 * kTileBytes};
  EXPECT_EQ(ahead(options), 3);
  options.loads_ahead = 2;
  EXPECT_EQ(ahead(options), 2);
  options.loads_ahead = 64;
  options.lookahead = 1;
  EXPECT_EQ(ahead(options), 2);
  options.lookahead = 0;
  EXPECT_EQ(ahead(options), 0);
  // The step is longer than its loads: as many as may be ahead, twice 4, of which one is its own.
  options.lookahead = 128;
  options.costs.step_cycles = 1000;
  EXPECT_EQ(ahead(options), 7);
  options.sram_bytes = 256 * kTileBytes;  // twice 16
  EXPECT_EQ(ahead(options), 31);
  options.loads_ahead = 10;
  EXPECT_EQ(ahead(options), 9);
  options.buffering = Buffering::kSingle;
  EXPECT_EQ(ahead(options), 0);
}

TEST(Scheduler, PingPongLoadsBesideTheStepBefore) {
  // In room for ten, no load lands where the step before it works.
  const Program program =
      test::compile(build_builtin("gemm:32x640x32"), {.sram_bytes = 10 * kTileBytes}).program;
  const Op* step = nullptr;
  for (const Op& op : program.ops) {
    if (op.opcode == Opcode::kLoad && step != nullptr) {
      ASSERT_TRUE(op.dst != step->a && op.dst != step->b) << op_text(program, op);
    }
    step = op.opcode == Opcode::kMatmul ? &op : step;
  }
}

TEST(Scheduler, StoresSinkByTheirDelay) {
  // One step per output tile: without a delay each store follows its step, with one of two steps it
  // comes two steps later.
  const Graph graph = build_builtin("gemm:256x32x32");
  ScheduleOptions options = baseline();
  const auto steps_behind = [&](std::uint32_t delay) {
    options.store_delay = delay;
    std::vector<int> behind;
    int steps = 0;
    int stores = 0;
    for (const Op& op : test::compile(graph, options).program.ops) {
      steps += op.opcode == Opcode::kMatmul ? 1 : 0;
      if (op.opcode == Opcode::kStore) {
        behind.push_back(steps - ++stores);
      }
    }
    return behind;
  };
  EXPECT_EQ(steps_behind(0), std::vector<int>(8, 0));
  EXPECT_EQ(steps_behind(2), (std::vector<int>{2, 2, 2, 2, 2, 2, 1, 0}));
}

TEST(Scheduler, PutsTensorsOnDramPages) {
  const Tiling padded{{8, 8, 8}, TileEdges::kPadded};
  const Program program = test::compile(build_builtin("gemm:33x70x5"), {}, padded).program;
  ASSERT_EQ(program.tensors.size(), 3U);
  EXPECT_EQ(program.tensors[0].stored, (Shape{40, 72}));
  EXPECT_EQ(program.tensors[0].dram_base, 0U);
  EXPECT_EQ(program.tensors[1].dram_base, 12288U);  // 40·72·4 = 11520 → 3 · 4096
  EXPECT_EQ(program.tensors[2].dram_base, 16384U);  // + 72·8·4 = 2304 → 4096
}

/// One tile each of x, w, h and y.
Graph residual() {
  return parse_graph("input x 32x32\nparam w 32x32\nh = matmul x w\ny = add h x\noutput y\n", "g");
}

TEST(Scheduler, FreesOperandsAfterTheirLastUse) {
  // w is used again by nobody, x by the add.
  const test::Compiled compiled = test::compile(residual(), baseline());
  EXPECT_EQ(compiled.stats.peak_sram_bytes, kThreeTiles);
  EXPECT_EQ(compiled.stats.loads, 3U);  // x, w, h
  EXPECT_EQ(compiled.stats.loads_eliminated, 1U);
}

TEST(Scheduler, ForwardsATileToItsUser) {
  ScheduleOptions options = baseline();
  options.forwarding = true;
  const test::Compiled compiled = test::compile(residual(), options);
  EXPECT_EQ(compiled.stats.peak_sram_bytes, kThreeTiles);
  EXPECT_EQ(compiled.stats.loads, 2U);             // x, w
  EXPECT_EQ(compiled.stats.loads_eliminated, 2U);  // h, x
  EXPECT_EQ(compiled.stats.stores, 1U);            // y
}

TEST(Scheduler, AForwardedResultIsStoredToo) {
  ScheduleOptions options = baseline();
  options.forwarding = true;
  const Graph graph =
      parse_graph("input x 32x32\nparam w 32x32\nh = matmul x w\ny = add h x\noutput h y\n", "g");
  const test::Compiled compiled = test::compile(graph, options);
  EXPECT_EQ(compiled.stats.loads, 2U);
  EXPECT_EQ(compiled.stats.stores, 2U);
}

TEST(Scheduler, StoresAForwardedTileThatHasToGoAsSoonAsItIsComplete) {
  // Four tiles hold x, a tile of w, and two of h: of the four of h two have to go.
  const Graph graph = parse_graph(
      "input x 32x32\nparam w 32x128\nh = matmul x w\nparam v 128x32\ny = matmul h v\noutput y\n",
      "g");
  ScheduleOptions options = baseline(4 * kTileBytes);
  options.eviction = Eviction::kBelady;
  options.forwarding = true;
  const test::Compiled compiled = test::compile(graph, options);
  EXPECT_EQ(compiled.stats.stores, 3U);  // and y
  const Op* before = nullptr;
  for (const Op& op : compiled.program.ops) {
    if (op.opcode == Opcode::kStore) {
      ASSERT_EQ(before->opcode, Opcode::kMatmul) << op_text(compiled.program, op);
      ASSERT_EQ(before->region, op.region);
      ASSERT_EQ(before->col, op.col);
    }
    before = &op;
  }
}

TEST(Scheduler, TakesOneTileAsBothOperands) {
  const Graph graph = parse_graph("input x 32x32\ny = matmul x x\ns = add y y\noutput y s\n", "g");
  ScheduleOptions options = baseline(2 * kTileBytes);
  EXPECT_EQ(test::compile(graph, options).stats.loads, 2U);  // x, y
  EXPECT_EQ(test::compile(graph, options).stats.loads_eliminated, 2U);
  options.forwarding = true;
  EXPECT_EQ(test::compile(graph, options).stats.loads, 1U);
  EXPECT_EQ(test::compile(graph, options).stats.loads_eliminated, 3U);
  // As the product's expression it reads the sum in place: x alone is loaded, for the matmul.
  const Graph joined = parse_graph("input x 32x32\ny = matmul x x\ns = add y y\noutput s\n", "g");
  EXPECT_EQ(test::compile(joined, options).stats.loads, 1U);
  EXPECT_EQ(test::compile(joined, options).stats.loads_eliminated, 1U);
}

TEST(Scheduler, SaysWhatLivesWhereWhenSramIsOut) {
  const auto schedule = [](std::uint64_t sram_bytes) {
    const Graph fused = fuse(golden_network());
    const UopList uops = lower(fused, {});
    schedule_uops({fused, uops, baseline(sram_bytes)});
  };
  EXPECT_EQ(test::message_of([&] { schedule(8192); }),
            "graph 'mlp': no SRAM left for tile (0,0) of tensor 'a1': 8192 bytes, "
            "live: 0x0+4096 0x1000+4096; free: none");
  EXPECT_EQ(test::message_of([&] { schedule(12287); }),
            "graph 'mlp': no SRAM left for tile (0,0) of tensor 'a1': 12287 bytes, "
            "live: 0x0+4096 0x1000+4096; free: 0x2000+4095");
  EXPECT_EQ(test::message_of([] { test::compile(golden_network(), baseline(12288)); }), "accepted");
}

TEST(Scheduler, GivesUpAScheduleThatLoadsTooMuch) {
  const Graph fused = fuse(golden_network());
  const UopList uops = lower(fused, {});
  const ScheduleOptions options = baseline(4 * kTileBytes);
  const SchedulingProblem problem{fused, uops, options};
  const Schedule schedule = schedule_uops(problem);
  EXPECT_FALSE(schedule_with_fewer_loads(problem, schedule.stats.loads));
  EXPECT_FALSE(schedule_with_fewer_loads(problem, 0));
  const auto found = schedule_with_fewer_loads(problem, schedule.stats.loads + 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ops, schedule.ops);
}

TEST(Scheduler, IsDeterministic) {
  std::mt19937 random(5);
  for (int i = 0; i < 50; ++i) {
    const Graph graph = test::random_network(random, 200);
    for (const Eviction eviction : {Eviction::kLru, Eviction::kBelady}) {
      const ScheduleOptions options{.sram_bytes = 5 * kTileBytes, .eviction = eviction};
      ASSERT_EQ(test::compile(graph, options).program, test::compile(graph, options).program);
    }
  }
}

TEST(Scheduler, WithRoomEnoughEveryTileIsLoadedOnceAndOnlyResultsAreStored) {
  std::mt19937 random(8);
  for (int i = 0; i < 50; ++i) {
    const Graph graph = test::random_network(random, 200);
    const test::Compiled compiled = test::compile(graph, {.sram_bytes = 64 << 20});
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> loaded;
    for (const Op& op : compiled.program.ops) {
      if (op.opcode == Opcode::kLoad) {
        ASSERT_TRUE(loaded.insert({op.region, op.row, op.col}).second)
            << op_text(compiled.program, op);
        const TensorRole role = compiled.program.tensors[op.region].role;
        ASSERT_TRUE(role == TensorRole::kInput || role == TensorRole::kParameter)
            << op_text(compiled.program, op);
      } else if (op.opcode == Opcode::kStore) {
        ASSERT_EQ(compiled.program.tensors[op.region].role, TensorRole::kOutput);
      }
    }
    ASSERT_EQ(compiled.stats.evictions, 0U);
  }
}

}  // namespace
}  // namespace tilewave
