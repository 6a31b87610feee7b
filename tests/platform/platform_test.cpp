// Whole programs on whole machines: the right numbers, in the same number of cycles every time,
// whatever the configuration.
#include "platform/platform.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "models/dram/standard.h"
#include "platform/watch/op_timeline.h"
#include "tests/compiler/program/program_samples.h"
#include "tests/support/networks.h"
#include "tests/support/plain_network.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using test::Outcome;
using test::run;
using test::Values;

/// Compiles a network, runs it and compares it with the plain computation.
Outcome expect_right(const Graph& graph, const MachineConfig& config,
                     const ScheduleOptions& options = {}) {
  const Values sources = test::random_sources(graph.tensors(), 1);
  const Program program = test::compile(graph, options).program;
  const Outcome outcome = run(program, config, sources);
  test::expect_computed(graph, sources, outcome.outputs);
  return outcome;
}

TEST(Platform, ShapesThatFillTheirTilesAndShapesThatDoNot) {
  for (const char* model :
       {"gemm:32x32x32", "gemm:1x1x1", "gemm:33x32x32", "gemm:32x33x32", "gemm:32x32x33",
        "gemm:31x95x65", "gemm:100x1x100", "gemm:1x200x1", "gemm:200x200x200"}) {
    SCOPED_TRACE(model);
    expect_right(build_builtin(model), {});
  }
}

TEST(Platform, CountsTheOpsThatItHasFetchedForWhoAsks) {
  const Program program = test::compile(build_builtin("gemm:100x100x100"), {}).program;
  std::atomic<std::uint64_t> fetched = 0;
  RunOptions options;
  const RunResult unasked = run_program(program, find_hazards(program), {}, options);
  options.fetched = &fetched;
  EXPECT_EQ(run_program(program, find_hazards(program), {}, options).cycles, unasked.cycles);
  EXPECT_EQ(fetched, program.ops.size());
}

TEST(Platform, LongChains) {
  expect_right(build_builtin("mlp:50x70x70x70x70x70x70x70x70x70x9"), {});
  expect_right(build_builtin("mlp:128x128x64x32x32"), {});
}

TEST(Platform, AddAndReluGraphs) {
  for (const char* text :
       {"input x 50x70\ny = relu x\noutput y\n", "input x 50x70\ny = add x x\noutput y\n",
        "input x 50x70\nparam w 70x70\nh = matmul x w\ns = add h x\ny = relu s\noutput y\n",
        "input x 40x40\nparam w 40x40\nh = matmul+relu x w\ns = add h x\nt = matmul s w\n"
        "u = add t s\nv = relu u\noutput s v\n"}) {
    SCOPED_TRACE(text);
    expect_right(parse_graph(text, "g"), {});
  }
}

TEST(Platform, RandomNetworksInSramsFromThreeTilesUp) {
  std::mt19937 random(77);
  for (int i = 0; i < 40; ++i) {
    const Graph graph = test::random_network(random, 150);
    SCOPED_TRACE(to_text(graph));
    MachineConfig config;
    config.sram.size_bytes = 4096 * (3 + random() % 20);
    config.sram.banks = 4;
    config.dma.shared = random() % 2 == 0;
    config.dram.layout = random() % 2 == 0 ? DramLayout::kTiled : DramLayout::kRowMajor;
    expect_right(graph, config, {.sram_bytes = config.sram.size_bytes});
  }
}

/// Machines that differ in everything that may change cycles, and nothing that may change results.
std::vector<MachineConfig> machines() {
  std::vector<MachineConfig> configs;
  for (const Dataflow dataflow : {Dataflow::kOutputStationary, Dataflow::kWeightStationary,
                                  Dataflow::kInputStationary, Dataflow::kSimd}) {
    for (const FillOverlap overlap :
         {FillOverlap::kNone, FillOverlap::kAccumulation, FillOverlap::kFull}) {
      for (const bool shared : {false, true}) {
        for (const DramLayout layout : {DramLayout::kRowMajor, DramLayout::kTiled}) {
          MachineConfig config;
          config.compute.dataflow = dataflow;
          config.compute.fill_overlap = overlap;
          config.dma.shared = shared;
          config.dram.layout = layout;
          configs.push_back(config);
        }
      }
    }
  }
  MachineConfig narrow;  // everything scarce
  narrow.compute.rows = 8;
  narrow.compute.cols = 16;
  narrow.compute.vector_lanes = 3;
  narrow.compute.latency = 11;
  narrow.compute.drain = true;
  narrow.sram.banks = 1;
  narrow.sram.port_bytes = 16;
  narrow.dma = {.setup = 0, .burst_bytes = 100, .max_outstanding = 1};
  narrow.bus = {.bytes_per_cycle = 3, .latency = 0};
  narrow.dram.bandwidth = 1'000'000'007;
  narrow.sequencer.queue_depth = 1;
  configs.push_back(narrow);
  MachineConfig odd;
  odd.clock_period = 833;
  odd.sram = {.banks = 8, .ports = 2, .port_bytes = 64, .latency = 0};
  odd.dma = {.setup = 3, .burst_bytes = 4096, .max_outstanding = 64};
  odd.dram.channels = 4;
  odd.dram.latency = 1;
  configs.push_back(odd);
  return configs;
}

