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

TEST(Anomaly, OverlapCostsTimeWithASharedEngineAndALongLatency) {
  // The program is compiled for two engines: for a shared one its stores would let loads pass.
  const Settings base = with(plain_order(), {{"dma.burst_bytes", "64B"},
                                             {"sram.latency", "65536"},
                                             {"dma.setup", "61"},
                                             {"bus.latency", "1"},
                                             {"dram.latency", "11185ps"}});
  const Setting shared{"dma.engines", "shared"};
  const std::vector<double> cycles =
      cycles_of("gemm:73x1x1", base,
                {{shared, {"sequencer.overlap", "off"}}, {shared, {"sequencer.overlap", "on"}}});
  EXPECT_GT(cycles[1], 1.05 * cycles[0]);
  EXPECT_LT(cycles[1], 1.10 * cycles[0]);
}

}  // namespace
}  // namespace tilewave::trust
