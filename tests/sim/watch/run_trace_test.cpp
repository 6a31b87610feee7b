// Timelines against the trace-event format, and against the run that they show.
#include "sim/watch/run_trace.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "compiler/graph/builtins.h"
#include "compiler/program/dataflow.h"
#include "compiler/program/op_names.h"
#include "models/dram/standard.h"
#include "platform/watch/op_timeline.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

using nlohmann::json;
using TrackId = std::pair<std::int64_t, std::int64_t>;

/// Microseconds with up to six decimals, exactly.
Picoseconds picoseconds(const json& microseconds) {
  const double value = microseconds.get<double>() * 1e6;
  const double rounded = std::round(value);
  EXPECT_NEAR(value, rounded, 0.01) << "not a whole number of picoseconds";
  return static_cast<Picoseconds>(rounded);
}

struct Slice {
  Picoseconds from = 0;
  Picoseconds to = 0;
  std::string name;
  std::string category;
  json arguments;
};

/// A trace read back and checked against the format: what every viewer relies on.
class CheckedTrace {
 public:
  std::map<TrackId, std::string> names;
  std::map<TrackId, std::vector<Slice>> slices;
  std::map<std::string, std::vector<std::pair<Picoseconds, json>>> counters;
  std::map<std::int64_t, std::pair<TrackId, Picoseconds>> tails;
  std::map<std::int64_t, std::pair<TrackId, Picoseconds>> heads;

  explicit CheckedTrace(const std::string& path) {
    std::ifstream file(path);
    const json trace = json::parse(file);
    EXPECT_EQ(trace.at("displayTimeUnit"), "ns");
    EXPECT_TRUE(trace.at("otherData").is_object());
    for (const json& event : trace.at("traceEvents")) {
      read(event);
    }
    for (auto& [track, all] : slices) {
      EXPECT_TRUE(names.contains(track)) << "a track without a name";
      check_apart(track, all);
    }
    EXPECT_EQ(tails.size(), heads.size());
    for (const auto& [id, tail] : tails) {
      EXPECT_TRUE(heads.contains(id)) << "arrow " << id << " has no head";
      slice_at(tail);
      slice_at(heads.at(id));
      EXPECT_LT(tail.second, heads.at(id).second);
    }
  }

  /// Of the track with this name, and of its further lanes.
  std::vector<Slice> all_of(const std::string& name) const {
    std::vector<Slice> result;
    for (const auto& [track, all] : slices) {
      const std::string& of = names.at(track);
      const bool lane = of.starts_with(name + " ") &&
                        of.find_first_not_of("0123456789", name.size() + 1) == std::string::npos;
      if (of == name || lane) {
        result.insert(result.end(), all.begin(), all.end());
      }
    }
    return result;
  }

  /// The slice that an end of an arrow is bound to.
  const Slice& slice_at(const std::pair<TrackId, Picoseconds>& place) const {
    static const Slice none;
    for (const Slice& slice : slices.at(place.first)) {
      if (slice.from <= place.second && place.second < slice.to) {
        return slice;
      }
    }
    ADD_FAILURE() << "an arrow that no slice holds";
    return none;
  }

