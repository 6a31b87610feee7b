// What must not matter does not: the unit of time, names, and how often one looks.
#include <gtest/gtest.h>

#include "tests/trust/machines.h"

namespace tilewave::trust {
namespace {

struct Times {
  std::uint64_t period_ps = 1000;
  std::uint64_t latency_ps = 60'000;
  std::uint64_t bandwidth = 25'600'000'000;  // bytes per second
};

Settings settings_of(const Times& times) {
  return {{"clock.period", std::to_string(times.period_ps) + "ps"},
          {"dram.latency", std::to_string(times.latency_ps) + "ps"},
          {"dram.bandwidth", std::to_string(times.bandwidth) + "B/s"}};
}

std::vector<Settings> variants() {
  return {{},
          {{"dma.engines", "shared"}, {"sram.size", "16KiB"}},
          {{"dram.layout", "row_major"}, {"dram.channels", "2"}, {"compute.dataflow", "ws"}}};
}

const std::vector<std::string> kModels = {"mlp:128x128x64x32x32", "gemm:100x200x50", kResidual};

TEST(Symmetry, ScalingAllTimesScalesSecondsAndNoCycles) {
  // Bursts have 256 or 128 bytes (two channels: 128 or 256 each): 10 ns · k and 5 ns · k, whole
  // picoseconds for every k below, so nothing rounds.
  for (const Settings& variant : variants()) {
    const Settings whole = with(variant, {{"tile.edges", "padded"}});
    for (const std::string& model : kModels) {
      const RunResult one = timed(model, with(whole, settings_of({})));
      for (const std::uint64_t k : {2, 4, 5, 10, 16, 1000}) {
        SCOPED_TRACE(model + " " + to_arguments(whole) + ", k = " + std::to_string(k));
        const Times scaled{1000 * k, 60'000 * k, 25'600'000'000 / k};
        const RunResult other = timed(model, with(whole, settings_of(scaled)));
        test::expect_same_result(one, other);
        EXPECT_DOUBLE_EQ(other.seconds, one.seconds * static_cast<double>(k));
        EXPECT_DOUBLE_EQ(other.efficiency(), one.efficiency());
      }
    }
  }
}

TEST(Symmetry, WithRoundingACyclePerBurstAtMost) {
  // 25.6 GB/s / 3 is no whole number of bytes per second, and 256 B take 30,000.0000009 ps: rounded
  // up to the next picosecond, which may be the next cycle.
  for (const std::string& model : kModels) {
    const RunResult one = timed(model, settings_of({}));
    const RunResult other = timed(model, settings_of({3000, 180'000, 8'533'333'333}));
    const std::uint64_t bursts = (one.dram.read_bytes + one.dram.write_bytes) / 256;
    EXPECT_GE(other.cycles + 1, one.cycles) << model;
    EXPECT_LE(other.cycles, one.cycles + bursts) << model;
  }
}

std::string renamed(std::string text, const std::string& a, const std::string& b) {
  const auto replace_word = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  };
  replace_word(a, "#");
  replace_word(b, a);
  replace_word("#", b);
  return text;
}

TEST(Symmetry, NamesMeanNothing) {
  for (const Settings& variant : variants()) {
    const RunResult one = timed(kResidual, variant);
    for (const auto& [a, b] : {std::pair{"w1", "w2"}, {"h", "zz"}}) {
      test::expect_same_result(one, timed(renamed(kResidual, a, b), variant));
    }
  }
}

TEST(Symmetry, RunningTwiceIsRunningOnce) {
  for (const Settings& variant : variants()) {
    for (const std::string& model : kModels) {
      const Config config = configured(variant);
      const CompiledModel first = compiled(model, config);
      const CompiledModel second = compiled(model, config);
      EXPECT_EQ(first.program, second.program);
      const RunResult once = timed(first, config.machine);
      timed(second, configured({{"sram.banks", "1"}}).machine);  // leaves nothing behind
      test::expect_same_result(once, timed(second, config.machine));
    }
  }
}

TEST(Symmetry, TransposedOperandsOfASquareGemmTakeTheSameOps) {
  // A m x n output and its transpose have as many steps, loads and stores when all tiles fit.
  const RunResult wide = timed("gemm:64x96x160", {});
  const RunResult tall = timed("gemm:160x96x64", {});
  EXPECT_EQ(wide.steps(), tall.steps());
  EXPECT_EQ(wide.dram.read_bytes, tall.dram.read_bytes);
  EXPECT_EQ(wide.dram.write_bytes, tall.dram.write_bytes);
  EXPECT_EQ(wide.bounds.compute, tall.bounds.compute);
}

}  // namespace
}  // namespace tilewave::trust
