// The compute core on a real SRAM: how long steps take, what they wait for, what they compute.
#include "platform/engines/compute_core.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "platform/systemc/simulation_context.h"
#include "tests/support/module_bench.h"

namespace tilewave {
namespace {

/// Tiles of 4096 bytes; y is 40×33, so that its second row and column of tiles are padded.
Program program_of(const std::string& ops) {
  return parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x10000\ntensor x input 64x64 tile 32x32 dram 0\n"
      "tensor y output 40x33 tile 32x32 padded dram 0x8000\nkernel 0 tile tile | add x0 x1\nkernel "
      "1 tile "
      "row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
      "tile row | add x0 x1; relu t0\nops\n" +
          ops,
      "compute_core_test");
}

/// 32×32, output-stationary; an SRAM that streams three tiles in 24 cycles.
MachineConfig machine() {
  MachineConfig config;
  config.compute.dataflow = Dataflow::kOutputStationary;
  config.compute.rows = 32;
  config.compute.cols = 32;
  config.compute.vector_lanes = 32;
  config.compute.fill_overlap = FillOverlap::kAccumulation;
  config.sram.banks = 16;
  config.sram.port_bytes = 32;
  config.sram.latency = 2;
  return config;
}

std::string steps(int count) {
  std::string ops;
  for (int k = 0; k < count; ++k) {
    ops += "matmul y[0,0] k=" + std::to_string(k) + " a=0 b=0x1000 -> 0x2000" +
           (k == 0 ? " clear\n" : "\n");
  }
  return ops;
}

class CoreBench {
 public:
  CoreBench(const std::string& ops, const MachineConfig& config)
      : CoreBench(program_of(ops), config) {}
  CoreBench(const Program& program, const MachineConfig& config) : bench(program, config) {
    sram = std::make_unique<Sram>("sram", config.sram, 2, config.sram.size_bytes);
    core = std::make_unique<ComputeCore>("core", bench.context, bench.queue, ledger);
    core->sram_socket.bind(sram->core_socket);
    load.socket.bind(sram->burst_sockets[0]);
    store.socket.bind(sram->burst_sockets[1]);
    test::elaborate();
  }

  /// Runs all steps of the program.
  void start() {
    for (std::uint32_t op = 0; op < bench.program.ops.size(); ++op) {
      if (computes(bench.program.ops[op])) {
        bench.queue.push({op, 0, 0});
      }
    }
    test::run_all();
    core->finish(bench.scoreboard.last_completion());
  }

  Cycle done(std::uint32_t op) const { return bench.scoreboard.completed_at(op); }

  /// Element of a tile in the SRAM, to read or to write.
  float& at(std::uint32_t address, std::uint32_t row, std::uint32_t col) {
    tlm::tlm_dmi dmi;
    OperandStream request;
    EXPECT_TRUE(core->sram_socket->get_direct_mem_ptr(request, dmi));
    return reinterpret_cast<float*>(dmi.get_dmi_ptr() + address)[row * 32 + col];
  }
  void fill(std::uint32_t address, float value) { std::fill_n(&at(address, 0, 0), 1024, value); }

 private:
  SimulationContext context_;

