// A better machine does not run a fixed program slower: the program is compiled once, and one
// parameter climbs. What little it may lose is arbitration, and is stated per parameter; where more
// is lost, the reason is a scheduling anomaly, pinned in anomaly_test.cpp.
#include <cstdio>
#include <limits>
#include <ostream>

#include <gtest/gtest.h>

#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

/// Values of one key from worse to better, and by how much a better one may be slower than any
/// worse one: relative · time + cycles.
struct Ladder {
  std::string key;
  std::vector<std::string> values;
  double relative = 0;
  double cycles = 64;
  Settings fixed = {};  // for this ladder, whatever the base says
};

void PrintTo(const Ladder& ladder, std::ostream* stream) { *stream << ladder.key; }

std::vector<Ladder> ladders() {
  return {
      {"dram.bandwidth",
       {"1GB/s", "3.1GB/s", "6.4GB/s", "12.8GB/s", "25.6GB/s", "30GB/s", "51.2GB/s", "100GB/s",
        "1000GB/s"},
       0.002},
      {"dram.latency",
       {"2us", "500ns", "200ns", "100ns", "60ns", "59ns", "30ns", "1ns", "0ns"},
       0.002},
      {"sram.ports", {"1", "2", "3", "4", "8"}, 0.005},
      {"sram.banks", {"1", "2", "4", "8", "16", "32", "64"}, 0.005},
      {"sram.port_bytes", {"4B", "8B", "16B", "32B", "64B"}, 0.005},
      {"sram.latency", {"200", "50", "10", "3", "2", "1", "0"}, 0.005},
      {"bus.bytes_per_cycle", {"4B", "8B", "16B", "24B", "32B", "64B", "100B", "256B"}, 0.01},
      {"bus.latency", {"200", "50", "10", "4", "3", "1", "0"}, 0.002},
      {"dma.setup", {"1000", "200", "50", "16", "15", "4", "0"}, 0.005},
      {"dma.max_outstanding", {"1", "2", "3", "4", "8", "12", "16", "32", "64"}, 0.01},
      // Elsewhere longer bursts are a trade: anomaly_test.cpp.
      {"dma.burst_bytes",
       {"64B", "128B", "256B", "512B", "1KiB", "4KiB"},
       0.005,
       64,
       {{"dma.max_outstanding", "1"}}},
      {"sequencer.queue_depth", {"1", "2", "3", "4", "8", "16", "64"}, 0.01},
      {"compute.vector_lanes", {"1", "4", "16", "32", "33", "64", "1024"}, 0.002},
      {"clock.period", {"5ns", "2ns", "1500ps", "1ns", "999ps", "833ps", "500ps", "100ps"}, 0.01},
  };
}

std::vector<Settings> bases() {
  return {
      {},
      {{"sram.size", "16KiB"},
       {"schedule.loop_order", "mnk"},
       {"schedule.eviction", "lru"},
       {"schedule.buffering", "single"},
       {"schedule.forwarding", "off"}},
      {{"dma.engines", "shared"}, {"dram.layout", "row_major"}, {"dram.bandwidth", "51.2GB/s"}},
      {{"compute.dataflow", "ws"}, {"compute.fill_overlap", "full"}, {"sram.banks", "4"}},
      {{"compute.dataflow", "simd"}, {"sram.size", "32KiB"}, {"dram.bandwidth", "100GB/s"}},
      {{"dram.channels", "4"},
       {"dram.bandwidth", "10GB/s"},
       {"dma.max_outstanding", "4"},
       {"dram.layout", "row_major"}},
      {{"bus.bytes_per_cycle", "16B"},
       {"sram.ports", "2"},
       {"compute.rows", "16"},
       {"compute.cols", "8"},
       {"sequencer.queue_depth", "2"}},
  };
}

std::vector<std::string> models() {
  return {"mlp:128x128x64x32x32", "gemm:160x96x224",     "gemm:33x500x65",
          "mlp:50x70x90x33:i8",   "gemm:96x75x130:bf16", kResidual};
}

/// By how much the worst step of a ladder is too slow.
struct Excess {
  double cycles = 0;
  double share = 0;
  std::string where;
};

double picoseconds(const RunResult& result, const MachineConfig& machine) {
  return machine.clock_period.seconds(result.cycles) * 1e12;
}

void climb(const Ladder& ladder, const std::string& model, const Settings& base, Excess& worst) {
  const CompiledModel program = compiled(model, configured(with(base, ladder.fixed)));
  double best = std::numeric_limits<double>::infinity();
  std::string best_value;
  for (const std::string& value : ladder.values) {
    const MachineConfig machine =
        configured(with(with(base, ladder.fixed), {{ladder.key, value}})).machine;
    const double time = picoseconds(timed(program, machine), machine);
    const double period = machine.clock_period.picoseconds();
    EXPECT_LE(time, best * (1 + ladder.relative) + ladder.cycles * period)
        << ladder.key << "=" << value << " is slower than " << best_value << " by "
        << (time - best) / period << " cycles: " << model << " " << to_arguments(base);
    if ((time - best) / best > worst.share) {
      worst = {(time - best) / period, (time - best) / best,
               best_value + " -> " + value + ", " + model + " " + to_arguments(base)};
    }
    if (time < best) {
      best = time;
      best_value = value;
    }
  }
}

class Monotonicity : public ::testing::TestWithParam<Ladder> {};

TEST_P(Monotonicity, ABetterMachineIsNotSlower) {
  Excess worst;
  for (const Settings& base : bases()) {
    for (const std::string& model : models()) {
      climb(GetParam(), model, base, worst);
    }
  }
  if (verbose()) {
    std::printf("%s: %.0f cycles, %.3f %%: %s\n", GetParam().key.c_str(), worst.cycles,
                worst.share * 100, worst.where.c_str());
  }
}

std::string test_name(const ::testing::TestParamInfo<Ladder>& info) {
  std::string name = info.param.key;
  std::ranges::replace(name, '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Ladder, Monotonicity, ::testing::ValuesIn(ladders()), test_name);

}  // namespace
}  // namespace tilewave::trust
