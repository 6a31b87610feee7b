// The formulas of tile steps, and what chains of them add up to.
#include "models/compute/compute_timing.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

using enum Dataflow;

ComputeConfig array(Dataflow dataflow, std::uint32_t rows, std::uint32_t cols,
                    FillOverlap overlap = FillOverlap::kAccumulation) {
  ComputeConfig config;
  config.dataflow = dataflow;
  config.rows = rows;
  config.cols = cols;
  config.fill_overlap = overlap;
  return config;
}

Op matmul_of(const TileShape& tile) {
  Op op;
  op.opcode = Opcode::kMatmul;
  op.set_shape(tile);
  return op;
}

const Op kMatmul = matmul_of({});

/// Of a tile; kernel 0 adds, kernel 1 is a ReLU, kernel 2 a GELU of a sum.
const Program& program_of(const TileShape& tile = {}) {
  static std::map<std::array<std::uint32_t, 3>, Program> programs;
  Program& program = programs[{tile.m, tile.n, tile.k}];
  program.tile = tile;
  program.kernels = {parse_vector_kernel("tile row | add x0 x1"),
                     parse_vector_kernel("tile | relu x0"),
                     parse_vector_kernel("tile tile | add x0 x1; gelu t0")};
  return program;
}

Op vector_step(std::uint16_t kernel, const TileExtent& result = {32, 32}) {
  Op op{.opcode = Opcode::kVector, .kernel = kernel};
  op.set_shape({result.rows, result.cols, 0});
  return op;
}

Cycle duration(const ComputeConfig& config, const TileShape& tile = {}) {
  return ComputeTiming(config, program_of(tile)).step(matmul_of(tile)).duration;
}

TEST(ComputeTiming, DurationsOfOneStep) {
  EXPECT_EQ(duration(array(kOutputStationary, 32, 32)), 94U);   // 1 · (32 + 32 + 32 − 2)
  EXPECT_EQ(duration(array(kOutputStationary, 16, 8)), 432U);   // 2·4 · (16 + 8 + 32 − 2)
  EXPECT_EQ(duration(array(kOutputStationary, 64, 48)), 142U);  // 1 · (64 + 48 + 32 − 2)
  EXPECT_EQ(duration(array(kOutputStationary, 24, 32)), 172U);  // ⌈32/24⌉ · (24 + 32 + 32 − 2)
  EXPECT_EQ(duration(array(kWeightStationary, 32, 32)), 126U);  // 1 · (64 + 32 + 32 − 2)
  EXPECT_EQ(duration(array(kWeightStationary, 16, 8)), 560U);   // 2·4 · (32 + 8 + 32 − 2)
  EXPECT_EQ(duration(array(kInputStationary, 16, 8)), 560U);    // 2·4 · (32 + 8 + 32 − 2)
  EXPECT_EQ(duration(array(kInputStationary, 64, 64)), 222U);   // 1 · (128 + 64 + 32 − 2)
}

TEST(ComputeTiming, EachDataflowTakesItsOwnExtents) {
  const TileShape tile{8, 16, 64};                                   // m, n, k
  EXPECT_EQ(duration(array(kOutputStationary, 4, 4), tile), 560U);   // 2·4 · (4 + 4 + 64 − 2)
  EXPECT_EQ(duration(array(kWeightStationary, 4, 4), tile), 1152U);  // 16·4 · (8 + 4 + 8 − 2)
  EXPECT_EQ(duration(array(kInputStationary, 4, 4), tile), 832U);    // 16·2 · (8 + 4 + 16 − 2)
}

TEST(ComputeTiming, DrainAddsTheHeightPerFoldForOutputStationaryOnly) {
  ComputeConfig config = array(kOutputStationary, 16, 8);
  config.drain = true;
  EXPECT_EQ(duration(config), 560U);  // 432 + 8 · 16
  EXPECT_EQ(ComputeTiming(config, program_of()).initiation_interval(kMatmul),
            256U);  // 8 · 32, as without
  for (const Dataflow dataflow : {kWeightStationary, kInputStationary}) {
    config.dataflow = dataflow;
    EXPECT_EQ(duration(config), 560U);  // unchanged
  }
}