Graph mixed_network() {
  return parse_graph(
      "input x 70x70\nparam w1 70x70\nh = matmul+relu x w1\ns = add h x\nparam w2 70x33\n"
      "t = matmul s w2\ny = relu t\noutput y\n",
      "mixed");
}

TEST(Platform, EveryMachineComputesTheSameBits) {
  const Graph graph = mixed_network();
  const Values sources = test::random_sources(graph.tensors(), 2);
  for (const std::uint64_t sram_bytes : {12288, 65536}) {
    const Program program = test::compile(graph, {.sram_bytes = sram_bytes}).program;
    const Outcome first = run(program, {}, sources);
    test::expect_computed(graph, sources, first.outputs);
    for (const MachineConfig& config : machines()) {
      ASSERT_EQ(run(program, config, sources).outputs, first.outputs);
    }
  }
}

TEST(Platform, EveryLoopOrderIsRightOnEveryKindOfArray) {
  std::mt19937 random(79);
  for (const LoopOrder order : test::kLoopOrders) {
    for (const Dataflow dataflow : {Dataflow::kOutputStationary, Dataflow::kWeightStationary,
                                    Dataflow::kInputStationary, Dataflow::kSimd}) {
      for (const FillOverlap overlap : {FillOverlap::kNone, FillOverlap::kFull}) {
        const Graph graph = test::random_network(random, 150);
        SCOPED_TRACE(to_text(graph) + to_string(order));
        MachineConfig config;
        config.compute.dataflow = dataflow;
        config.compute.fill_overlap = overlap;
        // 150 × 150 in the accumulators of 5 × 5 tiles, with two operands, or somewhat more
        config.sram.size_bytes = 4096 * (27 + random() % 10);
        expect_right(graph, config, {.sram_bytes = config.sram.size_bytes, .loop_order = order});
      }
    }
  }
}

TEST(Platform, EverySramIsRightInEveryLoopOrderAndUnderEveryPolicy) {
  const Graph graph = parse_graph(
      "input x 100x70\nparam w1 70x130\nh = matmul x w1\nr = relu h\nparam w2 130x100\n"
      "t = matmul r w2\ns = add t t\noutput s\n",
      "g");
  std::mt19937 random(80);
  for (std::uint64_t tiles = 3; tiles <= 64; ++tiles) {
    for (int order = -1; order < 6; ++order) {
      MachineConfig config;
      config.sram.size_bytes = tiles * 4096;
      config.sram.banks = 4;
      config.dma.shared = random() % 2 == 0;
      ScheduleOptions options{.sram_bytes = config.sram.size_bytes,
                              .eviction = random() % 2 == 0 ? Eviction::kLru : Eviction::kBelady,
                              .buffering = static_cast<Buffering>(random() % 3),
                              .forwarding = random() % 2 == 0,
                              .store_delay = config.dma.shared ? 8U : 0U};
      if (order >= 0) {
        options.loop_order = test::kLoopOrders[order];
      }
      SCOPED_TRACE(std::to_string(tiles) + " tiles, order " + std::to_string(order));
      expect_right(graph, config, options);
    }
  }
}

TEST(Platform, LoopOrdersComputeTheSameBits) {
  // The order of k is the same in all of them, and with it the order of every sum.
  const Graph graph = build_builtin("mlp:100x130x70x40");
  const Outcome baseline = expect_right(graph, {}, {.loop_order = LoopOrder::kMnk});
  for (const LoopOrder order : test::kLoopOrders) {
    EXPECT_EQ(expect_right(graph, {}, {.loop_order = order}).outputs, baseline.outputs)
        << to_string(order);
  }
}

TEST(Platform, OverlapOffIsSlowerAndComputesTheSameBits) {
  const Graph graph = mixed_network();
  const Values sources = test::random_sources(graph.tensors(), 3);
  const Program program = test::compile(graph, {}).program;
  for (MachineConfig config : machines()) {
    const Outcome on = run(program, config, sources);
    config.sequencer.overlap = false;
    const Outcome off = run(program, config, sources);
    ASSERT_EQ(on.outputs, off.outputs);
    ASSERT_LT(on.result.cycles, off.result.cycles);
    ASSERT_EQ(off.result.overlap_cycles, 0U);
  }
}

