// A run's DRAM trace says what the run did: replayed, it gives the run's bytes and row outcomes.
#include "sim/watch/run_dram_trace.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/builtins.h"
#include "models/dram/banked.h"
#include "models/dram/simple.h"
#include "platform/platform.h"
#include "sim/run/dram_trace.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

namespace fs = std::filesystem;

/// Also remembers how many requests waited at most.
class Watched : public RunDramTrace {
 public:
  using RunDramTrace::RunDramTrace;
  void on_request(const DramRequest& request, Cycle now) override {
    RunDramTrace::on_request(request, now);
    most_held = std::max(most_held, held());
    accesses.push_back(request);
  }
  std::size_t most_held = 0;
  std::vector<DramRequest> accesses;
};

struct Traced {
  RunResult result;
  std::string text;
  std::size_t most_held = 0;
  std::vector<DramRequest> requests;  // as told
};

Traced traced(const Program& program, const MachineConfig& machine, DramTraceFormat format) {
  const fs::path path = fs::path(::testing::TempDir()) / "run_dram_trace_test.trace";
  Traced traced;
  {
    OutputFile file("--dram-trace", path.string());
    Watched trace(file, format);
    RunOptions options;
    options.observer = &trace;
    traced.result = run_program(program, find_hazards(program), machine, options);
    file.commit();
    traced.most_held = trace.most_held;
    traced.requests = trace.accesses;
  }
  std::ifstream file(path, std::ios::binary);
  traced.text.assign(std::istreambuf_iterator<char>(file), {});
  fs::remove(path);
  return traced;
}

DramCounters replayed(const Traced& traced, const MachineConfig& machine) {
  const DramConfig& dram = machine.dram;
  DramTraceLimits limits{.capacity_bytes = std::uint64_t{1} << 48U};
  std::unique_ptr<AddressMap> map;
  std::unique_ptr<DramModel> model;
  if (dram.kind == DramKind::kBanked) {
    map = std::make_unique<AddressMap>(dram.address_map, dram.preset.timing, dram.channels);
    limits = {.capacity_bytes = map->capacity_bytes(),
              .access_bytes = static_cast<std::uint32_t>(dram.preset.timing.access_bytes),
              .map = map.get(),
              .timing = &dram.preset.timing,
              .channels = dram.channels};
    model = std::make_unique<BankedDram>(dram, controller_options(dram));
  } else {
    model = std::make_unique<SimpleDram>(dram, simple_dram_ticks(machine.clock_period));
  }
  const DramTrace trace = parse_dram_trace(traced.text, "t", limits);
  const ClockPeriod clock = trace.clock.value_or(ClockPeriod(1000));
  play_dram_trace(trace, {1000, 65536, clock.scaled(model->ticks_per_picosecond())}, *model);
  return model->counters();
}

std::uint64_t outcomes(const DramCounters& counters) {
  return counters.row_hits + counters.row_misses + counters.row_conflicts;
}

/// Bytes of whole accesses that the requests touch.
std::uint64_t moved(const Traced& traced, bool write, std::uint64_t access) {
  std::uint64_t bytes = 0;
  for (const DramRequest& request : traced.requests) {
    const std::uint64_t last = (request.address + request.bytes - 1) / access;
    bytes += request.write == write ? (last - request.address / access + 1) * access : 0;
  }
  return bytes;
}