TEST(ComputeTiming, SimdPaysMacsAndLatency) {
  ComputeConfig config;
  config.dataflow = kSimd;
  config.macs_per_cycle = 1024;
  config.latency = 7;
  EXPECT_EQ(duration(config), 39U);  // 32768 / 1024 + 7
  config.macs_per_cycle = 1000;
  EXPECT_EQ(duration(config), 40U);  // ⌈32.768⌉ + 7
  EXPECT_FALSE(ComputeTiming(config, program_of()).overlaps(true));
}

TEST(ComputeTiming, ElementwisePaysLanesAndLatencyInEveryDataflow) {
  for (const Dataflow dataflow : {kOutputStationary, kWeightStationary, kInputStationary, kSimd}) {
    ComputeConfig config = array(dataflow, 32, 32);
    config.vector_lanes = 48;
    config.latency = 5;
    const ComputeTiming timing(config, program_of());
    for (const std::uint16_t kernel : {std::uint16_t{0}, std::uint16_t{1}}) {
      EXPECT_EQ(timing.step(vector_step(kernel)).duration, 27U);  // ⌈1024 / 48⌉ + 5
      EXPECT_EQ(timing.step(vector_step(kernel)).interval, 22U);
      EXPECT_EQ(timing.initiation_interval(vector_step(kernel)), 22U);
    }
    EXPECT_EQ(timing.step(vector_step(2)).interval, 198U);  // (1 + 8) · 22
    config.vector.cost[static_cast<std::size_t>(CostClass::kComposite)] = 3;
    EXPECT_EQ(ComputeTiming(config, program_of()).step(vector_step(2)).interval,
              88U);  // (1 + 3) · 22
  }
}

TEST(ComputeTiming, ARateShortensTheReductionOfItsTypeAlone) {
  const auto times = [](const ComputeConfig& config, const TileShape& tile, ElementType factor) {
    Op op = matmul_of(tile);
    op.a_type = factor;
    const ComputeTiming timing(config, program_of());
    EXPECT_EQ(timing.slots(op), timing.step(op).interval * config.peak_macs_per_cycle(factor));
    return timing.step(op).duration;
  };
  for (const TileShape& tile : {TileShape{8, 16, 63}, TileShape{}}) {
    for (const Dataflow dataflow :
         {kOutputStationary, kWeightStationary, kInputStationary, kSimd}) {
      ComputeConfig config = array(dataflow, 4, 8);
      const Cycle once = times(config, tile, ElementType::kI8);
      config.rate[static_cast<std::size_t>(ElementType::kI8)] = 4;
      EXPECT_EQ(times(config, tile, ElementType::kF32), once);
      EXPECT_EQ(times(config, tile, ElementType::kBf16), once);
      EXPECT_LT(times(config, tile, ElementType::kI8), once);
    }
  }
  const TileShape tile{8, 16, 63};  // m, n, k
  const auto at_four = [&tile, &times](Dataflow dataflow) {
    ComputeConfig config = array(dataflow, 4, 8);
    config.rate.fill(4);
    return times(config, tile, ElementType::kF16);
  };
  EXPECT_EQ(at_four(kOutputStationary), 104U);  // 2·2 · (4 + 8 + 16 − 2), ⌈63 / 4⌉ = 16
  EXPECT_EQ(at_four(kWeightStationary), 176U);  // 4·2 · (8 + 8 + 8 − 2), ⌈63 / 16⌉ = 4
  EXPECT_EQ(at_four(kInputStationary), 120U);   // 4·1 · (8 + 8 + 16 − 2)
  EXPECT_EQ(at_four(kSimd), 2U);                // ⌈8·16·63 / (1024·4)⌉
}