TEST(Platform, TimingOnlyTakesTheSameCycles) {
  const Graph graph = mixed_network();
  const Program program = test::compile(graph, {.sram_bytes = 20480}).program;
  for (const MachineConfig& config : machines()) {
    const Outcome outcome = run(program, config, test::random_sources(graph.tensors(), 4));
    test::expect_same_result(outcome.result, test::run_timing_only(program, config));
  }
}

TEST(Platform, AThousandRunsAreIdentical) {
  const Program program = test::compile(build_builtin("mlp:40x40x40"), {}).program;
  MachineConfig config;
  config.dma.shared = true;
  const RunResult first = test::run_timing_only(program, config);
  for (int i = 0; i < 1000; ++i) {
    test::expect_same_result(test::run_timing_only(program, config), first);
    ASSERT_FALSE(HasFailure()) << "run " << i;
  }
}

TEST(Platform, WhoPollsChangesNothingAndMayStopTheRun) {
  const Program program = test::compile(build_builtin("gemm:200x500x300"), {}).program;
  const std::vector<OpHazards> hazards = find_hazards(program);
  for (const MachineConfig& config : machines()) {
    const RunResult plain = test::run_timing_only(program, config);
    Cycle polls = 0;
    RunOptions options;
    options.poll = [&polls] { ++polls; };
    test::expect_same_result(run_program(program, hazards, config, options), plain);
    EXPECT_GE(polls, plain.cycles / kPollCycles);
    options.poll = [&polls] {
      if (--polls == 0) {
        throw InputError("stopped");
      }
    };
    EXPECT_EQ(test::message_of([&] { run_program(program, hazards, config, options); }), "stopped");
    test::expect_same_result(test::run_timing_only(program, config), plain);
  }
}

TEST(Platform, NoResourceDeliversMoreThanItsPeak) {
  const Program program = test::compile(mixed_network(), {.sram_bytes = 12288}).program;
  for (const MachineConfig& config : machines()) {
    const RunResult result = test::run_timing_only(program, config);
    const auto cycles = static_cast<double>(result.cycles);
    ASSERT_LE(result.bounds.max(), cycles);
    ASSERT_LE(result.efficiency(), 1.0);
    ASSERT_GT(result.efficiency(), 0.0);
  }
}

TEST(Platform, IndependentLoadsShareTheBandwidthOfTheDram) {
  // 2 · 400 tiles are loaded; the DRAM moves 25.6 bytes per cycle.
  const Graph graph = parse_graph("input x 640x640\ninput z 640x640\ny = add x z\noutput y\n", "g");
  const Program program = test::compile(graph, {}).program;
  for (const bool shared : {false, true}) {
    MachineConfig config;
    config.dma.shared = shared;
    config.dram.bandwidth = 25'600'000'000;
    config.clock_period = 1000;
    const RunResult result = test::run_timing_only(program, config);
    EXPECT_EQ(result.dram.read_bytes, 800U * 4096);
    EXPECT_EQ(result.dram.write_bytes, 400U * 4096);
    EXPECT_GE(static_cast<double>(result.cycles), 1200 * 4096 / 25.6);
    if (!shared) {  // a shared engine also waits for each sum before it stores it
      EXPECT_LE(static_cast<double>(result.cycles), 1.1 * 1200 * 4096 / 25.6);
    }
  }
}

