// The waveform against the report and against what the observer hears: the same cycles in every
// state, whole and in windows.
#include "sim/watch/run_wave.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/op_names.h"
#include "platform/watch/op_timeline.h"
#include "sim/base/text_table.h"
#include "tests/sim/watch/vcd_reader.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using test::VcdReader;

/// The last is 2.4 GHz, 1250/3 ps.
const std::vector<ClockPeriod> kPeriods = {1000, 833,
                                           ClockPeriod::of_microhertz(2'400'000'000'000'000)};

/// Keeps the states and op times of a run.
struct Recorder : OpTimelineRecorder {
  struct Stretch {
    EngineState state;
    Cycle from;
    Cycle to;
  };
  std::array<std::vector<Stretch>, kEngineCount> stretches;

  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override {
    stretches[static_cast<std::size_t>(engine)].push_back({state, from, to});
  }

  /// Picoseconds of [from, to) in which the engine was in `state`.
  Picoseconds time_in(std::size_t engine, EngineState state, Picoseconds from, Picoseconds to,
                      const ClockPeriod& period) const {
    Picoseconds sum = 0;
    for (const Stretch& stretch : stretches[engine]) {
      const Picoseconds begin = std::max(from, period.begin(stretch.from));
      const Picoseconds end = std::min(to, period.begin(stretch.to));
      sum += stretch.state == state && begin < end ? end - begin : 0;
    }
    return sum;
  }
};

class Waveform : public ::testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  /// Runs and leaves the waveform in path_.
  RunResult run(const Program& program, const MachineConfig& machine, const WaveChoice& choice) {
    OutputFile file("--vcd", path_);
    RunWave wave(file, choice);
    RunObservers both;
    recorder_ = {};
    both.add(wave);
    both.add(recorder_);
    RunOptions options;
    options.observer = &both;
    const RunResult result = run_program(program, find_hazards(program), machine, options);
    file.commit();
    EXPECT_EQ(wave.from(), VcdReader(path_).begin());
    EXPECT_EQ(wave.to(), VcdReader(path_).end());
    return result;
  }

  void expect_states_as_accounted(const ClockPeriod& period) const {
    const VcdReader vcd(path_);
    for (std::size_t i = 0; i < kEngineCount; ++i) {
      if (recorder_.stretches[i].empty()) {
        continue;  // the machine has no such unit
      }
      const std::string engine = to_string(static_cast<Engine>(i));
      for (int state = 0; state < kEngineStateCount; ++state) {
        const auto which = static_cast<EngineState>(state);
        const Picoseconds expected = recorder_.time_in(i, which, vcd.begin(), vcd.end(), period);
        EXPECT_EQ(vcd.time_at(engine + ".state", to_string(which)), expected)
            << engine << " " << to_string(which);
      }
      EXPECT_EQ(vcd.time_at(engine + ".busy", "1"),
                recorder_.time_in(i, EngineState::kBusy, vcd.begin(), vcd.end(), period));
    }
  }

  void expect_wave_like_report(const Program& program, const MachineConfig& machine) {
    const RunResult watched = run(program, machine, {});
    test::expect_same_result(watched, test::run_timing_only(program, machine));
    const VcdReader vcd(path_);
    EXPECT_EQ(vcd.begin(), 0U);
    const ClockPeriod& period = machine.clock_period;
    EXPECT_EQ(vcd.end(), period.begin(watched.cycles));
    for (const Engine unit : watched.units.all()) {
      const std::string engine = to_string(unit);
      for (int state = 0; period.is_whole() && state < kEngineStateCount; ++state) {
        EXPECT_EQ(vcd.time_at(engine + ".state", to_string(static_cast<EngineState>(state))),
                  period.begin(watched.engine(unit).cycles[static_cast<std::size_t>(state)]));
      }
    }
    expect_states_as_accounted(period);
    const CounterRegister counters = watched.counters();
    for (const Counter& counter : counters.all()) {
      EXPECT_EQ(vcd.last_number(counter.name()), counter.value()) << counter.name();
    }
    EXPECT_EQ(vcd.last_number("sram.live_bytes"), 0U);
    EXPECT_EQ(vcd.last_number("queues.compute"), 0U);
    EXPECT_EQ(vcd.last_number("load_dma.outstanding"), 0U);
    EXPECT_EQ(vcd.last_value("compute.op"), "-");
  }

  std::string path_ = testing::TempDir() + "tilewave_wave_" + std::to_string(getpid()) + ".vcd";
  Recorder recorder_;
};

TEST_F(Waveform, StatesAndTotalsAreTheReports) {
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  for (const bool shared : {false, true}) {
    for (const bool overlap : {true, false}) {
      for (const ClockPeriod& period : kPeriods) {
        MachineConfig machine;
        machine.clock_period = period;
        machine.dma.shared = shared;
        machine.sequencer.overlap = overlap;
        SCOPED_TRACE(std::string(shared ? "shared" : "split") + (overlap ? "" : ", no overlap") +
                     ", period " + std::to_string(period.picoseconds()));
        expect_wave_like_report(program, machine);
      }
    }
  }
}

TEST_F(Waveform, StatesAreTheReportsForRandomNetworks) {
  std::mt19937 random(19);
  for (int i = 0; i < 20; ++i) {
    const Graph graph = test::random_network(random, 100);
    MachineConfig machine;
    machine.compute.dataflow = static_cast<Dataflow>(random() % 4);
    machine.compute.fill_overlap = static_cast<FillOverlap>(random() % 3);
    machine.sram.size_bytes = 16384;
    expect_wave_like_report(test::compile(graph, {.sram_bytes = 16384}).program, machine);
  }
}

TEST_F(Waveform, AWindowInTimeShowsWhatTheWholeShowsThere) {
  const Program program = test::compile(build_builtin("mlp:90x96x64x61"), {}).program;
  for (const ClockPeriod& period : kPeriods) {
    MachineConfig machine;
    machine.clock_period = period;
    for (const auto& [from, to] : std::vector<std::pair<Picoseconds, Picoseconds>>{
             {0, 1}, {1'000'000, 2'000'000}, {123'456, 1'234'567}, {500'000, 500'001}}) {
      WaveChoice choice;
      choice.times = WaveTimes{{from, false}, {to, false}};
      run(program, machine, choice);
      EXPECT_EQ(VcdReader(path_).begin(), from);
      EXPECT_EQ(VcdReader(path_).end(), to);
      expect_states_as_accounted(period);
    }
  }
}

TEST_F(Waveform, AWindowInCyclesEndsWithTheRunAtTheLatest) {
  const Program program = test::compile(build_builtin("mlp:8x40x8"), {}).program;
  MachineConfig machine;
  machine.clock_period = 833;
  WaveChoice choice;
  choice.times = parse_wave_times("100..18446744073709551615");
  const RunResult result = run(program, machine, choice);
  EXPECT_EQ(VcdReader(path_).begin(), 83'300U);
  EXPECT_EQ(VcdReader(path_).end(), result.cycles * 833);
  expect_states_as_accounted(833);

  choice.times = WaveTimes{{result.cycles - 1, true}, {result.cycles, true}};
  run(program, machine, choice);
  choice.times = WaveTimes{{result.cycles, true}, {result.cycles + 1, true}};
  choice.text = "--vcd-window x..y";
  try {
    run(program, machine, choice);
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()), "--vcd-window x..y: the run ends at " +
                                             std::to_string(result.cycles * 833) + "ps, after " +
                                             count_text(result.cycles, "cycle"));
  }
}

TEST_F(Waveform, AWindowOfOpsIsFromTheirFirstStartToTheirLastCompletion) {
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  const auto last = static_cast<std::uint32_t>(program.ops.size() - 1);
  for (const auto& [a, b] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {0, 0}, {0, last}, {7, 12}, {last, last}, {last / 2, last / 2}}) {
    WaveChoice choice;
    choice.ops = WaveOps{a, b};
    run(program, {}, choice);
    Cycle from = ~Cycle{0};
    Cycle to = 0;
    for (std::uint32_t op = a; op <= b; ++op) {
      from = std::min(from, recorder_.timeline()[op].start);
      to = std::max(to, recorder_.timeline()[op].complete);
    }
    const VcdReader vcd(path_);
    EXPECT_EQ(vcd.begin(), from * 1000);
    EXPECT_EQ(vcd.end(), to * 1000);
    expect_states_as_accounted(1000);
    std::string name = op_name(program, a);
    name.replace(name.find(' '), 1, "\\x20");
    if (const std::size_t blank = name.find(' '); blank != std::string::npos) {
      name.replace(blank, 1, "\\x20");
    }
    const std::string engine = to_string(Units({}).account_of(program.ops[a]));
    EXPECT_GT(vcd.time_at(engine + ".op", name), 0U) << name;
  }
  WaveChoice choice;
  choice.ops = WaveOps{0, last + 1};
  EXPECT_THROW(run(program, {}, choice), InputError);
}

TEST_F(Waveform, ShowsTheScopesThatAreAskedForAndNoOther) {
  const Program program = test::compile(build_builtin("mlp:8x40x8"), {}).program;
  run(program, {}, {});
  const VcdReader whole(path_);
  for (const std::string& scope : wave_scopes()) {
    WaveChoice choice;
    choice.scopes = {scope};
    run(program, {}, choice);
    const VcdReader part(path_);
    for (const auto& [signal, code] : whole.signals()) {
      const bool wanted = signal.starts_with(scope + ".");
      ASSERT_EQ(part.has(signal), wanted) << signal;
      if (wanted) {
        ASSERT_EQ(part.changes(signal).size(), whole.changes(signal).size()) << signal;
        EXPECT_EQ(part.last_value(signal), whole.last_value(signal)) << signal;
      }
    }
  }
}

TEST_F(Waveform, ASharedEngineHasOneQueueAndOneWindow) {
  MachineConfig machine;
  machine.dma.shared = true;
  run(test::compile(build_builtin("mlp:8x40x8"), {}).program, machine, {});
  const VcdReader vcd(path_);
  EXPECT_TRUE(vcd.has("load_dma.outstanding"));
  EXPECT_FALSE(vcd.has("store_dma.outstanding"));
  EXPECT_FALSE(vcd.has("queues.store_dma"));
  EXPECT_TRUE(vcd.has("store_dma.state"));
}

TEST_F(Waveform, OfAnEmptyProgram) {
  run(Program{}, {}, {});
  EXPECT_EQ(VcdReader(path_).end(), 0U);
}

TEST_F(Waveform, TwoRunsGiveTheSameBytes) {
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  const auto bytes = [&] {
    run(program, {}, {});
    std::ifstream file(path_);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  EXPECT_EQ(bytes(), bytes());
}

}  // namespace
}  // namespace tilewave