TEST(ComputeTiming, NarrowElementsShareALane) {
  Program program = program_of();
  program.kernels = {parse_vector_kernel("tile:i8 row:i8 -> i8 | add x0 x1"),
                     parse_vector_kernel("tile:bf16 -> i8 | identity x0"),
                     parse_vector_kernel("tile:i8 row:i32 -> i8 | add x0 x1"),
                     parse_vector_kernel("tile:i8 | identity x0")};
  ComputeConfig config;
  config.vector_lanes = 10;
  const ComputeTiming timing(config, program);
  const auto cycles = [&timing](std::uint16_t kernel) {
    return timing.step(vector_step(kernel, {7, 9})).interval;
  };
  EXPECT_EQ(cycles(0), 2U);  // ⌈63 / 40⌉
  EXPECT_EQ(cycles(1), 4U);  // ⌈63 / 20⌉
  EXPECT_EQ(cycles(2), 7U);  // ⌈63 / 10⌉
  EXPECT_EQ(cycles(3), 7U);
}

/// M×1 of M×K values over columns, 1×N of K×N over rows.
TEST(ComputeTiming, AReducePaysForWhatItFoldsAndForTheTreeOverTheLanes) {
  Program program = program_of({256, 256, 256});
  program.kernels = {parse_vector_kernel("tile -> max of columns | identity x0"),
                     parse_vector_kernel("tile column -> sum of columns | sub x0 x1; exp t0"),
                     parse_vector_kernel("tile -> sum of rows | identity x0"),
                     parse_vector_kernel("tile:i8 -> sum of rows | relu x0")};
  ComputeConfig config;
  config.vector_lanes = 32;
  config.latency = 5;
  const auto interval = [&](std::uint16_t kernel, const TileShape& shape) {
    Op op{.opcode = Opcode::kReduce, .clear = true, .kernel = kernel};
    op.set_shape(shape);
    const ComputeTiming timing(config, program);
    EXPECT_EQ(timing.step(op).duration, timing.step(op).interval + 5);
    EXPECT_EQ(timing.initiation_interval(op), timing.step(op).interval);
    EXPECT_EQ(timing.slots(op), 0U);
    EXPECT_EQ(timing.preload(op), 0U);
    op.clear = false;
    EXPECT_EQ(timing.step(op).duration, timing.step(op).interval + 5);
    return timing.step(op).interval;
  };
  EXPECT_EQ(interval(0, {32, 1, 32}), 37U);      // ⌈32·32 / 32⌉ + 1 · 5
  EXPECT_EQ(interval(0, {33, 1, 32}), 43U);      // ⌈33·32 / 32⌉ + 2 · 5
  EXPECT_EQ(interval(0, {3, 1, 7}), 6U);         // ⌈3·7 / 32⌉ + 1 · 5
  EXPECT_EQ(interval(0, {256, 1, 256}), 2088U);  // 256·256 / 32 + 8 · 5
  EXPECT_EQ(interval(1, {32, 1, 32}), 197U);     // (1 + 4 + 1) · 32 + 5
  EXPECT_EQ(interval(2, {1, 32, 32}), 32U);      // no tree: each lane keeps a column
  EXPECT_EQ(interval(2, {1, 7, 100}), 22U);      // ⌈100·7 / 32⌉
  EXPECT_EQ(interval(3, {1, 32, 32}), 32U);      // the result is of f32: no narrower lanes
  config.vector_lanes = 48;
  EXPECT_EQ(interval(0, {49, 1, 32}), 45U);  // ⌈49·32 / 48⌉ + 2 · ⌈log2(48)⌉
  config.vector_lanes = 1;
  EXPECT_EQ(interval(0, {3, 1, 7}), 21U);
}

/// Cycles of steps one after another as the core lets them in: a step that may overlap starts one
/// interval after the one before it, else when that one is complete; chains start a preload apart.
Cycle total(const ComputeConfig& config, const std::vector<Op>& steps) {
  const ComputeTiming timing(config, program_of());
  Cycle released = 0;
  Cycle complete = 0;
  Cycle chain_start = 0;
  const Op* previous = nullptr;
  for (const Op& step : steps) {
    const bool chained = previous != nullptr && timing.chains(*previous, step);
    Cycle start = timing.overlaps(chained) ? released : complete;
    if (!chained) {
      start = previous == nullptr ? 0 : std::max(start, chain_start + timing.preload(step));
      chain_start = start;
    }
    released = start + timing.step(step).interval;
    complete = std::max(complete, start + timing.step(step).duration);
    previous = &step;
  }
  return complete;
}

