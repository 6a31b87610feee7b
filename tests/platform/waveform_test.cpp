// The waveform against the report: the same busy cycles, and no cycle more for having watched.
#include "platform/waveform.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "compiler/builtins.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

/// Of this process alone: ctest runs tests side by side.
std::string scratch_file(const std::string& name) {
  return testing::TempDir() + "tilewave_" + name + "_" + std::to_string(getpid()) + ".vcd";
}

/// A VCD file read back: for how many cycles each signal had each value. Units act a few
/// picoseconds behind the edge, so a cycle counts with the value that it ends with.
class Vcd {
 public:
  Vcd(const std::string& path, Picoseconds period) {
    std::ifstream file(path);
    EXPECT_TRUE(file.good()) << path;
    std::vector<std::string> scope;
    Cycle now = 0;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string word;
      words >> word;
      if (word == "$scope") {
        words >> word >> word;
        scope.push_back(word);
      } else if (word == "$upscope") {
        scope.pop_back();
      } else if (word == "$var") {
        declare(words, scope);
      } else if (word.starts_with('#')) {
        now = std::stoull(word.substr(1)) / period;
      } else if (word.starts_with('b')) {
        std::string id;
        words >> id;
        change(id, std::stoull(word.substr(1), nullptr, 2), now);
      } else if (word.size() > 1 && (word[0] == '0' || word[0] == '1')) {
        change(word.substr(1), word[0] == '1' ? 1 : 0, now);
      }
    }
  }

  bool has(const std::string& signal) const { return ids_.contains(signal); }
  std::uint64_t last_value(const std::string& signal) const {
    return signals_.at(ids_.at(signal)).value;
  }

  /// Cycles before `until` at which `signal` had `value`.
  Cycle cycles_at(const std::string& signal, std::uint64_t value, Cycle until) const {
    Signal copy = signals_.at(ids_.at(signal));
    copy.times[copy.value] += until > copy.since ? until - copy.since : 0;
    return copy.times[value];
  }

 private:
  struct Signal {
    std::uint64_t value = 0;
    Cycle since = 0;
    std::map<std::uint64_t, Cycle> times;
  };

  /// "wire 1 aaa busy $end"
  void declare(std::istringstream& words, const std::vector<std::string>& scope) {
    std::string word;
    std::string id;
    std::string name;
    words >> word >> word >> id >> name;
    name = name.substr(0, name.find('['));
    for (auto outer = scope.rbegin(); outer != scope.rend() && *outer != "SystemC"; ++outer) {
      name = *outer + "." + name;
    }
    ids_[name] = id;
    signals_[id] = {};
  }

  void change(const std::string& id, std::uint64_t value, Cycle now) {
    Signal& signal = signals_[id];
    signal.times[signal.value] += now - signal.since;
    signal.value = value;
    signal.since = now;
  }

  std::map<std::string, std::string> ids_;  // signal → id
  std::map<std::string, Signal> signals_;   // by id
};

void expect_wave_like_report(const Program& program, const MachineConfig& config) {
  const std::string path = scratch_file("waveform");
  const test::Values sources = test::random_sources(program.tensors, 1);
  const RunResult watched = test::run(program, config, sources, path).result;
  test::expect_same_result(watched, test::run(program, config, sources).result);
  const Vcd vcd(path, config.clock_period);
  std::remove(path.c_str());
  for (std::size_t i = 0; i < kEngineCount; ++i) {
    const std::string engine = to_string(static_cast<Engine>(i));
    ASSERT_TRUE(vcd.has(engine + ".busy")) << engine;
    EXPECT_EQ(vcd.cycles_at(engine + ".busy", 1, watched.cycles), watched.engines[i].cycles[0])
        << engine;
  }
  EXPECT_EQ(vcd.last_value("bus.read_bytes"), watched.bus_read_bytes);
  EXPECT_EQ(vcd.last_value("bus.write_bytes"), watched.bus_write_bytes);
  EXPECT_EQ(vcd.last_value("dram.read_bytes"), watched.dram.read_bytes);
  EXPECT_EQ(vcd.last_value("sram.bytes"), watched.sram_bytes);
}

TEST(Waveform, BusyCyclesAreTheReports) {
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  for (const bool shared : {false, true}) {
    for (const bool overlap : {true, false}) {
      for (const Picoseconds period : {1000U, 833U}) {
        MachineConfig config;
        config.clock_period = period;
        config.dma.shared = shared;
        config.sequencer.overlap = overlap;
        SCOPED_TRACE(std::string(shared ? "shared" : "split") + (overlap ? "" : ", no overlap") +
                     ", period " + std::to_string(period));
        expect_wave_like_report(program, config);
      }
    }
  }
}

TEST(Waveform, BusyCyclesAreTheReportsForRandomNetworks) {
  std::mt19937 random(19);
  for (int i = 0; i < 10; ++i) {
    const Graph graph = test::random_network(random, 100);
    MachineConfig config;
    config.compute.dataflow = static_cast<Dataflow>(random() % 4);
    config.compute.fill_overlap = static_cast<FillOverlap>(random() % 3);
    config.sram.size_bytes = 16384;
    expect_wave_like_report(test::compile(graph, {.sram_bytes = 16384}).program, config);
  }
}

TEST(Waveform, WatchingChangesNothingWhereMuchHappensAtOnce) {
  // Whole cycles everywhere and one bank: completions, issues and steps often fall on one instant,
  // and their order must not depend on how many events the kernel holds.
  std::mt19937 random(5);
  const std::string path = scratch_file("watched");
  for (int i = 0; i < 200; ++i) {
    const Graph graph = test::random_network(random, 70);
    MachineConfig config;
    config.sram.banks = 1;
    config.dma.setup = random() % 2 == 0 ? 0 : 16;
    config.dma.max_outstanding = random() % 2 == 0 ? 1 : 16;
    config.dram.latency = 1000;
    config.dram.bandwidth = 32'000'000'000;
    const Program program = test::compile(graph, {.sram_bytes = 32768}).program;
    const auto hazards = find_hazards(program);
    const RunResult watched =
        run_program(program, hazards, config, {.kernel = nullptr, .dram = {}, .vcd_path = path});
    test::expect_same_result(watched, run_program(program, hazards, config, {}));
    ASSERT_FALSE(HasFailure()) << "network " << i;
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace tilewave