 private:
  void read(const json& event) {
    const std::string phase = event.at("ph");
    const TrackId track{event.at("pid").get<std::int64_t>(), event.value("tid", std::int64_t{-1})};
    EXPECT_GT(track.first, 0);
    const Picoseconds time = picoseconds(event.at("ts"));
    const std::string name = event.at("name");
    EXPECT_FALSE(name.empty());
    EXPECT_TRUE(phase == "C" || track.second >= 0) << event;
    if (phase == "M") {
      EXPECT_EQ(event.at("args").size(), 1U);
      if (name == "thread_name") {
        EXPECT_TRUE(names.emplace(track, event.at("args").at("name")).second) << "named twice";
      } else {
        EXPECT_TRUE(name == "process_name" || name == "thread_sort_index") << event;
      }
    } else if (phase == "X") {
      const Picoseconds duration = picoseconds(event.at("dur"));
      EXPECT_GT(duration, 0U) << event;
      slices[track].push_back({time, time + duration, name, event.at("cat"), event.at("args")});
    } else if (phase == "C") {
      auto& values = counters[name];
      EXPECT_TRUE(values.empty() || values.back().first <= time) << name << " goes back in time";
      for (const auto& [series, value] : event.at("args").items()) {
        EXPECT_TRUE(value.is_number()) << event;
        EXPECT_GE(value.get<double>(), 0) << event;
      }
      values.emplace_back(time, event.at("args"));
    } else {
      ASSERT_TRUE(phase == "s" || phase == "f") << "unknown phase " << event;
      EXPECT_FALSE(event.at("cat").get<std::string>().empty());
      EXPECT_TRUE(phase == "s" || event.at("bp") == "e");
      EXPECT_TRUE(phase == "s" || slices.at(track).back().from == time) << "the slice comes later";
      auto& ends = phase == "s" ? tails : heads;
      EXPECT_TRUE(ends.emplace(event.at("id").get<std::int64_t>(), std::pair{track, time}).second);
    }
  }

  void check_apart(const TrackId& track, std::vector<Slice>& all) const {
    std::ranges::sort(all, {}, &Slice::from);
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_LE(all[i - 1].to, all[i].from) << names.at(track) << ": " << all[i].name;
    }
  }
};