/// `length` steps that keep in place what `dataflow` keeps, then as many with the next thing.
std::vector<Op> chains_of(Dataflow dataflow, std::uint32_t chains, std::uint32_t length) {
  std::vector<Op> steps;
  for (std::uint32_t chain = 0; chain < chains; ++chain) {
    for (std::uint32_t i = 0; i < length; ++i) {
      Op op = kMatmul;
      const std::uint32_t kept = 4096 * chain;
      const std::uint32_t moving = 0x100000 + 4096 * i;
      op.a = dataflow == kInputStationary ? kept : moving;
      op.b = dataflow == kWeightStationary ? kept : moving + 0x100000;
      const bool sum = dataflow == kOutputStationary || dataflow == kSimd;
      op.dst = sum ? kept + 0x400000 : moving + 0x500000;
      op.step = sum ? i : 0;
      op.clear = !sum || i == 0;
      steps.push_back(op);
    }
  }
  return steps;
}

constexpr Cycle kTile = 32;  // M = N = K

TEST(ComputeTiming, AChainCostsTheClosedFormOfTheWholeLength) {
  for (const Cycle h : {8U, 16U, 32U, 64U, 20U}) {
    for (const Cycle w : {8U, 32U, 48U}) {
      for (const Cycle n : {1U, 2U, 7U, 32U}) {
        const Cycle folds = ((kTile + h - 1) / h) * ((kTile + w - 1) / w);
        const auto cost = [&](Dataflow dataflow) {
          return total(
              array(dataflow, static_cast<std::uint32_t>(h), static_cast<std::uint32_t>(w)),
              chains_of(dataflow, 1, static_cast<std::uint32_t>(n)));
        };
        EXPECT_EQ(cost(kOutputStationary), folds * (n * kTile + h + w - 2));
        EXPECT_EQ(cost(kWeightStationary), folds * (n * kTile + 2 * h + w - 2));
        EXPECT_EQ(cost(kInputStationary), folds * (n * kTile + 2 * h + w - 2));
      }
    }
  }
}

TEST(ComputeTiming, WithoutOverlapEveryStepPaysInFull) {
  for (const Dataflow dataflow : {kOutputStationary, kWeightStationary, kInputStationary}) {
    const ComputeConfig config = array(dataflow, 16, 8, FillOverlap::kNone);
    EXPECT_EQ(total(config, chains_of(dataflow, 3, 5)), 15 * duration(config));
  }
}

TEST(ComputeTiming, AccumulationOverlapEndsWithTheChain) {
  // 3 · (5 · 32 + 32 + 32 − 2) = 666; 3 · (5 · 32 + 64 + 32 − 2) = 762
  EXPECT_EQ(total(array(kOutputStationary, 32, 32), chains_of(kOutputStationary, 3, 5)), 666U);
  EXPECT_EQ(total(array(kWeightStationary, 32, 32), chains_of(kWeightStationary, 3, 5)), 762U);
  EXPECT_EQ(total(array(kInputStationary, 32, 32), chains_of(kInputStationary, 3, 5)), 762U);
}

TEST(ComputeTiming, FullOverlapCostsOneIntervalPerStepAndOneFill) {
  const auto cost = [](Dataflow dataflow, std::uint32_t h, std::uint32_t w) {
    return total(array(dataflow, h, w, FillOverlap::kFull), chains_of(dataflow, 3, 5));
  };
  EXPECT_EQ(cost(kOutputStationary, 32, 32), 542U);  // 14 · 32 + 94
  EXPECT_EQ(cost(kOutputStationary, 16, 8), 4016U);  // 14 · 8·32 + 432
  EXPECT_EQ(cost(kWeightStationary, 32, 32), 574U);  // 14 · 32 + 126
  // A chain of 5 · 32 cycles hides the 64 of loading the next stationary tile: 14 · 32 + 190
  EXPECT_EQ(cost(kWeightStationary, 64, 32), 638U);
  EXPECT_EQ(cost(kInputStationary, 64, 32), 638U);
}

