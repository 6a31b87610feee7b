// The static scheduler: golden figures, what must hold for every network in every SRAM, and what it
// says when there is none left.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "compiler/builtins.h"
#include "compiler/graph_text.h"
#include "compiler/program_canonical.h"
#include "compiler/program_text.h"
#include "compiler/schedule.h"
#include "tests/compiler/program_samples.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTileBytes = 4096;
constexpr std::uint64_t kThreeTiles = 3 * kTileBytes;

/// tileflow's policies: what the golden figures stand for.
ScheduleOptions baseline(std::uint64_t sram_bytes = 256 * 1024) {
  return {sram_bytes, Eviction::kLru, Buffering::kSingle};
}

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
                                   ? (op.k % 2 == 0 ? BufferTag::kPing : BufferTag::kPong)
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

TEST(Scheduler, PingPongDiffersFromTheBaselineInAddressesOnlyWhereNothingIsEvicted) {
  ScheduleOptions options = baseline();
  options.buffering = Buffering::kPingPong;
  Program spread = test::compile(golden_network(), options).program;
  Program packed = test::compile(golden_network(), baseline()).program;
  EXPECT_GT(spread.sram_bytes, packed.sram_bytes);
  for (Program* program : {&spread, &packed}) {
    program->sram_bytes = 0;
    for (Op& op : program->ops) {
      op.a = op.b = op.dst = 0;
    }
  }
  EXPECT_EQ(spread, packed);
}

TEST(Scheduler, PingPongLoadsBesideTheStepBefore) {
  // A stream of tiles used once, in room for eight: no load lands where the step before it works.
  const Program program = test::compile(build_builtin("gemm:32x640x32"),
                                        {8 * kTileBytes, Eviction::kLru, Buffering::kPingPong})
                              .program;
  const Op* step = nullptr;
  for (const Op& op : program.ops) {
    if (op.opcode == Opcode::kLoad && step != nullptr) {
      ASSERT_TRUE(op.dst != step->a && op.dst != step->b) << op_text(program, op);
    }
    step = op.opcode == Opcode::kMatmul ? &op : step;
  }
}

TEST(Scheduler, PutsTensorsOnDramPages) {
  const Program program = test::compile(build_builtin("gemm:33x70x5"), {}, {8, 8, 8}).program;
  ASSERT_EQ(program.tensors.size(), 3U);
  EXPECT_EQ(program.tensors[0].padded, (Shape{40, 72}));
  EXPECT_EQ(program.tensors[0].dram_base, 0U);
  EXPECT_EQ(program.tensors[1].dram_base, 12288U);  // 40·72·4 = 11520 → 3 · 4096
  EXPECT_EQ(program.tensors[2].dram_base, 16384U);  // + 72·8·4 = 2304 → 4096
}

TEST(Scheduler, FreesOperandsAfterTheirLastUse) {
  // One tile each of x, w and out; w is used again by nobody, x by the add.
  const test::Compiled compiled = test::compile(
      parse_graph("input x 32x32\nparam w 32x32\nh = matmul x w\ny = add h x\noutput y\n", "g"),
      {});
  EXPECT_EQ(compiled.stats.peak_sram_bytes, kThreeTiles);
  EXPECT_EQ(compiled.stats.loads, 3U);  // x, w, h
  EXPECT_EQ(compiled.stats.loads_eliminated, 1U);
}

TEST(Scheduler, TakesOneTileAsBothOperands) {
  const test::Compiled compiled =
      test::compile(parse_graph("input x 32x32\ny = matmul x x\ns = add y y\noutput s\n", "g"),
                    baseline(2 * kTileBytes));
  EXPECT_EQ(compiled.stats.loads, 2U);
  EXPECT_EQ(compiled.stats.loads_eliminated, 2U);
}

TEST(Scheduler, SaysWhatLivesWhereWhenSramIsOut) {
  EXPECT_EQ(test::message_of([] { test::compile(golden_network(), baseline(8192)); }),
            "graph 'mlp': no SRAM left for tile (0,0) of tensor 'a1': 8192 bytes, "
            "live: 0x0+4096 0x1000+4096; free: none");
  EXPECT_EQ(test::message_of([] { test::compile(golden_network(), baseline(12287)); }),
            "graph 'mlp': no SRAM left for tile (0,0) of tensor 'a1': 12287 bytes, "
            "live: 0x0+4096 0x1000+4096; free: 0x2000+4095");
  EXPECT_EQ(test::message_of([] { test::compile(golden_network(), baseline(12288)); }), "accepted");
}