class Trace : public ::testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  RunResult run(const Program& program, const MachineConfig& machine) {
    OutputFile file("--trace", path_);
    RunTrace trace(file, "test");
    RunObservers both;
    both.add(trace);
    both.add(recorder_);
    RunOptions options;
    options.observer = &both;
    const RunResult result = run_program(program, find_hazards(program), machine, options);
    file.commit();
    return result;
  }

  void expect_states_of(const RunResult& result, const CheckedTrace& trace,
                        const ClockPeriod& period) {
    for (const Engine unit : result.units.all()) {
      const std::string engine = to_string(unit);
      std::map<std::string, Picoseconds> times;
      std::map<std::string, Cycle> cycles;
      Picoseconds end = 0;
      for (const Slice& slice : trace.all_of(engine + " state")) {
        EXPECT_EQ(slice.from, end) << "a gap";
        end = slice.to;
        EXPECT_EQ(period.begin(slice.arguments.at("cycle").get<Cycle>()), slice.from);
        times[slice.name] += slice.to - slice.from;
        cycles[slice.name] += slice.arguments.at("cycles").get<Cycle>();
      }
      EXPECT_EQ(end, period.begin(result.cycles));
      for (int state = 0; state < kEngineStateCount; ++state) {
        const std::string name = to_string(static_cast<EngineState>(state));
        const Cycle expected = result.engine(unit).cycles[static_cast<std::size_t>(state)];
        EXPECT_EQ(cycles[name], expected) << engine << " " << name;
        // Slices of a period that is no whole number add up but for their rounding.
        EXPECT_TRUE(!period.is_whole() || times[name] == period.begin(expected))
            << engine << " " << name;
      }
      EXPECT_EQ(cycles.size(), std::size_t{kEngineStateCount}) << "a state of another name";
    }
  }

  void expect_ops(const Program& program, const CheckedTrace& trace, const ClockPeriod& period) {
    std::set<std::uint32_t> seen;
    for (std::size_t i = 0; i < kEngineCount; ++i) {
      for (const Slice& slice : trace.all_of(to_string(static_cast<Engine>(i)))) {
        const auto op = slice.arguments.at("op").get<std::uint32_t>();
        const OpTimes& times = recorder_.timeline()[op];
        EXPECT_TRUE(seen.insert(op).second);
        EXPECT_EQ(slice.name, op_name(program, op));
        EXPECT_EQ(slice.from, period.begin(times.start));
        EXPECT_EQ(slice.to, period.begin(times.complete));
        EXPECT_EQ(slice.arguments.at("cycle"), times.start);
        EXPECT_EQ(slice.arguments.at("fetched"), times.fetched);
        EXPECT_EQ(slice.arguments.at("released"), times.released);
        EXPECT_EQ(slice.arguments.at("tensor"), program.tensors[program.ops[op].region].name);
        if (slice.arguments.contains("held_by")) {
          const auto by = slice.arguments.at("held_by").get<std::uint32_t>();
          EXPECT_EQ(recorder_.timeline()[by].complete, times.start);
          EXPECT_EQ(slice.arguments.at("held_by_op"), op_name(program, by));
        }
        EXPECT_EQ(slice.arguments.contains("held"), slice.arguments.contains("held_by"));
      }
    }
    EXPECT_EQ(seen.size(), program.ops.size());
  }

  /// One for each operand that another op wrote.
  void expect_arrows(const Program& program, const CheckedTrace& trace) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> expected;
    const std::vector<OpLinks> links = find_links(program);
    for (std::uint32_t op = 0; op < program.ops.size(); ++op) {
      for (const std::uint32_t producer : links[op].operands) {
        if (producer != kNoOp) {
          expected.emplace(producer, op);
        }
      }
    }
    std::set<std::pair<std::uint32_t, std::uint32_t>> drawn;
    for (const auto& [id, tail] : trace.tails) {
      drawn.emplace(trace.slice_at(tail).arguments.at("op").get<std::uint32_t>(),
                    trace.slice_at(trace.heads.at(id)).arguments.at("op").get<std::uint32_t>());
    }
    EXPECT_EQ(drawn, expected);
    EXPECT_EQ(drawn.size(), trace.tails.size());
  }

  static void expect_traffic(const RunResult& result, const CheckedTrace& trace,
                             const MachineConfig& machine) {
    const auto bytes = [&](const std::string& track) {
      std::uint64_t sum = 0;
      for (const Slice& slice : trace.all_of(track)) {
        sum += slice.arguments.at("bytes").get<std::uint64_t>();
      }
      return sum;
    };
    EXPECT_EQ(bytes("bus read"), result.bus.read_bytes);
    EXPECT_EQ(bytes("bus write"), result.bus.write_bytes);
    EXPECT_EQ(bytes("DRAM read"), result.dram.read_bytes);
    EXPECT_EQ(bytes("DRAM write"), result.dram.write_bytes);

    const auto& rates = trace.counters.at("DRAM bandwidth");
    const Picoseconds end =
        machine.clock_period.begin((result.cycles + RunTrace::kBandwidthCycles - 1) /
                                   RunTrace::kBandwidthCycles * RunTrace::kBandwidthCycles);
    double read = 0;
    double written = 0;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      const Picoseconds until = i + 1 < rates.size() ? rates[i + 1].first : end;
      const double nanoseconds = static_cast<double>(until - rates[i].first) * 1e-3;
      read += rates[i].second.at("read_GB_per_s").get<double>() * nanoseconds;
      written += rates[i].second.at("write_GB_per_s").get<double>() * nanoseconds;
    }
    const double rounding = machine.clock_period.is_whole() ? 1e-3 : 1;
    EXPECT_NEAR(read, static_cast<double>(result.dram.read_bytes), rounding);
    EXPECT_NEAR(written, static_cast<double>(result.dram.write_bytes), rounding);
  }

  void check(const Program& program, const MachineConfig& machine) {
    const RunResult result = run(program, machine);
    test::expect_same_result(result, test::run_timing_only(program, machine));
    const CheckedTrace trace(path_);
    expect_states_of(result, trace, machine.clock_period);
    expect_ops(program, trace, machine.clock_period);
    expect_arrows(program, trace);
    expect_traffic(result, trace, machine);
    for (const char* counter : {"SRAM", "queue load_dma", "queue compute", "bursts load_dma"}) {
      for (const auto& [series, value] : trace.counters.at(counter).back().second.items()) {
        EXPECT_EQ(value, 0) << counter << " does not end at 0";
      }
    }
    EXPECT_EQ(trace.counters.contains("queue store_dma"), !machine.dma.shared);
    const CounterRegister counters = result.counters();
    for (const Counter& counter : counters.all()) {
      const auto told = trace.counters.find(counter.name());
      ASSERT_EQ(told != trace.counters.end(), counter.value() != 0) << counter.name();
      if (counter.value() != 0) {
        const char* unit = counter.info.unit == "B" ? "bytes" : "count";
        EXPECT_EQ(told->second.back().second.at(unit), counter.value()) << counter.name();
      }
    }
  }

  std::string path_ = testing::TempDir() + "tilewave_trace_" + std::to_string(getpid()) + ".json";
  OpTimelineRecorder recorder_;
};