TEST(ComputeTiming, FullOverlapOfSingleStepsCostsTheLongerOfStreamAndPreload) {
  const auto cost = [](Dataflow dataflow, std::uint32_t h) {
    return total(array(dataflow, h, 32, FillOverlap::kFull), chains_of(dataflow, 10, 1));
  };
  EXPECT_EQ(cost(kOutputStationary, 64), 414U);  // 9 · 32 + (64 + 32 + 32 − 2): nothing to preload
  EXPECT_EQ(cost(kWeightStationary, 32), 414U);  // 9 · 32 + (64 + 32 + 32 − 2)
  EXPECT_EQ(cost(kWeightStationary, 64), 766U);  // 9 · 64 + (128 + 32 + 32 − 2)
  EXPECT_EQ(cost(kInputStationary, 64), 766U);
}

TEST(ComputeTiming, InitiationIntervalsAreTheStreamedExtentPerFold) {
  const auto interval = [](Dataflow dataflow) {
    return ComputeTiming(array(dataflow, 16, 8), program_of()).initiation_interval(kMatmul);
  };
  EXPECT_EQ(interval(kOutputStationary), 256U);  // 2·4 · K
  EXPECT_EQ(interval(kWeightStationary), 256U);  // 2·4 · M
  EXPECT_EQ(interval(kInputStationary), 256U);   // 2·4 · N
  ComputeConfig simd;
  simd.dataflow = kSimd;
  simd.latency = 9;
  EXPECT_EQ(ComputeTiming(simd, program_of()).initiation_interval(kMatmul), 32U);  // 32768 / 1024
}

TEST(ComputeTiming, ChainsKeepTheStationaryOperandInPlace) {
  for (const Dataflow dataflow : {kOutputStationary, kWeightStationary, kInputStationary, kSimd}) {
    const ComputeTiming timing(array(dataflow, 32, 32), program_of());
    const std::vector<Op> steps = chains_of(dataflow, 2, 2);
    EXPECT_TRUE(timing.chains(steps[0], steps[1]));
    EXPECT_FALSE(timing.chains(steps[1], steps[2]));
    EXPECT_FALSE(timing.chains(steps[0], vector_step(0)));
    EXPECT_FALSE(timing.chains(vector_step(0), steps[0]));
    EXPECT_FALSE(timing.chains(vector_step(0), vector_step(0)));
  }
  // The same address is not the same accumulator once it is cleared.
  std::vector<Op> sums = chains_of(kOutputStationary, 1, 2);
  sums[1].clear = true;
  EXPECT_FALSE(
      ComputeTiming(array(kOutputStationary, 32, 32), program_of()).chains(sums[0], sums[1]));
}

/// Letters for what a step streams, in order: its operands a, b and c, and d for its result.
std::string streams(const ComputeTiming& timing, Op op, bool chained, bool continues) {
  op.a = 0xa000;
  op.b = 0xb000;
  op.c = op.biased ? 0xc000 : 0;
  op.dst = 0xd000;
  std::string text;
  timing.visit_streams(op, chained, continues, [&](std::uint32_t address, std::uint64_t) {
    text += static_cast<char>('a' + (address >> 12) - 0xa);
  });
  return text;
}
std::string streams(Dataflow dataflow, bool clear, bool chained, bool continues) {
  Op op = kMatmul;
  op.clear = clear;
  return streams(ComputeTiming(array(dataflow, 32, 32), program_of()), op, chained, continues);
}