/// Three times 1.5 GHz's period is a whole number: the same machine three times as slow, DRAM and
/// all, takes the same cycles.
TEST(Platform, AFractionalClockIsExact) {
  const Program program = test::compile(mixed_network(), {.sram_bytes = 16384}).program;
  MachineConfig fast;
  fast.sram.size_bytes = 16384;
  fast.clock_period = ClockPeriod::of_microhertz(1'500'000'000'000'000);
  fast.dram.bandwidth = 24'000'000'000;
  MachineConfig slow = fast;
  slow.clock_period = 2000;
  slow.dram.bandwidth = 8'000'000'000;
  slow.dram.latency *= 3;
  const RunResult result = test::run_timing_only(program, fast);
  EXPECT_EQ(result.cycles, test::run_timing_only(program, slow).cycles);
  EXPECT_DOUBLE_EQ(result.seconds, static_cast<double>(result.cycles) / 1.5e9);

  for (const DramWriteAck ack : {DramWriteAck::kAccepted, DramWriteAck::kIssued}) {
    for (MachineConfig* machine : {&fast, &slow}) {
      machine->dram.kind = DramKind::kBanked;
      machine->dram.write_ack = ack;
      machine->dram.preset = load_dram_preset("ddr4");
    }
    slow.dram.preset.timing.clock_ps *= 3;
    slow.dram.max_age = 3 * fast.dram.max_age;
    EXPECT_EQ(test::run_timing_only(program, fast).cycles,
              test::run_timing_only(program, slow).cycles);
  }
}

TEST(Platform, EveryFrequencyRunsBetweenItsNeighbours) {
  const Program program = test::compile(mixed_network(), {.sram_bytes = 16384}).program;
  const auto cycles = [&](const ClockPeriod& period) {
    MachineConfig machine;
    machine.sram.size_bytes = 16384;
    machine.clock_period = period;
    return test::run_timing_only(program, machine).cycles;
  };
  for (const std::uint64_t hertz :
       {700'000'000ULL, 1'234'567'891ULL, 2'400'000'000ULL, 9'999'999'999ULL, 3'333'333ULL}) {
    const ClockPeriod period = ClockPeriod::of_microhertz(hertz * ClockPeriod::kMicrohertz);
    const Picoseconds below = period.numerator() / period.denominator();
    // A longer cycle holds more of the DRAM; each burst may wait for the cycle it just misses.
    const auto at_most = [](Cycle most) { return most + most / 1000 + 2; };
    EXPECT_LE(cycles(period), at_most(cycles(below))) << hertz;
    EXPECT_LE(cycles(below + 1), at_most(cycles(period))) << hertz;
  }
}

TEST(Platform, ARunEndsWhenItsLastWriteIsInTheDram) {
  const Tiling whole_tiles(TileShape{}, TileEdges::kPadded);
  const Program program =
      test::compile(mixed_network(), {.sram_bytes = 16384}, whole_tiles).program;
  MachineConfig machine;
  machine.sram.size_bytes = 16384;
  machine.dram.kind = DramKind::kBanked;
  machine.dram.preset = load_dram_preset("ddr4");
  for (const DramWriteAck ack : {DramWriteAck::kAccepted, DramWriteAck::kIssued}) {
    machine.dram.write_ack = ack;
    OpTimelineRecorder recorder;
    RunOptions options;
    options.observer = &recorder;
    const RunResult result = run_program(program, find_hazards(program), machine, options);
    Cycle last = 0;
    for (const OpTimes& times : recorder.timeline()) {
      last = std::max(last, times.complete);
    }
    EXPECT_EQ(result.cycles > last, ack == DramWriteAck::kAccepted);
    EXPECT_LT(result.cycles, last + 1000);
    // Tiles are whole accesses of 64 bytes.
    EXPECT_EQ(result.dram.row_hits + result.dram.row_misses + result.dram.row_conflicts,
              (result.dram.read_bytes + result.dram.write_bytes) / 64);
  }
}

TEST(Platform, SpecialValuesStayOutOfThePadding) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const char* text :
       {"input x 33x33\nparam w 33x33\nh = matmul x w\ny = matmul h w\noutput y\n",
        "input x 5x7\nparam w 7x7\nh = matmul+relu x w\ns = add h x\ny = matmul s w\noutput y\n",
        "input x 40x1\nparam w 1x40\nparam v 40x3\nh = matmul x w\nr = relu h\ny = matmul r v\n"
        "output y\n"}) {
    const Graph graph = parse_graph(text, "g");
    for (const float special : {kInf, -kInf, kNaN}) {
      Values sources = test::random_sources(graph.tensors(), 5);
      sources["x"][3] = special;
      sources["w"][5] = special;
      const Outcome outcome = run(test::compile(graph, {.sram_bytes = 12288}).program, {}, sources);
      SCOPED_TRACE(text + std::to_string(special));
      test::expect_computed(graph, sources, outcome.outputs);
    }
  }
}

TEST(Platform, RefusesAProgramThatDoesNotFit) {
  const Program program = test::compile(mixed_network(), {}).program;
  MachineConfig config;
  config.sram.size_bytes = program.sram_bytes;
  EXPECT_NO_THROW(test::run_timing_only(program, config));
  config.sram.size_bytes = program.sram_bytes - 4096;
  EXPECT_EQ(test::message_of([&] { test::run_timing_only(program, config); }),
            "the program needs " + std::to_string(program.sram_bytes) +
                " bytes of SRAM, sram.size is " + std::to_string(program.sram_bytes - 4096));
}

}  // namespace
}  // namespace tilewave