TEST_F(Trace, IsOfTheFormatAndOfTheRun) {
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  for (const bool shared : {false, true}) {
    for (const bool overlap : {true, false}) {
      for (const ClockPeriod& period : {ClockPeriod(1000), ClockPeriod(833),
                                        ClockPeriod::of_microhertz(1'500'000'000'000'000)}) {
        MachineConfig machine;
        machine.clock_period = period;
        machine.dma.shared = shared;
        machine.sequencer.overlap = overlap;
        check(program, machine);
      }
    }
  }
}

TEST_F(Trace, OfRandomNetworksAndMachines) {
  std::mt19937 random(23);
  for (int i = 0; i < 20; ++i) {
    const Graph graph = test::random_network(random, 100, test::Operators::kAll);
    MachineConfig machine;
    machine.dma.shared = random() % 2 == 0;
    machine.dma.max_outstanding = 1 + random() % 16;
    machine.sequencer.queue_depth = 1 + random() % 16;
    machine.compute.fill_overlap = static_cast<FillOverlap>(random() % 3);
    if (random() % 2 == 0) {
      machine.dram.kind = DramKind::kBanked;
      machine.dram.preset = load_dram_preset("hbm2");
    }
    check(test::compile(graph, {.sram_bytes = 32768}).program, machine);
    ASSERT_FALSE(HasFailure()) << "network " << i;
  }
}

TEST_F(Trace, OfAnEmptyProgram) {
  run(Program{}, {});
  EXPECT_TRUE(CheckedTrace(path_).slices.empty());
}

TEST_F(Trace, NamesThatAreHardToWriteComeBack) {
  Program program = test::compile(build_builtin("mlp:8x40x8"), {}).program;
  program.tensors[0].name = "a\"b\\c\n\xc3\xa4";
  run(program, {});
  EXPECT_EQ(CheckedTrace(path_).all_of("load_dma")[0].name, "load a\"b\\c\n\xc3\xa4[0,0]");
  program.tensors[0].name = "\xff";  // no UTF-8
  run(program, {});
  EXPECT_EQ(CheckedTrace(path_).all_of("load_dma")[0].name, "load \xef\xbf\xbd[0,0]");
}

TEST_F(Trace, TwoRunsGiveTheSameBytes) {
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  const auto bytes = [&] {
    run(program, {});
    std::ifstream file(path_);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  EXPECT_EQ(bytes(), bytes());
}

TEST(TraceArguments, AreMembersOfAnObject) {
  TraceArguments arguments;
  arguments.add("a", 18446744073709551615U).add("b", "x\"").add_hex("c", 0x80).add_json("d", "1.5");
  EXPECT_EQ(arguments.members(), R"("a":18446744073709551615,"b":"x\"","c":"0x0080","d":1.5)");
}

TEST(TraceLanes, TheFirstThatIsFree) {
  TraceLanes lanes;
  EXPECT_EQ(lanes.take(0), 0U);
  EXPECT_EQ(lanes.take(1), 1U);
  lanes.free(0, 5);
  EXPECT_EQ(lanes.take(4), 2U);
  EXPECT_EQ(lanes.take(5, 9), 0U);
  EXPECT_EQ(lanes.take(9), 0U);
}

}  // namespace
}  // namespace tilewave
