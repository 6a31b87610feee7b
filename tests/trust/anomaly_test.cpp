// Better machines on which a fixed program is slower: each is real, explained in docs/trust.md, and
// pinned here, so that nobody takes it for a new bug, or a new bug for it.
#include <gtest/gtest.h>

#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

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
      cycles_of(kResidual, {{"dma.burst_bytes", "256B"}},
                {{{"bus.bytes_per_cycle", "32B"}}, {{"bus.bytes_per_cycle", "256B"}}});
  EXPECT_GT(cycles[1], cycles[0]);
  EXPECT_LT(cycles[1], 1.01 * cycles[0]);
}

TEST(Anomaly, LongBurstsDelayTheFirstByteOfATile) {
  const Settings base = {
      {"compute.dataflow", "simd"}, {"sram.size", "32KiB"}, {"dram.bandwidth", "100GB/s"}};
  const std::vector<double> cycles = cycles_of(
      "gemm:160x96x224", base, {{{"dma.burst_bytes", "512B"}}, {{"dma.burst_bytes", "4KiB"}}});
  EXPECT_GT(cycles[1], 1.1 * cycles[0]);
  EXPECT_LT(cycles[1], 1.25 * cycles[0]);
}

}  // namespace
}  // namespace tilewave::trust
