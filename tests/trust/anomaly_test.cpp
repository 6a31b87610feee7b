// Better machines on which a fixed program is slower: each is real, explained in docs/trust.md, and
// pinned here, so that nobody takes it for a new bug, or a new bug for it.
#include <gtest/gtest.h>

#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

/// Program order is what these are about: the plain one, output after output, each tile loaded
/// right before its step.
Settings plain_order() {
  return {
      {"schedule.loop_order", "mnk"}, {"schedule.forwarding", "off"}, {"schedule.lookahead", "0"}};
}

/// Of one program, compiled for `base`.
std::vector<double> cycles_of(const std::string& model, const Settings& base,
                              const std::vector<Settings>& machines) {
  const CompiledModel program = compiled(model, configured(base));
  std::vector<double> cycles;
  for (const Settings& machine : machines) {
    const Config config = configured(with(base, machine));
    cycles.push_back(static_cast<double>(timed(program, config.machine).cycles));
  }
  return cycles;
}

TEST(Anomaly, AWiderBusChangesTheOrderOfBursts) {
  const std::vector<double> cycles =
      cycles_of(kResidual, with(plain_order(), {{"dma.burst_bytes", "256B"}}),
                {{{"bus.bytes_per_cycle", "32B"}}, {{"bus.bytes_per_cycle", "256B"}}});
  EXPECT_GT(cycles[1], cycles[0]);
  EXPECT_LT(cycles[1], 1.01 * cycles[0]);
}

TEST(Anomaly, LongBurstsDelayTheFirstByteOfATile) {
  const Settings base =
      with(plain_order(),
           {{"compute.dataflow", "simd"}, {"sram.size", "32KiB"}, {"dram.bandwidth", "100GB/s"}});
  const std::vector<double> cycles = cycles_of(
      "gemm:160x96x224", base, {{{"dma.burst_bytes", "512B"}}, {{"dma.burst_bytes", "4KiB"}}});
  EXPECT_GT(cycles[1], 1.1 * cycles[0]);
  EXPECT_LT(cycles[1], 1.25 * cycles[0]);
}

/// What overlap costs one program: cycles with it over cycles without.
struct OverlapCost {
  RunResult on;
  RunResult off;

  double ratio() const { return static_cast<double>(on.cycles) / static_cast<double>(off.cycles); }
};

using ChangePart = void (*)(DramTiming&);

OverlapCost overlap_cost(const std::string& model, const Settings& settings,
                         ChangePart change = nullptr) {
  const Config config = configured(with(plain_order(), settings));
  // Compiled for two engines: for a shared one, stores would let loads pass.
  const CompiledModel program =
      compiled(model, configured(with(plain_order(), with(settings, {{"dma.engines", "split"}}))));
  MachineConfig machine = config.machine;
  if (change != nullptr) {
    change(machine.dram.preset.timing);
  }
  OverlapCost cost;
  machine.sequencer.overlap = true;
  cost.on = timed(program, machine);
  machine.sequencer.overlap = false;
  cost.off = timed(program, machine);
  return cost;
}

/// The part as it is, but the pins turn around in no time.
void without_turnarounds(DramTiming& timing) {
  timing.read_to_write = timing.column_other_group;
  timing.write_to_read_other_group = 0;
  timing.write_to_read_same_group = 0;
  timing.write_latency = 0;
}

/// ... but rows open and close in no time.
void with_instant_rows(DramTiming& timing) {
  for (std::uint64_t DramTiming::*rule :
       {&DramTiming::activate_to_read, &DramTiming::activate_to_write, &DramTiming::precharge,
        &DramTiming::precharge_all, &DramTiming::activate_to_precharge,
        &DramTiming::activate_to_activate, &DramTiming::activate_other_group,
        &DramTiming::activate_same_group, &DramTiming::four_activates,
        &DramTiming::read_to_precharge, &DramTiming::write_recovery}) {
    timing.*rule = 1;
  }
}

// What follows is of writes that are acknowledged when they are issued: those that the controller puts
// off hold their places in a window. Acknowledged at acceptance they do not, and none of it happens.