 public:
  test::EngineBench bench;
  CycleLedger ledger;
  std::unique_ptr<Sram> sram;
  std::unique_ptr<ComputeCore> core;
  test::BurstSource load{"load"};
  test::BurstSource store{"store"};
};

TEST(ComputeCore, AChainCostsOneFill) {
  CoreBench one(steps(1), machine());
  one.start();
  EXPECT_EQ(one.done(0), 94U);  // 32 + 32 + 32 − 2
  CoreBench four(steps(4), machine());
  four.start();
  EXPECT_EQ(four.done(3), 190U);  // 4 · 32 + 32 + 32 − 2
  EXPECT_EQ(four.ledger.cycles(EngineState::kBusy), 190U);
  EXPECT_EQ(four.core->counters().steps, 4U);
  EXPECT_EQ(four.core->counters().macs, 4U * 32768);
  EXPECT_EQ(four.core->bound(), 128U);  // 4 · 32
}

TEST(ComputeCore, WithoutOverlapEveryStepIsPaidInFull) {
  MachineConfig config = machine();
  config.compute.fill_overlap = FillOverlap::kNone;
  CoreBench four(steps(4), config);
  four.start();
  EXPECT_EQ(four.done(3), 376U);  // 4 · 94
}

TEST(ComputeCore, ANewChainStartsWhenTheLastIsCompleteUnlessAllOverlaps) {
  const std::string ops = steps(2) + "matmul y[0,1] k=0 a=0 b=0x1000 -> 0x3000 clear\n";
  CoreBench accumulation(ops, machine());
  accumulation.start();
  EXPECT_EQ(accumulation.done(2), 220U);  // (2 · 32 + 62) + 94
  MachineConfig config = machine();
  config.compute.fill_overlap = FillOverlap::kFull;
  CoreBench full(ops, config);
  full.start();
  EXPECT_EQ(full.done(2), 158U);  // 2 · 32 + 94
}

TEST(ComputeCore, ANarrowSramHoldsTheStepUp) {
  MachineConfig config = machine();
  config.sram.banks = 1;
  CoreBench narrow(steps(1), config);
  narrow.start();
  // Three tiles of 4096 bytes through 32 a cycle, and 2 of latency: 386, instead of an interval of
  // 32
  EXPECT_EQ(narrow.done(0), 448U);  // 94 + (386 − 32)
  EXPECT_EQ(narrow.ledger.cycles(EngineState::kWaitSram), 354U);
  EXPECT_EQ(narrow.ledger.cycles(EngineState::kBusy), 94U);
}

TEST(ComputeCore, WaitsForItsOperands) {
  const std::string ops = "load x[0,0] -> 0\nload x[0,1] -> 0x1000\n" + steps(1);
  for (const Cycle loaded : {0U, 40U, 41U}) {
    CoreBench core(ops, machine());
    core.bench.scoreboard.complete(0, 0);
    core.bench.scoreboard.complete(1, loaded);
    core.start();
    EXPECT_EQ(core.done(2), loaded + 94);
    EXPECT_EQ(core.ledger.cycles(EngineState::kWaitData), loaded);
  }
}

TEST(ComputeCore, WaitsForItsAccumulatorToBeFree) {
  const std::string ops = "store y[0,0] <- 0x2000\n" + steps(1);
  CoreBench core(ops, machine());
  core.bench.scoreboard.complete(0, 33);
  core.start();
  EXPECT_EQ(core.done(1), 127U);  // 33 + 94
  EXPECT_EQ(core.ledger.cycles(EngineState::kWaitSpace), 33U);
}

TEST(ComputeCore, ComputesSumsAndElementwiseSteps) {
  CoreBench core(steps(2) +
                     "vector y[0,0] kernel=0 a=0x2000 b=0 -> 0x3000\nvector y[0,0] kernel=2 "
                     "a=0x4000 -> 0x4000\n",
                 machine());
  core.fill(0x0000, 2.0F);
  core.fill(0x1000, 3.0F);
  core.fill(0x2000, 99.0F);  // cleared by the first step
  core.fill(0x4000, -1.0F);
  core.at(0x4000, 5, 6) = 7.0F;
  core.start();
  EXPECT_EQ(core.at(0x2000, 31, 31), 384.0F);  // 2 steps · 32 · 2 · 3
  EXPECT_EQ(core.at(0x3000, 0, 0), 386.0F);    // + 2
  EXPECT_EQ(core.at(0x4000, 5, 6), 7.0F);
  EXPECT_EQ(core.at(0x4000, 6, 5), 0.0F);
}

TEST(ComputeCore, StartsFromABiasAndEndsInARelu) {
  const std::string step = "matmul y[0,0] k=0 a=0 b=0x1000 bias=0x3000 -> 0x2000 clear";
  for (const bool relu : {false, true}) {
    CoreBench core(step + (relu ? " relu\n" : "\n"), machine());
    core.fill(0x0000, 1.0F);
    core.fill(0x1000, -1.0F);
    core.fill(0x2000, 99.0F);  // what was there does not count
    core.fill(0x3000, 50.0F);
    core.at(0x3000, 0, 7) = 10.0F;
    core.start();
    EXPECT_EQ(core.at(0x2000, 31, 31), 18.0F);  // 50 − 32
    EXPECT_EQ(core.at(0x2000, 0, 7), relu ? 0.0F : -22.0F);
    EXPECT_EQ(core.at(0x2000, 31, 7), relu ? 0.0F : -22.0F);
    EXPECT_EQ(core.done(0), 94U);  // as long as without
  }
}

TEST(ComputeCore, AddsTheFirstRowOfATileToEveryRow) {
  CoreBench core("vector y[0,0] kernel=4 a=0 b=0x1000 -> 0x2000\n", machine());
  core.fill(0x0000, -1.0F);
  core.fill(0x1000, 99.0F);  // rows but the first are not read
  for (std::uint32_t col = 0; col < 32; ++col) {
    core.at(0x1000, 0, col) = static_cast<float>(col) - 4.0F;
  }
  core.start();
  for (std::uint32_t row = 0; row < 32; ++row) {
    EXPECT_EQ(core.at(0x2000, row, 4), 0.0F);
    EXPECT_EQ(core.at(0x2000, row, 31), 26.0F);  // 31 − 4 − 1
  }
}

/// Through 32 bytes a cycle, with 2 of latency; the interval is 32, or 1024 / 32 = 32.
TEST(ComputeCore, ABiasAndARowVectorAreStreamedAsOneRow) {
  MachineConfig config = machine();
  config.sram.banks = 1;
  CoreBench bias("matmul y[0,0] k=0 a=0 b=0x1000 bias=0x3000 -> 0x2000 clear\n", config);
  bias.start();
  EXPECT_EQ(bias.done(0), 452U);  // 94 + (3 · 128 + 4 + 2 − 32)
  CoreBench row("vector y[0,0] kernel=1 a=0 b=0x1000 -> 0x2000\n", config);
  row.start();
  EXPECT_EQ(row.done(0), 262U);  // 128 + 4 + 128 + 2
}

TEST(ComputeCore, OperandsAreAsLargeAsTheTileSays) {
  MachineConfig config = machine();
  config.sram.banks = 1;
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 16 64\nsram 0x10000\ntensor y output 8x16 tile 8x16 dram "
      "0\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu "
      "x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n"
      "matmul y[0,0] k=0 a=0 b=0x1000 -> 0x2000 clear\nvector y[0,0] kernel=2 a=0x2000 -> 0x3000\n",
      "compute_core_test");
  CoreBench core(program, config);
  core.start();
  // 8·64 + 64·16 + 8·16 = 1664 elements: 208 cycles and 2 of latency, for an interval of 64
  EXPECT_EQ(core.done(0), 272U);       // 32 + 32 + 64 − 2 + (210 − 64)
  EXPECT_EQ(core.done(1), 272U + 34);  // 2 · 128 elements: 32 and 2, for an interval of 4
  EXPECT_EQ(core.core->counters().macs, 8U * 16 * 64);
}

TEST(ComputeCore, KeepsThePaddingZero) {
  CoreBench core("matmul y[1,1] k=0 a=0 b=0x1000 -> 0x2000 clear\n", machine());
  core.fill(0x0000, 1.0F);
  core.fill(0x1000, 1.0F);
  core.start();
  for (std::uint32_t row = 0; row < 32; ++row) {
    for (std::uint32_t col = 0; col < 32; ++col) {
      const bool inside = row < 8 && col < 1;  // of 40×33, behind 32×32
      ASSERT_EQ(core.at(0x2000, row, col), inside ? 32.0F : 0.0F) << row << "," << col;
    }
  }
}

}  // namespace
}  // namespace tilewave
