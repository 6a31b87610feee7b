// What the cost model is told of a machine.
#include "sim/config/machine_costs.h"

#include <gtest/gtest.h>

#include "models/compute/compute_timing.h"
#include "sim/config/config.h"

namespace tilewave {
namespace {

using Chain = MachineCosts::Chain;

MachineCosts costs_of(const std::vector<Setting>& settings) {
  const Config config = resolve_config(std::vector<SettingSource>{{"test", settings}});
  const MachineCosts costs = machine_costs(config.machine, config.tile);
  // The scheduler gets the same.
  EXPECT_EQ(config.schedule.costs.step_cycles, costs.step_cycles);
  EXPECT_EQ(config.schedule.costs.dram_bytes_per_cycle, costs.dram_bytes_per_cycle);
  return costs;
}

TEST(MachineCosts, StepsAndChains) {
  struct Case {
    std::vector<Setting> settings;
    Chain chain;
    std::uint64_t step;
    std::uint64_t chain_cycles;
  };
  const Setting none{"compute.fill_overlap", "none"};
  const Setting accumulation{"compute.fill_overlap", "accumulation"};
  const Setting full{"compute.fill_overlap", "full"};
  const Setting ws{"compute.dataflow", "ws"};
  const Setting is{"compute.dataflow", "is"};
  const Setting simd{"compute.dataflow", "simd"};
  for (const Case& expected : std::vector<Case>{
           {{none}, Chain::kReduction, 94, 0},           // 32 + 32 + 32 − 2
           {{accumulation}, Chain::kReduction, 32, 62},  // 94 − 32
           {{full}, Chain::kReduction, 32, 0},
           {{accumulation, {"compute.drain", "on"}}, Chain::kReduction, 32, 94},  // 94 + 32 − 32
           {{ws, accumulation}, Chain::kRows, 32, 94},  // 2·32 + 32 + 32 − 2 − 32
           {{is, accumulation}, Chain::kColumns, 32, 94},
           {{ws, full}, Chain::kRows, 32, 0},
           {{full, {"compute.rows", "8"}, {"compute.cols", "8"}}, Chain::kReduction, 8, 0},
           {{full,
             {"compute.rows", "8"},
             {"compute.cols", "8"},
             {"tile.m", "32"},
             {"tile.n", "32"},
             {"tile.k", "32"}},
            Chain::kReduction,
            512,
            0},
           {{simd, {"compute.macs_per_cycle", "64"}, {"compute.latency", "9"}},
            Chain::kReduction,
            521,  // 32^3 / 64 + 9
            0},
       }) {
    const MachineCosts costs = costs_of(expected.settings);
    EXPECT_EQ(costs.chain, expected.chain) << expected.settings.front().value;
    EXPECT_EQ(costs.step_cycles, expected.step) << expected.settings.front().value;
    EXPECT_EQ(costs.chain_cycles, expected.chain_cycles) << expected.settings.front().value;
  }
}

TEST(MachineCosts, EveryStepTakesWhatTheMachineTakes) {
  for (const char* dataflow : {"os", "ws", "is", "simd"}) {
    const Config config =
        resolve_config(std::vector<SettingSource>{{"test",
                                                   {{"compute.dataflow", dataflow},
                                                    {"compute.rate.bf16", "2"},
                                                    {"compute.rate.i8", "4"},
                                                    {"compute.vector_lanes", "5"},
                                                    {"tile.k", "128"}}}});
    const MachineCosts costs = machine_costs(config.machine, config.tile);
    Program program;
    program.tile = config.tile;
    program.kernels = {parse_vector_kernel("tile:i8 -> i8 | mul x0 x0; sigmoid t0"),
                       parse_vector_kernel("tile -> sum of columns | exp x0")};
    const ComputeTiming timing(config.machine.compute, program);
    for (const ElementType factor : {ElementType::kF32, ElementType::kBf16, ElementType::kI8}) {
      for (const TileShape& shape : {static_cast<const TileShape&>(config.tile),
                                     TileShape{32, 64, 128}, TileShape{64, 32, 256}}) {
        Op op{.opcode = Opcode::kMatmul, .a_type = factor, .b_type = factor};
        op.set_shape(shape);
        EXPECT_DOUBLE_EQ(
            costs.matmul_cycles({static_cast<double>(shape.m), static_cast<double>(shape.n),
                                 static_cast<double>(shape.k)},
                                factor),
            static_cast<double>(timing.step(op).interval))
            << dataflow << " " << to_string(factor) << " " << to_string(shape.result());
      }
    }
    Op map{.opcode = Opcode::kVector};
    map.set_shape({7, 9, 0});
    EXPECT_EQ(costs.vector_cycles(program.kernels[0], {7, 9, ElementType::kI8}),
              timing.step(map).interval);
    Op fold{.opcode = Opcode::kReduce, .kernel = 1};
    fold.set_shape({7, 1, 9});
    EXPECT_EQ(costs.vector_cycles(program.kernels[1], {7, 9}), timing.step(fold).interval);
  }
}

TEST(MachineCosts, Bandwidths) {
  EXPECT_DOUBLE_EQ(costs_of({}).sram_bytes_per_cycle, 512);  // 16 · 1 · 32
  EXPECT_DOUBLE_EQ(costs_of({{"sram.banks", "8"}, {"sram.ports", "2"}, {"sram.port_bytes", "64B"}})
                       .sram_bytes_per_cycle,
                   1024);  // 8 · 2 · 64
  EXPECT_DOUBLE_EQ(costs_of({}).dram_bytes_per_cycle, 25.6);
  EXPECT_DOUBLE_EQ(costs_of({{"clock.period", "2ns"}}).dram_bytes_per_cycle, 51.2);
  EXPECT_DOUBLE_EQ(costs_of({{"dram.channels", "2"}}).dram_bytes_per_cycle, 51.2);
  EXPECT_DOUBLE_EQ(costs_of({{"dram.refresh_permille", "100"}}).dram_bytes_per_cycle, 23.04);
  EXPECT_DOUBLE_EQ(costs_of({{"bus.bytes_per_cycle", "8B"}}).dram_bytes_per_cycle, 8);
  EXPECT_DOUBLE_EQ(
      costs_of({{"dram.model", "banked"}, {"dram.preset", "ddr4-3200"}}).dram_bytes_per_cycle,
      25.6);
}

}  // namespace
}  // namespace tilewave