/// How often each tile of each tensor is stored.
std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, int> stores_of(
    const Program& program) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, int> stores;
  for (const Op& op : program.ops) {
    if (op.opcode == Opcode::kStore) {
      ++stores[{op.tensor, op.row, op.col}];
    }
  }
  return stores;
}

void expect_sound(const test::Compiled& compiled, std::uint64_t sram_bytes) {
  const ScheduleStats& stats = compiled.stats;
  const Program& program = compiled.program;
  const VerifyReport report = verify_program(program);
  ASSERT_EQ(stats.final_live_bytes, 0U);
  ASSERT_LE(stats.peak_sram_bytes, sram_bytes);
  ASSERT_LE(program.sram_bytes, sram_bytes);
  ASSERT_EQ(report.peak_address, program.sram_bytes);
  ASSERT_EQ(stats.loads, report.loads);
  ASSERT_EQ(stats.executes, report.executes);
  ASSERT_EQ(stats.stores, report.stores);
  ASSERT_EQ(stats.loads + stats.loads_eliminated, stats.uops - stats.executes - stats.stores);
  ASSERT_EQ(stats.loads + stats.executes + stats.stores, program.ops.size());

  std::uint64_t tiles = 0;
  for (std::uint32_t id = 0; id < program.tensors.size(); ++id) {
    const TensorRole role = program.tensors[id].role;
    const bool computed = role == TensorRole::kIntermediate || role == TensorRole::kOutput;
    tiles += computed ? program.grid(id).tiles() : 0;
  }
  const auto stores = stores_of(program);
  ASSERT_EQ(stores.size(), tiles);
  for (const auto& [tile, times] : stores) {
    ASSERT_EQ(times, 1);
  }
}

TEST(Scheduler, EveryNetworkInEverySramIsSound) {
  std::mt19937 random(20240608);
  for (int i = 0; i < 60; ++i) {
    const Graph graph = test::random_network(random, 200);
    SCOPED_TRACE(to_text(graph));
    bool evicted = true;
    for (std::uint64_t sram = kThreeTiles; evicted; sram += kTileBytes) {
      evicted = false;
      for (const Eviction eviction : {Eviction::kLru, Eviction::kBelady}) {
        for (const Buffering buffering :
             {Buffering::kSingle, Buffering::kTagged, Buffering::kPingPong}) {
          const ScheduleOptions options{sram, eviction, buffering};
          const test::Compiled compiled = test::compile(graph, options);
          ASSERT_NO_FATAL_FAILURE(expect_sound(compiled, sram)) << "SRAM " << sram;
          evicted |= compiled.stats.evictions > 0;
        }
      }
    }
  }
}

/// Output tiles that `graph` holds at once in an order: the most of all its matmuls.
std::uint64_t accumulators_at_once(const Graph& graph, LoopOrder order) {
  std::uint64_t most = 1;
  for (const Operator& oper : graph.operators()) {
    const TileGrid out = tile_grid(graph.tensor(oper.output).shape, TileExtent{32, 32});
    const TileGrid a = tile_grid(graph.tensor(oper.inputs[0]).shape, TileExtent{32, 32});
    if (oper.kind != OperatorKind::kMatMul || a.cols == 1) {
      continue;
    }
    switch (order) {
      case LoopOrder::kMnk:
      case LoopOrder::kNmk: break;
      case LoopOrder::kMkn: most = std::max<std::uint64_t>(most, out.cols); break;
      case LoopOrder::kNkm: most = std::max<std::uint64_t>(most, out.rows); break;
      case LoopOrder::kKmn:
      case LoopOrder::kKnm: most = std::max(most, out.tiles()); break;
    }
  }
  return most;
}

/// The most operand tiles of a step.
std::uint64_t operands_at_once(const Graph& graph) {
  std::size_t most = 2;
  const Graph fused = fuse(graph);
  for (const Operator& oper : fused.operators()) {
    most = std::max(most, oper.inputs.size());
  }
  return most;
}

