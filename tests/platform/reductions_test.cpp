// Reduces on whole machines: values, and cycles by the formula, on shared and own vector units, with and
// without overlap.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "tests/support/kernels.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using test::Outcome;
using test::Values;

std::vector<MachineConfig> machines() {
  std::vector<MachineConfig> configs;
  for (const bool own : {false, true}) {
    for (const bool overlap : {false, true}) {
      for (const FillOverlap fill : {FillOverlap::kNone, FillOverlap::kFull}) {
        MachineConfig config;
        config.compute.vector.own_unit = own;
        config.compute.fill_overlap = fill;
        config.compute.latency = own ? 0 : 40;
        config.sequencer.overlap = overlap;
        configs.push_back(config);
      }
    }
  }
  return configs;
}

/// The largest of each row of x, in three steps, and the sum of the squares of each column, in two.
constexpr const char* kBothAxes =
    "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 13x21 tile 8x8 dram 0\n"
    "tensor m output 13x1 tile 8x1 dram 0x1000\ntensor s output 1x21 tile 1x8 dram 0x2000\n"
    "kernel 0 tile -> max of columns | identity x0\nkernel 1 tile -> sum of rows | mul x0 x0\nops\n"
    "load x[0,0] -> 0\nload x[0,1] -> 0x100\nload x[0,2] -> 0x200\n"
    "reduce m[0,0] k=0 kernel=0 a=0 -> 0x600 clear\nreduce m[0,0] k=1 kernel=0 a=0x100 -> 0x600\n"
    "reduce m[0,0] 8x1x5 k=2 kernel=0 a=0x200 -> 0x600\nstore m[0,0] <- 0x600\n"
    "load x[1,0] -> 0x300\nload x[1,1] -> 0x400\nload x[1,2] -> 0x500\n"
    "reduce m[1,0] 5x1x5 k=2 kernel=0 a=0x500 -> 0x640 clear\n"
    "reduce m[1,0] k=0 kernel=0 a=0x300 -> 0x640\nreduce m[1,0] k=1 kernel=0 a=0x400 -> 0x640\n"
    "store m[1,0] <- 0x640\n"
    "reduce s[0,0] k=0 kernel=1 a=0 -> 0x680 clear\nreduce s[0,0] 1x8x5 k=1 kernel=1 a=0x300 -> "
    "0x680\n"
    "store s[0,0] <- 0x680\n"
    "reduce s[0,1] k=0 kernel=1 a=0x100 -> 0x680 clear\n"
    "reduce s[0,1] 1x8x5 k=1 kernel=1 a=0x400 -> 0x680\nstore s[0,1] <- 0x680\n"
    "reduce s[0,2] k=0 kernel=1 a=0x200 -> 0x6c0 clear\n"
    "reduce s[0,2] 1x5x5 k=1 kernel=1 a=0x500 -> 0x6c0\nstore s[0,2] <- 0x6c0\n";

TEST(Reductions, FoldRowsAndColumnsOfSeveralTiles) {
  const Program program = parse_program_text(kBothAxes, "reductions_test");
  const Values sources = test::random_sources(program.tensors, 1);
  const std::vector<float>& x = sources.at("x");
  Values first;
  for (const MachineConfig& config : machines()) {
    const Outcome outcome = test::run(program, config, sources);
    for (std::size_t row = 0; row < 13; ++row) {
      EXPECT_EQ(outcome.outputs.at("m")[row], *std::max_element(&x[row * 21], &x[row * 21] + 21));
    }
    for (std::size_t col = 0; col < 21; ++col) {
      double sum = 0;
      for (std::size_t row = 0; row < 13; ++row) {
        sum += static_cast<double>(x[row * 21 + col]) * x[row * 21 + col];
      }
      EXPECT_NEAR(outcome.outputs.at("s")[col], sum, 1e-5);
    }
    first = first.empty() ? outcome.outputs : first;
    EXPECT_EQ(outcome.outputs, first);  // in every bit, whatever overlaps
    EXPECT_EQ(test::counted(outcome.result.counters(), "compute.macs"), 0U);
    EXPECT_EQ(outcome.result.macs(), 0U);
  }
}

