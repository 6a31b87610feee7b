// Every key of the config changes a result. A key without an entry here fails, by name; that keys
// without effect are refused is tests/sim/config/config_test.cpp.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "sim/config/keys.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

/// Two values of a key between which `model` on `base` runs differently.
struct Effect {
  std::string from;
  std::string to;
  Settings base = {};
  std::string model = "mlp:128x128x64x32x32";
};

// clang-format off
const std::map<std::string, Effect>& effects() {
  static const Settings simd = {{"compute.dataflow", "simd"}};
  static const Settings bound_by_compute = {{"dram.bandwidth", "400GB/s"},
                                            {"dma.max_outstanding", "64"}};
  static const Settings banked = {{"dram.model", "banked"}};
  static const Settings banked_busy = {{"dram.model", "banked"}, {"dma.max_outstanding", "64"},
                                       {"dram.layout", "row_major"}};
  static const Settings banked_in_turn = {{"dram.model", "banked"}, {"sequencer.overlap", "off"}};
  static const std::map<std::string, Effect> effects = {
      {"clock.period", {"1ns", "2ns"}},
      {"compute.dataflow", {"os", "ws", bound_by_compute}},
      {"compute.rows", {"32", "16", bound_by_compute}},
      {"compute.cols", {"32", "16", bound_by_compute}},
      {"compute.macs_per_cycle", {"1024", "100", simd}},
      {"compute.rate.f32", {"1", "4", bound_by_compute}},
      {"compute.rate.bf16", {"1", "4", bound_by_compute, "mlp:128x128x64x32x32:bf16"}},
      {"compute.rate.f16", {"1", "4", bound_by_compute, "mlp:128x128x64x32x32:f16"}},
      {"compute.rate.i8", {"1", "4", bound_by_compute, "mlp:128x128x64x32x32:i8"}},
      {"compute.vector_lanes", {"32", "1", {}, kResidual}},
      {"compute.latency", {"0", "1000", simd}},
      {"compute.fill_overlap", {"none", "full", bound_by_compute}},
      {"compute.drain", {"off", "on", bound_by_compute}},
      {"vector.unit", {"shared", "own", {}, kResidualGelu}},
      {"vector.cost.simple", {"1", "64", {}, kResidualGelu}},
      {"vector.cost.multiply", {"1", "64", {}, kResidualGelu}},
      {"vector.cost.divide", {"1", "64", {}, kResidualGelu}},
      {"vector.cost.exponential", {"1", "64", {}, kResidualGelu}},
      {"vector.cost.composite", {"1", "64", {}, kResidualGelu}},
      {"sram.size", {"256KiB", "12KiB"}},
      {"sram.banks", {"16", "1"}},
      {"sram.ports", {"1", "2", {{"sram.banks", "1"}}}},
      {"sram.port_bytes", {"32B", "4B"}},
      {"sram.interleave_bytes", {"64B", "4KiB", bound_by_compute}},
      {"sram.latency", {"2", "200"}},
      {"dma.engines", {"split", "shared"}},
      {"dma.setup", {"16", "1000"}},
      {"dma.burst_bytes", {"256B", "4KiB", {{"sram.size", "16KiB"}}}},
      {"dma.max_outstanding", {"16", "1"}},
      {"bus.bytes_per_cycle", {"64B", "4B"}},
      {"bus.latency", {"4", "400"}},
      {"dram.model", {"simple", "banked"}},
      {"dram.preset", {"ddr4-2400", "ddr4-3200", banked}},
      {"dram.address_map", {"P", "B", banked}},
      {"dram.queue_depth", {"8", "64", banked_busy, "gemm:128x128x128"}},
      {"dram.refresh", {"on", "off", banked, "gemm:128x128x128"}},
      {"dram.refresh_permille", {"0", "100"}},
      {"dram.write_ack", {"accepted", "issued", banked_in_turn, "gemm:128x128x128"}},
      {"dram.max_age", {"30us", "1ns", banked_busy, "gemm:128x128x128"}},
      {"dram.layout", {"tiled", "row_major"}},
      {"dram.channels", {"1", "2"}},
      {"dram.latency", {"60ns", "600ns"}},
      {"dram.bandwidth", {"25.6GB/s", "51.2GB/s"}},
      {"dram.interleave_bytes", {"256B", "64KiB", {{"dram.channels", "2"}}}},
      {"sequencer.queue_depth", {"1", "16"}},
      {"sequencer.overlap", {"on", "off"}},
      {"tile.m", {"32", "64"}},
      {"tile.n", {"32", "64", {}, "gemm:128x128x128"}},
      {"tile.k", {"32", "64", {}, "gemm:128x128x128"}},
      {"tile.edges", {"real", "padded", {}, "gemm:33x33x33"}},
      {"schedule.loop_order", {"mnk", "nmk"}},
      {"schedule.eviction", {"lru", "belady", {{"sram.size", "24KiB"}}, "gemm:128x128x128"}},
      {"schedule.buffering", {"single", "pingpong"}},
      {"schedule.forwarding", {"on", "off"}},
      {"schedule.joins", {"off", "large", {{"sram.size", "32KiB"}}, kResidual}},
      {"schedule.row_blocks", {"on", "off", {{"sram.size", "192KiB"}}, "bert:layers=1,width=64,heads=1,ffn=64,tokens=512"}},
      {"schedule.lookahead", {"0", "128"}},
  };
  return effects;
}
// clang-format on

/// A key with one choice has nothing to vary yet.
bool can_vary(const ConfigKey& key) { return key.choices.size() != 1; }

struct Run {
  Program program;
  RunResult result;
};

Run run(const Effect& effect, const std::string& key, const std::string& value) {
  const Config config = configured(with(effect.base, {{key, value}}));
  const CompiledModel model = compiled(effect.model, config);
  return {model.program, timed(model, config.machine)};
}

/// More than a tie: another program, or cycles by a percent.
bool differs(const Run& a, const Run& b) {
  const auto [less, more] = std::minmax(a.result.cycles, b.result.cycles);
  return !(a.program == b.program) || 100 * more > 101 * less;
}

TEST(EveryKey, ChangesAResult) {
  for (const ConfigKey& key : config_keys()) {
    if (!can_vary(key)) {
      continue;
    }
    const auto found = effects().find(key.name);
    if (found == effects().end()) {
      ADD_FAILURE() << key.name << " has no entry: add two values that change a result";
      continue;
    }
    const Effect& effect = found->second;
    EXPECT_TRUE(differs(run(effect, key.name, effect.from), run(effect, key.name, effect.to)))
        << key.name << " = " << effect.from << " or " << effect.to << " makes no difference";
  }
}

TEST(EveryKey, EachEntryIsOfAKey) {
  for (const auto& [name, effect] : effects()) {
    EXPECT_NE(find_config_key(name), nullptr) << name << " is no key any more";
  }
}

}  // namespace
}  // namespace tilewave::trust