MachineConfig random_machine(std::mt19937& random) {
  const auto pick = [&](const auto&... values) {
    const auto all = std::vector{values...};
    return all[random() % all.size()];
  };
  MachineConfig machine;
  machine.clock_period = pick(ClockPeriod(1000), ClockPeriod(400), ClockPeriod(3000),
                              ClockPeriod::of_microhertz(1'500'000'000'000'000),
                              ClockPeriod::of_microhertz(1'333'333'333'000'000));
  machine.dma.shared = random() % 2 == 0;
  machine.dma.setup = pick(0U, 16U);
  machine.dma.burst_bytes = pick(16U, 64U, 256U, 4096U);
  machine.dma.max_outstanding = pick(1U, 3U, 16U, 256U);
  machine.bus.latency = pick(0U, 4U);
  machine.bus.bytes_per_cycle = pick(8U, 64U);
  machine.sequencer.overlap = random() % 4 != 0;
  machine.dram.layout = pick(DramLayout::kRowMajor, DramLayout::kTiled);
  machine.dram.channels = pick(1U, 2U, 4U);
  machine.dram.latency = pick(1000U, 60'000U);
  machine.dram.bandwidth = pick(std::uint64_t{2'000'000'000}, std::uint64_t{25'600'000'000});
  if (random() % 4 != 0) {
    machine.dram.kind = DramKind::kBanked;
    machine.dram.preset =
        load_dram_preset(pick("ddr4-3200", "hbm2", "lpddr4-3200", "gddr6", "lpddr5-6400", "hbm3"));
    machine.dram.address_map =
        pick("P", "B", "P+xor", "B+xor", "row:column:bank:bankgroup:channel");
    machine.dram.queue_depth = pick(2U, 8U, 32U, 64U);
    machine.dram.refresh = random() % 2 == 0;
    machine.dram.write_ack = pick(DramWriteAck::kAccepted, DramWriteAck::kIssued);
    machine.dram.max_age = pick(100'000U, 30'000'000U);
  }
  return machine;
}

TEST(RunDramTrace, ReplayedGivesTheBytesAndRowOutcomesOfRandomRuns) {
  std::mt19937 random(21);
  std::uint64_t conflicts = 0;
  for (int i = 0; i < 60; ++i) {
    const MachineConfig machine = random_machine(random);
    const bool banked = machine.dram.kind == DramKind::kBanked;
    const Program program =
        test::compile(test::random_network(random, 150), {.sram_bytes = 65536}).program;
    for (const DramTraceFormat format :
         {DramTraceFormat::kTilewave, DramTraceFormat::kDramsys, DramTraceFormat::kRamulator2,
          DramTraceFormat::kRamulator2Vectors}) {
      if (!banked && format == DramTraceFormat::kRamulator2Vectors) {
        continue;
      }
      const Traced run = traced(program, machine, format);
      const DramCounters& of_run = run.result.dram;
      const DramCounters of_trace = replayed(run, machine);
      EXPECT_LE(run.most_held, 2 * machine.dma.max_outstanding);
      if (format == DramTraceFormat::kTilewave || format == DramTraceFormat::kDramsys) {
        EXPECT_EQ(of_trace.read_bytes, of_run.read_bytes);
        EXPECT_EQ(of_trace.write_bytes, of_run.write_bytes);
        EXPECT_EQ(of_trace.row_hits, of_run.row_hits);
        EXPECT_EQ(of_trace.row_misses, of_run.row_misses);
        EXPECT_EQ(of_trace.row_conflicts, of_run.row_conflicts);
      } else {  // neither times nor parts of accesses
        const std::uint64_t access =
            banked ? machine.dram.preset.timing.access_bytes : kDefaultDramAccessBytes;
        EXPECT_EQ(of_trace.read_bytes, moved(run, false, access));
        EXPECT_EQ(of_trace.write_bytes, moved(run, true, access));
        EXPECT_EQ(outcomes(of_trace), outcomes(of_run));
      }
      conflicts += of_run.row_conflicts;
      ASSERT_FALSE(HasFailure()) << "machine " << i << ", " << to_string(format);
    }
  }
  EXPECT_GT(conflicts, 10'000U) << "the DRAM had nothing to decide";
}

/// Tiles that fill whole accesses: nothing is added to them in any format.
TEST(RunDramTrace, WholeAccessesHaveTheirBytesInEveryFormat) {
  const Program program = test::compile(build_builtin("gemm:128x128x128"), {}).program;
  MachineConfig machine;
  for (const DramKind kind : {DramKind::kSimple, DramKind::kBanked}) {
    machine.dram.kind = kind;
    machine.dram.preset = load_dram_preset("ddr4-3200");
    for (const DramTraceFormat format :
         {DramTraceFormat::kTilewave, DramTraceFormat::kDramsys, DramTraceFormat::kRamulator2}) {
      const Traced run = traced(program, machine, format);
      const DramCounters of_trace = replayed(run, machine);
      EXPECT_EQ(of_trace.read_bytes, run.result.dram.read_bytes);
      EXPECT_EQ(of_trace.write_bytes, run.result.dram.write_bytes);
    }
  }
}

TEST(RunDramTrace, WhatIsHeldDoesNotGrowWithTheRun) {
  MachineConfig machine;
  machine.dram.kind = DramKind::kBanked;
  machine.dram.preset = load_dram_preset("ddr4-3200");
  const auto most_held = [&](const std::string& model) {
    const Traced run = traced(test::compile(build_builtin(model), {}).program, machine,
                              DramTraceFormat::kTilewave);
    return std::pair(run.most_held, run.requests.size());
  };
  const auto [few, short_run] = most_held("gemm:128x128x128");
  const auto [more, long_run] = most_held("gemm:512x512x256");
  EXPECT_GT(long_run, 10 * short_run);
  EXPECT_LE(std::max(few, more), 2 * machine.dma.max_outstanding);
}

TEST(RunDramTrace, AFormatWithBanksNeedsThem) {
  const Program program = test::compile(build_builtin("gemm:8x8x8"), {}).program;
  EXPECT_THROW(traced(program, MachineConfig(), DramTraceFormat::kRamulator2Vectors), InputError);
}

}  // namespace
}  // namespace tilewave