TEST(Scheduler, EveryOrderIsSoundDownToItsAccumulatorsAndOneStep) {
  std::mt19937 random(20240609);
  for (int i = 0; i < 40; ++i) {
    const Graph graph = test::random_network(random, 160);
    for (const LoopOrder order : test::kLoopOrders) {
      SCOPED_TRACE(to_text(graph) + to_string(order));
      const std::uint64_t least =
          (accumulators_at_once(graph, order) + operands_at_once(graph)) * kTileBytes;
      for (const std::uint64_t sram : {least, least + kTileBytes, 2 * least}) {
        for (const Eviction eviction : {Eviction::kLru, Eviction::kBelady}) {
          for (const Buffering buffering : {Buffering::kSingle, Buffering::kPingPong}) {
            const ScheduleOptions options{sram, eviction, buffering, order};
            ASSERT_NO_FATAL_FAILURE(expect_sound(test::compile(graph, options), sram));
          }
        }
      }
    }
  }
}

TEST(Scheduler, SaysHowManyAccumulatorsALoopOrderNeeds) {
  // 4 × 3 tiles of out in 2 steps
  const auto message = [](LoopOrder order, std::uint64_t tiles) {
    return test::message_of([&] {
      test::compile(build_builtin("gemm:128x64x96"),
                    {tiles * kTileBytes, Eviction::kLru, Buffering::kSingle, order});
    });
  };
  const auto expected = [](const std::string& tile, const std::string& needs,
                           const std::string& holds) {
    return "graph 'gemm': no SRAM left for tile " + tile + " of tensor 'out': loop order " + needs +
           " accumulators at once, besides the operands of a step; " + holds +
           " tiles; try schedule.loop_order=mnk";
  };
  EXPECT_EQ(message(LoopOrder::kKnm, 13), expected("(3,2)", "knm needs 12", "53248 bytes hold 13"));
  EXPECT_EQ(message(LoopOrder::kKmn, 13), expected("(3,2)", "kmn needs 12", "53248 bytes hold 13"));
  EXPECT_EQ(message(LoopOrder::kNkm, 5), expected("(3,0)", "nkm needs 4", "20480 bytes hold 5"));
  EXPECT_EQ(message(LoopOrder::kMkn, 4), expected("(0,2)", "mkn needs 3", "16384 bytes hold 4"));
  EXPECT_EQ(message(LoopOrder::kKnm, 14), "accepted");
  EXPECT_EQ(message(LoopOrder::kNkm, 6), "accepted");
  EXPECT_EQ(message(LoopOrder::kMkn, 5), "accepted");
  EXPECT_EQ(message(LoopOrder::kNmk, 3), "accepted");
}

TEST(Scheduler, IsDeterministic) {
  std::mt19937 random(5);
  for (int i = 0; i < 50; ++i) {
    const Graph graph = test::random_network(random, 200);
    for (const Eviction eviction : {Eviction::kLru, Eviction::kBelady}) {
      const ScheduleOptions options{5 * kTileBytes, eviction, Buffering::kPingPong};
      ASSERT_EQ(test::compile(graph, options).program, test::compile(graph, options).program);
    }
  }
}

TEST(Scheduler, BeladyNeverLoadsMoreThanLru) {
  std::mt19937 random(6);
  std::uint64_t saved = 0;
  for (int i = 0; i < 150; ++i) {
    const Graph graph = test::random_network(random, 300);
    for (std::uint64_t tiles = 3; tiles <= 30; tiles += 3) {
      const std::uint64_t sram = tiles * kTileBytes;
      const std::uint64_t lru = test::compile(graph, baseline(sram)).stats.loads;
      const std::uint64_t belady =
          test::compile(graph, {sram, Eviction::kBelady, Buffering::kSingle}).stats.loads;
      ASSERT_LE(belady, lru) << to_text(graph) << sram;
      saved += lru - belady;
    }
  }
  EXPECT_GT(saved, 1000U);  // the test is about something
}

TEST(Scheduler, WithRoomEnoughEveryTileIsLoadedOnce) {
  std::mt19937 random(8);
  for (int i = 0; i < 50; ++i) {
    const test::Compiled compiled =
        test::compile(test::random_network(random, 200), {.sram_bytes = 64 << 20});
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> loaded;
    for (const Op& op : compiled.program.ops) {
      if (op.opcode == Opcode::kLoad) {
        ASSERT_TRUE(loaded.insert({op.tensor, op.row, op.col}).second)
            << op_text(compiled.program, op);
      }
    }
    ASSERT_EQ(compiled.stats.evictions, 0U);
  }
}

}  // namespace
}  // namespace tilewave
