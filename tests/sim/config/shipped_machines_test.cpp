// The machines of configs/: each runs, whole and verified, and docs/presets.md tells what they do.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "sim/base/files.h"
#include "sim/base/units.h"
#include "sim/config/reader.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;

const std::string kConfigs = TILEWAVE_SOURCE_DIR "/configs/";

std::vector<std::string> shipped_machines() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kConfigs)) {
    if (entry.path().extension() == ".ini") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The JSON result of a run by the built program; discarded if there is none.
nlohmann::json run(const std::string& model, const std::string& machine) {
  const std::string command =
      "'" TILEWAVE_BINARY "' run " + model + " -c '" + kConfigs + machine + ".ini' --json -";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, n);
  }
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command;
  return nlohmann::json::parse(text, nullptr, false);
}

Config machine_config(const std::string& machine) {
  const std::vector<SettingSource> sources = {read_config_file(kConfigs + machine + ".ini")};
  return resolve_config(sources);
}

double peak_gflops(const Config& config) {
  const ComputeConfig& compute = config.machine.compute;
  const double macs = compute.dataflow == Dataflow::kSimd
                          ? static_cast<double>(compute.macs_per_cycle)
                          : static_cast<double>(compute.rows) * static_cast<double>(compute.cols);
  return 2e3 * macs / config.machine.clock_period.picoseconds();  // 1e12 ps/s / 1e9
}

double dram_gigabytes_per_second(const DramConfig& dram) {
  const double channel = dram.kind == DramKind::kSimple
                             ? static_cast<double>(dram.bandwidth)
                             : dram.preset.timing.peak_bytes_per_second();
  return dram.channels * channel / 1e9;
}

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// A machine's line in the table of docs/presets.md.
std::string table_row(const std::string& machine, const nlohmann::json& gemm) {
  const Config config = machine_config(machine);
  return "| [" + machine + "](../configs/" + machine + ".ini) | " +
         formatted("%.0f", peak_gflops(config)) + " | " +
         formatted("%.1f", dram_gigabytes_per_second(config.machine.dram)) + " | " +
         print_bytes(config.machine.sram.size_bytes) + " | " +
         std::to_string(gemm.at("cycles").get<std::uint64_t>()) + " | " +
         formatted("%.1f", gemm.at("seconds").get<double>() * 1e6) + " | " +
         formatted("%.1f", gemm.at("efficiency").get<double>() * 100) + " |\n";
}

TEST(Presets, EveryShippedMachineRunsAndIsInTheTable) {
  const std::string page =
      read_file(TILEWAVE_SOURCE_DIR "/docs/presets.md", "page", kMaxConfigFileBytes);
  for (const std::string& machine : shipped_machines()) {
    SCOPED_TRACE(machine);
    for (const char* model : {"mlp:128x128x64x32x32", "gemm:100x200x300"}) {
      EXPECT_EQ(run(model, machine).at("verified"), true) << model;
    }
    const nlohmann::json gemm = run("gemm:512x512x512", machine);
    EXPECT_EQ(gemm.at("verified"), true);
    EXPECT_LE(gemm.at("efficiency").get<double>(), 1.0);
    EXPECT_THAT(page, ::testing::HasSubstr(table_row(machine, gemm)));
  }
}

TEST(Presets, TheirPeaksAreThoseOfTheirSources) {
  const struct {
    const char* machine;
    double gflops, gigabytes_per_second;
    std::uint64_t sram_bytes;
  } table[] = {
      {"edge", 1638.4, 12.8, 512 << 10},       // 2 x 1024 x 0.8 GHz; 3200 MT/s x 2 x 2 B
      {"mobile", 8192, 51.2, 4 << 20},         // 2 x 4096 x 1 GHz; 6400 MT/s x 4 x 2 B
      {"datacentre", 22937.6, 256, 16 << 20},  // 2 x 16384 x 0.7 GHz; 2000 MT/s x 128 B
      {"cpu-like", 80, 38.4, 256 << 10},       // 2 x 16 x 2.5 GHz; 2400 MT/s x 2 x 8 B
      {"gemmini-like", 512, 19.2, 320 << 10},  // 2 x 256 x 1 GHz; 2400 MT/s x 8 B
      {"tpu-v1-like", 91750.4, 34, 28 << 20},  // 2 x 65536 x 0.7 GHz; 2 x 17 GB/s
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.machine);
    const Config config = machine_config(row.machine);
    // A period is a whole number of picoseconds, at most half of one off: 0.5 / 400.
    EXPECT_NEAR(peak_gflops(config) / row.gflops, 1, 0.5 / 400);
    EXPECT_NEAR(dram_gigabytes_per_second(config.machine.dram) / row.gigabytes_per_second, 1,
                0.5 / 400);
    EXPECT_EQ(config.machine.sram.size_bytes, row.sram_bytes);
  }
}

/// A reader wants to know what a file leaves as it is; default.ini leaves nothing.
TEST(Presets, EachFileOpensWithWhatItIs) {
  for (const std::string& machine : shipped_machines()) {
    const std::string text = read_file(kConfigs + machine + ".ini", "config", kMaxConfigFileBytes);
    EXPECT_TRUE(text.starts_with("# ")) << machine;
    if (machine != "default") {
      const auto opening = text.substr(0, text.find("\n["));
      EXPECT_THAT(opening, ::testing::HasSubstr("as in")) << machine;
    }
  }
}

}  // namespace
}  // namespace tilewave