/// Cycles of a lone reduce of 32x32 values: what a vector op in its place takes, and the difference.
TEST(Reductions, TakeTheirPassesAndTheTree) {
  const std::string head =
      "tilewave-program 3\ntile 32 32 32\nsram 0x2000\ntensor x input 32x32 tile 32x32 dram 0\n"
      "tensor s output 32x1 tile 32x1 dram 0x2000\nkernel 0 tile -> sum of columns | ";
  const auto cycles = [&](const std::string& expression, const MachineConfig& config) {
    const Program program = parse_program_text(
        head + expression +
            "\nops\nload x[0,0] -> 0\n"
            "reduce s[0,0] k=0 kernel=0 a=0 -> 0x1000 clear\nstore s[0,0] <- 0x1000\n",
        "reductions_test");
    verify_program(program);
    const RunResult result = test::run_timing_only(program, config);
    const double interval =
        config.compute.vector.own_unit ? result.bounds.vector : result.bounds.compute;
    return std::pair{result.cycles, static_cast<Cycle>(interval)};
  };
  for (const bool own : {false, true}) {
    MachineConfig config;
    config.compute.vector.own_unit = own;
    const auto [plain, interval] = cycles("identity x0", config);
    EXPECT_EQ(interval, 37U);  // 1024 / 32 + log2(32)
    const auto [exponential, passes] = cycles("exp x0", config);
    EXPECT_EQ(passes, 165U);  // (4 + 1) · 32 + 5
    EXPECT_EQ(exponential - plain, 128U);
    config.compute.latency = 100;
    EXPECT_EQ(cycles("identity x0", config).first, plain + 100);
  }
}

/// Operands, the accumulator read and written, pass the ports.
TEST(Reductions, StreamTheirOperandsAndTheAccumulator) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x3000\ntensor x input 32x64 tile 32x32 dram 0\n"
      "tensor s output 32x1 tile 32x1 dram 0x2000\nkernel 0 tile -> sum of columns | identity "
      "x0\nops\n"
      "load x[0,0] -> 0\nload x[0,1] -> 0x1000\nreduce s[0,0] k=0 kernel=0 a=0 -> 0x2000 clear\n"
      "reduce s[0,0] k=1 kernel=0 a=0x1000 -> 0x2000\nstore s[0,0] <- 0x2000\n",
      "reductions_test");
  for (const bool own : {false, true}) {
    MachineConfig config;
    config.compute.vector.own_unit = own;
    const RunResult result = test::run_timing_only(program, config);
    // DMA 8192 + 128; operands 2 · 4096; results 128 written, 128 read, 128 written
    EXPECT_EQ(test::counted(result.counters(), "sram.bytes"), 8192U + 128 + 8192 + 3 * 128) << own;
  }
}

/// Rows of an operand that are padding make no difference to the others.
TEST(Reductions, OfPaddedRowsAreRight) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x400\ntensor x input 5x8 tile 8x8 padded dram 0\n"
      "tensor s output 5x1 tile 8x1 padded dram 0x200\ntensor y output 1x1 tile 1x1 dram 0x300\n"
      "kernel 0 tile -> sum of columns | add x0 1\nkernel 1 value | identity x0\nops\n"
      "load x[0,0] -> 0\nreduce s[0,0] k=0 kernel=0 a=0 -> 0x100 clear\nstore s[0,0] <- 0x100\n"
      "vector y[0,0] kernel=1 a=0x100 -> 0x140\nstore y[0,0] <- 0x140\n",
      "reductions_test");
  const Values sources = test::random_sources(program.tensors, 3);
  const Outcome outcome = test::run(program, {}, sources);
  for (std::size_t row = 0; row < 5; ++row) {
    double sum = 8;
    for (std::size_t col = 0; col < 8; ++col) {
      sum += sources.at("x")[row * 8 + col];
    }
    EXPECT_NEAR(outcome.outputs.at("s")[row], sum, 1e-5);
  }
}

}  // namespace
}  // namespace tilewave