// With three bursts in flight the controller runs out of reads before it has many writes, and turns
// around for each.
TEST(Anomaly, OverlapTurnsTheDataPinsAround) {
  const char* model = "input x 63x18\nt0 = relu x\nt1 = add t0 t0\noutput t0\noutput t1\n";
  const Settings base = {{"clock.period", "140ps"},    {"dma.burst_bytes", "16B"},
                         {"dma.max_outstanding", "3"}, {"dram.model", "banked"},
                         {"dram.write_ack", "issued"}, {"tile.edges", "padded"}};
  const OverlapCost cost = overlap_cost(model, base);
  EXPECT_GT(cost.ratio(), 1.25);
  EXPECT_LT(cost.ratio(), 1.36);
  EXPECT_EQ(cost.on.dram.row_misses, cost.off.dram.row_misses);
  EXPECT_EQ(cost.on.dram.row_conflicts, cost.off.dram.row_conflicts);
  EXPECT_LT(overlap_cost(model, base, without_turnarounds).ratio(), 1);
  EXPECT_GT(overlap_cost(model, base, with_instant_rows).ratio(), 1.1);
  // Watermarks below the window: a turn takes as many writes as there are.
  EXPECT_LT(overlap_cost(model, with(base, {{"dram.queue_depth", "8"}})).ratio(), 1);
}

// With one burst in flight per engine, each finds the row of the other one open.
TEST(Anomaly, OverlapClosesRows) {
  const Settings base = {
      {"clock.period", "158ps"},    {"sram.size", "12KiB"},       {"dma.burst_bytes", "512B"},
      {"dma.max_outstanding", "1"}, {"dram.model", "banked"},     {"dram.preset", "lpddr4-3200"},
      {"dram.queue_depth", "8"},    {"dram.write_ack", "issued"}, {"tile.edges", "padded"}};
  const OverlapCost cost = overlap_cost(kResidual, base);
  EXPECT_GT(cost.ratio(), 1.05);
  EXPECT_LT(cost.ratio(), 1.13);
  EXPECT_GT(cost.on.dram.row_conflicts, 3 * cost.off.dram.row_conflicts);
  EXPECT_LT(overlap_cost(kResidual, base, with_instant_rows).ratio(), 1.01);
  EXPECT_GT(overlap_cost(kResidual, base, without_turnarounds).ratio(), 1.05);
  EXPECT_LT(overlap_cost(kResidual, with(base, {{"dma.max_outstanding", "64"}})).ratio(), 1);
}

// Writes that the controller puts off keep their places in the window that a shared engine has for
// both, so that reads have few left.
TEST(Anomaly, OverlapLeavesReadsFewPlacesOfASharedWindow) {
  const char* model = "input x 51x4\nt0 = add x x\nparam w1 4x4\nt1 = matmul t0 w1\noutput t1\n";
  const Settings base = {
      {"dma.engines", "shared"},   {"dma.max_outstanding", "8"}, {"dma.burst_bytes", "512B"},
      {"dram.model", "banked"},    {"dram.preset", "hbm2"},      {"dram.address_map", "P"},
      {"dram.queue_depth", "449"}, {"dram.write_ack", "issued"}, {"tile.edges", "padded"}};
  const OverlapCost cost = overlap_cost(model, base);
  EXPECT_GT(cost.ratio(), 1.13);
  EXPECT_LT(cost.ratio(), 1.24);
  EXPECT_EQ(cost.on.dram.row_conflicts, cost.off.dram.row_conflicts);
  EXPECT_GT(overlap_cost(model, base, without_turnarounds).ratio(), 1.1);
  EXPECT_GT(overlap_cost(model, base, with_instant_rows).ratio(), 1.1);
  EXPECT_LT(overlap_cost(model, with(base, {{"dma.engines", "split"}})).ratio(), 1);
  EXPECT_LT(overlap_cost(model, with(base, {{"dram.queue_depth", "8"}})).ratio(), 1);
  EXPECT_LT(overlap_cost(model, with(base, {{"dma.max_outstanding", "64"}})).ratio(), 1);
}

}  // namespace
}  // namespace tilewave::trust
