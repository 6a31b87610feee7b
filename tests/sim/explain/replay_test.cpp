// The replay against the simulator: nearly the same cycles with the simple DRAM, about the same
// with the banked one. bench/whatif_benchmark has the larger table.
#include "sim/explain/replay.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "sim/explain/what_if.h"
#include "tests/trust/machines.h"

namespace tilewave {
namespace {

using trust::Settings;

/// A replay is at most this share off the simulation.
constexpr double kSimpleLimit = 0.015;
constexpr double kBankedLimit = 0.08;

const std::vector<std::string> kModels = {"gemm:256x256x256", "gemm:300x72x1000",
                                          "mlp:128x128x64x32x32", "mlp:70x200x300x10"};

double error_of(const std::string& model, const Settings& settings) {
  const Config config = trust::configured(settings);
  const CompiledModel compiled = trust::compiled(model, config);
  const auto simulated = static_cast<double>(trust::timed(compiled, config.machine).cycles);
  const Cycle replayed = replay(compiled.program, compiled.hazards, config.machine,
                                dram_service(compiled.program, config.machine));
  return static_cast<double>(replayed) / simulated - 1;
}

void expect_near(const std::vector<Settings>& machines, double limit) {
  for (const Settings& machine : machines) {
    for (const std::string& model : kModels) {
      EXPECT_NEAR(error_of(model, machine), 0, limit)
          << model << " " << trust::to_arguments(machine);
    }
  }
}

TEST(ReplayTest, IsNearTheSimulatorWithSeveralSimpleChannels) {
  // Bursts do not meet the channels as evenly as the replay thinks.
  expect_near({{{"dram.channels", "4"}}}, 0.04);
}

TEST(ReplayTest, IsNearTheSimulatorWithTheSimpleDram) {
  expect_near({{},
               {{"compute.fill_overlap", "full"}},
               {{"compute.fill_overlap", "none"}, {"compute.drain", "on"}},
               {{"compute.dataflow", "ws"}, {"compute.fill_overlap", "full"}},
               {{"compute.dataflow", "is"}},
               {{"compute.dataflow", "simd"}, {"compute.macs_per_cycle", "4096"}},
               {{"compute.rows", "8"}, {"compute.cols", "8"}},
               {{"dram.bandwidth", "4GB/s"}},
               {{"dram.bandwidth", "100GB/s"}, {"bus.bytes_per_cycle", "16B"}},
               {{"dram.layout", "row_major"}, {"dma.max_outstanding", "4"}},
               {{"dma.engines", "shared"}},
               {{"dma.setup", "200"}},
               {{"sram.size", "16KiB"}},
               {{"sequencer.queue_depth", "1"}},
               {{"sequencer.overlap", "off"}}},
              kSimpleLimit);
}

TEST(ReplayTest, IsAboutTheSimulatorWithTheBankedDram) {
  expect_near({{{"dram.model", "banked"}},
               {{"dram.model", "banked"}, {"dram.preset", "hbm2"}, {"dram.channels", "2"}}},
              kBankedLimit);
}

TEST(ReplayTest, OfAReduceThatStreamsAsMuchAsAnOpMay) {
  // four operands and what it goes on with, read, and the result, written
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 32 32 32\nsram 0x3000\ntensor x input 32x64 tile 32x32 dram 0\n"
      "tensor s output 32x1 tile 32x1 dram 0x2000\n"
      "kernel 0 tile row first_column value -> sum of columns | add x0 x1; add t0 x2; add t1 "
      "x3\nops\n"
      "load x[0,0] -> 0\nload x[0,1] -> 0x1000\n"
      "reduce s[0,0] k=0 kernel=0 a=0 b=0x1000 c=0x1000 d=0 -> 0x2000 clear\n"
      "reduce s[0,0] k=1 kernel=0 a=0x1000 b=0 c=0 d=0x1000 -> 0x2000\nstore s[0,0] <- 0x2000\n",
      "p");
  verify_program(program);
  const std::vector<OpHazards> hazards = find_hazards(program);
  for (const char* unit : {"shared", "own"}) {
    const MachineConfig machine = trust::configured({{"vector.unit", unit}}).machine;
    const auto simulated = static_cast<double>(run_program(program, hazards, machine, {}).cycles);
    const Cycle replayed = replay(program, hazards, machine, dram_service(program, machine));
    EXPECT_NEAR(static_cast<double>(replayed) / simulated, 1, 0.03) << unit;
  }
}

TEST(ReplayTest, OfNothing) {
  EXPECT_EQ(replay(Program{}, {}, MachineConfig{}, DramService{}), 0U);
}

}  // namespace
}  // namespace tilewave