TEST(ComputeTiming, ATransposedOperandCostsWhatItCostsInOrder) {
  for (const Dataflow dataflow : {kOutputStationary, kWeightStationary, kInputStationary, kSimd}) {
    const ComputeTiming timing(array(dataflow, 8, 16), program_of());
    for (const TileShape shape : {TileShape{32, 32, 32}, {7, 19, 30}}) {
      Op op = kMatmul;
      op.set_shape(shape);
      Op transposed = op;
      transposed.a_transposed = transposed.b_transposed = true;
      EXPECT_EQ(timing.step(transposed).duration, timing.step(op).duration);
      EXPECT_EQ(timing.step(transposed).interval, timing.step(op).interval);
      EXPECT_EQ(timing.preload(transposed), timing.preload(op));
      EXPECT_EQ(timing.slots(transposed), timing.slots(op));
      const auto streamed = [&](const Op& step) {
        std::vector<std::uint64_t> bytes;
        timing.visit_streams(step, false, false,
                             [&](std::uint32_t, std::uint64_t count) { bytes.push_back(count); });
        return bytes;
      };
      EXPECT_EQ(streamed(transposed), streamed(op));
    }
  }
}

TEST(ComputeTiming, WhatStaysInTheArrayStaysInItsOrder) {
  Op op = kMatmul;
  op.clear = true;
  Op next = op;
  next.dst = 0x4000;
  next.row = next.col = 0;
  const auto chains = [&](Dataflow dataflow) {
    return ComputeTiming(array(dataflow, 32, 32), program_of()).chains(op, next);
  };
  EXPECT_TRUE(chains(kWeightStationary) && chains(kInputStationary));
  next.a_transposed = true;
  EXPECT_TRUE(chains(kWeightStationary));
  EXPECT_FALSE(chains(kInputStationary));
  next.b_transposed = true;
  EXPECT_FALSE(chains(kWeightStationary));
  op.a_transposed = op.b_transposed = true;
  EXPECT_TRUE(chains(kWeightStationary) && chains(kInputStationary));
}

TEST(ComputeTiming, StreamsWhatIsNotInPlace) {
  EXPECT_EQ(streams(kOutputStationary, true, false, true), "ab");
  EXPECT_EQ(streams(kOutputStationary, false, true, true), "ab");
  EXPECT_EQ(streams(kOutputStationary, false, true, false), "abd");
  EXPECT_EQ(streams(kOutputStationary, false, false, false), "abdd");  // another one came between
  EXPECT_EQ(streams(kWeightStationary, true, false, true), "abd");
  EXPECT_EQ(streams(kWeightStationary, false, true, true), "add");
  EXPECT_EQ(streams(kInputStationary, true, true, false), "bd");
  EXPECT_EQ(streams(kInputStationary, false, false, false), "abdd");
}

TEST(ComputeTiming, StreamsABiasInsteadOfAnAccumulator) {
  for (const Dataflow dataflow : {kOutputStationary, kWeightStationary, kInputStationary, kSimd}) {
    const ComputeTiming timing(array(dataflow, 32, 32), program_of());
    Op first = kMatmul;
    first.clear = true;
    EXPECT_EQ(streams(timing, first, false, false), "abd");
    first.biased = true;
    EXPECT_EQ(streams(timing, first, false, false), "abcd");
    EXPECT_EQ(timing.step(first).duration, timing.step(kMatmul).duration);
    first.relu = true;
    EXPECT_EQ(timing.step(first).duration, timing.step(kMatmul).duration);
    EXPECT_EQ(streams(timing, vector_step(0), false, false), "abd");
    EXPECT_EQ(streams(timing, vector_step(1), false, false), "ad");
  }
}

TEST(ComputeTiming, AReduceStreamsWhatItGoesOnWith) {
  Program program = program_of();
  program.kernels = {parse_vector_kernel("tile column -> sum of columns | sub x0 x1")};
  for (const Dataflow dataflow : {kOutputStationary, kWeightStationary, kInputStationary, kSimd}) {
    const ComputeTiming timing(array(dataflow, 32, 32), program);
    Op op{.opcode = Opcode::kReduce, .clear = true};
    op.set_shape({32, 1, 32});
    EXPECT_EQ(streams(timing, op, false, false), "abd");
    Op next = op;
    next.clear = false;
    EXPECT_EQ(streams(timing, next, false, false), "abdd");
    EXPECT_FALSE(timing.chains(op, next));
    EXPECT_FALSE(timing.chains(kMatmul, next));
  }
}

}  // namespace
}  // namespace tilewave
