// Schedules in an SRAM that just holds one step, whatever the tiles' sizes.
#include "compiler/schedule/fit.h"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/lowering/tiling.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/compiler/program/program_samples.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

std::uint64_t largest_step(const Graph& fused, const TileShape& tile) {
  const std::vector<TileExtent> tiles = tensor_tiles(fused, tile);
  std::uint64_t most = 0;
  for (const Operator& oper : fused.operators()) {
    most = std::max(most, step_bytes(fused, oper, tiles, TileEdges::kReal));
  }
  return most;
}

TEST(Fit, OneStepIsEnoughForTilesOfAnySizes) {
  std::mt19937 random(11);
  const auto edge = [&] { return static_cast<std::uint32_t>(1 + random() % 96); };
  for (int i = 0; i < 300; ++i) {
    const TileShape tile{edge(), edge(), edge()};
    const auto extent = [&] { return std::to_string(1 + random() % 300); };
    const Graph fused = build_builtin("gemm:" + extent() + "x" + extent() + "x" + extent());
    ScheduleOptions options;
    options.sram_bytes = largest_step(fused, tile);
    options.eviction = i % 2 == 0 ? Eviction::kLru : Eviction::kBelady;
    options.buffering = i % 3 == 0 ? Buffering::kSingle : Buffering::kPingPong;
    if (i % 4 != 0) {
      options.loop_order = test::kLoopOrders[i % 6];
    }
    SCOPED_TRACE(to_text(fused) + std::to_string(tile.m) + "x" + std::to_string(tile.n) + "x" +
                 std::to_string(tile.k));
    FittingSchedule fitting = schedule_to_fit(fused, tile, options);
    const Program program = build_program(fused, fitting.uops, std::move(fitting.schedule));
    verify_program(program);
    EXPECT_LE(program.sram_bytes, options.sram_bytes);
  }
}

TEST(Fit, OneStepIsEnoughForOperandsOfAllTypes) {
  std::mt19937 random(12);
  for (int i = 0; i < 300; ++i) {
    const auto edge = static_cast<std::uint32_t>(1 + random() % 48);
    const TileShape tile{static_cast<std::uint32_t>(1 + random() % 48), edge, edge};
    const Graph fused = fuse(test::random_typed_network(random, 150));
    ScheduleOptions options;
    options.sram_bytes = largest_step(fused, tile);
    options.forwarding = i % 2 == 0;
    SCOPED_TRACE(to_text(fused) + to_string(tile.result()));
    FittingSchedule fitting = schedule_to_fit(fused, tile, options);
    const Program program = build_program(fused, fitting.uops, std::move(fitting.schedule));
    verify_program(program);
    EXPECT_LE(program.sram_bytes, options.sram_bytes);
  }
}

TEST(Fit, ABiasThatDoesNotFitBesideTheTilesStaysAnAdd) {
  const Graph graph = parse_graph(
      "input x 64x64\nparam w 64x64\nparam b 1x64\nh = matmul x w\ny = add h b\noutput y\n", "g");
  // Three tiles of 4096, and a row of 32 · 4.
  ScheduleOptions options;
  options.sram_bytes = 3 * 4096 + 128;
  EXPECT_EQ(to_text(fuse_to_fit(graph, {}, options)),
            "graph g\ninput x 64x64\nparam w 64x64\nparam b 1x64\n"
            "y = matmul+bias x w b\noutput y\n");
  options.sram_bytes = 3 * 4096 + 64;
  EXPECT_EQ(to_text(fuse_to_fit(graph, {}, options)),
            "graph g\ninput x 64x64\nparam w 64x64\nparam b 1x64\n"
            "y = matmul x w b | add x0 x1\noutput y\n");
  options.sram_bytes = 3 * 4096;
  EXPECT_EQ(compile_to_fit(graph, {}, options).fitting.schedule.stats.executes,
            12U);  // 2 · 2 · 2 steps, 2 · 2 adds
}

TEST(Fit, AResidualJoinsAProductThatWouldLeaveTheSram) {
  const Graph graph = parse_graph(
      "input x 128x128\nparam w 128x128\nh = matmul x w\ns = add h x\ny = relu s\noutput y\n", "g");
  const std::string head = "graph g\ninput x 128x128\nparam w 128x128\n";
  const std::string apart = head + "h = matmul x w\ny = add+relu h x\noutput y\n";
  const std::string joined = head + "y = matmul x w x | add x0 x1; relu t0\noutput y\n";
  ScheduleOptions options;
  options.sram_bytes = 256 * 1024;  // the product, 64 KiB, stays
  EXPECT_EQ(to_text(compile_to_fit(graph, {}, options).fused), apart);
  options.sram_bytes = 64 * 1024;  // more than half
  EXPECT_EQ(to_text(compile_to_fit(graph, {}, options).fused), joined);
  options.sram_bytes = 128 * 1024;  // half
  EXPECT_EQ(to_text(compile_to_fit(graph, {}, options).fused), apart);
  options.joins = Joins::kSpilled;  // it is seen whether it has to leave
  const CompiledSchedule tight = compile_to_fit(graph, {}, options);
  for (const Op& op : tight.fitting.schedule.ops) {
    EXPECT_TRUE(!is_store(op) || tight.fused.tensor(op.region).role == TensorRole::kOutput);
  }
  options.joins = Joins::kOff;
  options.sram_bytes = 64 * 1024;
  EXPECT_EQ(to_text(compile_to_fit(graph, {}, options).fused), apart);
  options.joins = Joins::kSpilled;
  options.forwarding = false;
  EXPECT_EQ(to_text(compile_to_fit(graph, {}, options).fused), apart);
}

TEST(Fit, SaysWhichStepDoesNotFit) {
  ScheduleOptions options;
  options.sram_bytes = 3 * 4096 - 1;
  EXPECT_EQ(test::message_of([&] { schedule_to_fit(build_builtin("gemm:32x32x32"), {}, options); }),
            "graph 'gemm': a step of matmul 'out' needs 12288 bytes of SRAM for its tiles; "
            "there are 12287");
}

/// h stays in the SRAM; x, w and y alone have 4 KiB each.
TEST(Fit, WhatIsNeverMovedTakesNoDramIfThereIsLittle) {
  const Graph graph =
      parse_graph("input x 32x32\nparam w 32x32\nh = matmul x w\ny = matmul h w\noutput y\n", "g");
  const auto bytes = [&](std::uint64_t dram_bytes) {
    FittingSchedule fitting = schedule_to_fit(graph, {}, {});
    const Program program =
        build_program(graph, fitting.uops, std::move(fitting.schedule), dram_bytes);
    EXPECT_NO_THROW(verify_program(program));
    return program.dram_bytes();
  };
  EXPECT_EQ(bytes(16384), 16384U);
  EXPECT_EQ(bytes(16383), 12288U);
}

}  // namespace
}  // namespace tilewave
