// A vector unit of its own, beside the core: who does what, when, and that values do not depend on it.
#include <gtest/gtest.h>

#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_text.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

/// Two loads, then a product and a vector step that have nothing to do with each other.
Program apart() {
  return parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x5000\ntensor x input 32x32 tile 32x32 dram 0\n"
      "tensor w param 32x32 tile 32x32 dram 0x1000\ntensor y output 32x32 tile 32x32 dram 0x2000\n"
      "tensor z output 32x32 tile 32x32 dram 0x3000\nkernel 0 tile | gelu x0\nops\n"
      "load x[0,0] -> 0\nload w[0,0] -> 0x1000\n"
      "matmul y[0,0] k=0 a=0 b=0x1000 -> 0x2000 clear\n"
      "vector z[0,0] kernel=0 a=0 -> 0x3000\n"
      "store y[0,0] <- 0x2000\nstore z[0,0] <- 0x3000\n",
      "vector_unit_test");
}

MachineConfig machine(bool own) {
  MachineConfig config;
  config.compute.vector.own_unit = own;
  return config;
}

TEST(VectorUnit, HasAnAccountOfItsOwn) {
  const Program program = apart();
  const RunResult shared = test::run_timing_only(program, machine(false));
  const RunResult own = test::run_timing_only(program, machine(true));
  test::expect_accounted(shared, program);
  test::expect_accounted(own, program);
  EXPECT_EQ(shared.units.all().size(), 3U);
  EXPECT_EQ(shared.engine(Engine::kCompute).ops, 2U);
  EXPECT_EQ(own.units.all().size(), 4U);
  EXPECT_EQ(own.engine(Engine::kCompute).ops, 1U);
  EXPECT_EQ(own.engine(Engine::kVector).ops, 1U);
  EXPECT_EQ(own.bounds.vector, 256.0);  // 8 passes of 1024 / 32 cycles
  EXPECT_EQ(shared.bounds.vector, 0.0);
  EXPECT_EQ(shared.bounds.compute, 256.0 + 32);
}

TEST(VectorUnit, WorksWhileTheCoreDoes) {
  const Program program = apart();
  const Cycle shared = test::run_timing_only(program, machine(false)).cycles;
  const Cycle own = test::run_timing_only(program, machine(true)).cycles;
  // The GELU needs x alone, so it starts before w is there, and the product does not wait for it.
  EXPECT_LT(own, shared);
}

TEST(VectorUnit, TakesItsPassesAndItsLatency) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x2000\ntensor x input 32x32 tile 32x32 dram 0\n"
      "tensor y output 32x32 tile 32x32 dram 0x2000\nkernel 0 tile | gelu x0\nops\n"
      "load x[0,0] -> 0\nvector y[0,0] kernel=0 a=0 -> 0\nstore y[0,0] <- 0\n",
      "vector_unit_test");
  MachineConfig config = machine(true);
  const Cycle without = test::run_timing_only(program, config).cycles;
  config.compute.latency = 100;
  EXPECT_EQ(test::run_timing_only(program, config).cycles, without + 100);
  config.compute.vector.cost[static_cast<std::size_t>(CostClass::kComposite)] = 9;
  EXPECT_EQ(test::run_timing_only(program, config).cycles, without + 100 + 32);
}

TEST(VectorUnit, AsMuchVectorAsMatrixWorkTakesLittleMoreThanOneOfThem) {
  // A product of 8 steps of 32 cycles for each tile, and as many cycles of a GELU; memory enough.
  const Graph graph =
      parse_graph("input x 512x256\nparam w 256x512\nh = matmul x w\ny = gelu h\noutput y\n", "g");
  ScheduleOptions options;
  options.sram_bytes = 4 << 20;
  const Program program = test::compile(graph, options).program;
  MachineConfig config = machine(false);
  config.sram.size_bytes = options.sram_bytes;
  config.dram.bandwidth = 400'000'000'000;
  config.bus.bytes_per_cycle = 512;
  config.sram.banks = 64;
  const Cycle shared = test::run_timing_only(program, config).cycles;
  config.compute.vector.own_unit = true;
  const RunResult own = test::run_timing_only(program, config);
  EXPECT_EQ(own.bounds.vector, own.bounds.compute);
  EXPECT_LE(static_cast<double>(own.cycles), 0.6 * static_cast<double>(shared));
}

}  // namespace
}  // namespace tilewave
