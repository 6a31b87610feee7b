// What observers are told, against the promises of run_observer.h and the run's own result.
#include "platform/watch/run_observer.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/forms/program_text.h"
#include "models/dram/standard.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

/// Checks the order of events as they come and adds up what they say.
class Auditor : public RunObserver {
 public:
  std::array<EngineResult, kEngineCount> engines;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
  Cycle cycles = 0;
  bool ended = false;

  void on_begin(const ObservedRun& run) override {
    program_ = &run.program;
    shared_ = run.machine.dma.shared;
    units_ = units_of(run.machine);
    counters_ = &run.counters;
    times_.assign(run.program.ops.size(), {});
    known_.assign(run.program.ops.size(), 0);
  }
  void on_fetch(std::uint32_t op, Cycle cycle) override {
    EXPECT_EQ(op, fetches_++);
    EXPECT_GE(cycle, now_);
    times_[op].fetched = cycle;
  }
  void on_start(std::uint32_t op, Cycle cycle) override {
    move_to(cycle);
    in_order(last_start_, op);
    times_[op].start = cycle;
  }
  void on_issue(std::uint32_t op, Cycle cycle) override {
    EXPECT_GE(cycle, now_);
    Cycle& last = last_issue_[unit(op)];
    EXPECT_GE(cycle, last);
    last = cycle;
    ++bursts_under_way_;
  }
  void on_request(const DramRequest& request, Cycle now) override {
    EXPECT_GE(now, request_now_);
    EXPECT_GE(request.cycle, now);
    request_now_ = now;
    requests_.push_back(request);
  }
  void on_burst(const BurstTimes& burst) override {
    move_to(burst.dram_to);
    const auto request = std::ranges::find(
        requests_, DramRequest{burst.address, burst.bytes, burst.write, burst.dram_from});
    ASSERT_NE(request, requests_.end());
    requests_.erase(request);
    const Op& op = program_->ops[burst.op];
    EXPECT_EQ(burst.write, op.opcode == Opcode::kStore);
    EXPECT_LE(times_[burst.op].start, burst.issued);
    EXPECT_LE(burst.issued, burst.dram_from);
    EXPECT_LT(burst.dram_from, burst.dram_to);
    EXPECT_LT(burst.bus_start, burst.bus_end);
    if (burst.write) {
      EXPECT_LE(burst.bus_end, burst.dram_from);
      EXPECT_LE(burst.dram_to, burst.done);
    } else {
      EXPECT_LE(burst.dram_to, burst.bus_start);
      EXPECT_LE(burst.bus_end, burst.done);
    }
    const ProgramTensor& tensor = program_->tensors[op.region];
    EXPECT_GE(burst.address, tensor.dram_base);
    EXPECT_LE(burst.address + burst.bytes, tensor.dram_base + tensor.bytes());
    (burst.write ? written_bytes : read_bytes) += burst.bytes;
    EXPECT_GE(bursts_under_way_--, 1);
    EXPECT_GE(test::counted(*counters_, "dram.read_bytes"), read_bytes);
    EXPECT_GE(test::counted(*counters_, "dram.write_bytes"), written_bytes);
  }
  void on_complete(std::uint32_t op, Cycle cycle) override {
    EXPECT_GE(cycle, now_);
    in_order(last_complete_, op);
    times_[op].complete = cycle;
  }
  void on_op(std::uint32_t op, const OpTimes& times) override {
    in_order(last_op_, op);
    ++known_[op];
    EXPECT_EQ(times.fetched, times_[op].fetched);
    EXPECT_EQ(times.start, times_[op].start);
    EXPECT_EQ(times.complete, times_[op].complete);
    EXPECT_LE(times.start, times.released);
    ++engines[static_cast<std::size_t>(units_.account_of(program_->ops[op]))].ops;
  }
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override {
    Cycle& mark = marks_[static_cast<std::size_t>(engine)];
    EXPECT_EQ(from, mark);
    EXPECT_LT(from, to);
    mark = to;
    engines[static_cast<std::size_t>(engine)].cycles[static_cast<std::size_t>(state)] += to - from;
  }
  void on_end(Cycle end) override {
    ended = true;
    cycles = end;
    EXPECT_EQ(marks_, (std::array<Cycle, kEngineCount>{end, end, end}));
    EXPECT_EQ(fetches_, program_->ops.size());
    EXPECT_EQ(known_, std::vector<int>(program_->ops.size(), 1));
    EXPECT_EQ(bursts_under_way_, 0);
    EXPECT_TRUE(requests_.empty());
  }

 private:
  std::size_t unit(std::uint32_t op) const {
    const Engine engine = units_.account_of(program_->ops[op]);
    const bool shared = shared_ && engine == Engine::kStoreDma;
    return static_cast<std::size_t>(shared ? Engine::kLoadDma : engine);
  }
  void move_to(Cycle cycle) {
    EXPECT_GE(cycle, now_);
    now_ = cycle;
  }
  void in_order(std::array<std::int64_t, kEngineCount>& last, std::uint32_t op) {
    EXPECT_GT(op, last[unit(op)]);
    last[unit(op)] = op;
  }

  const Program* program_ = nullptr;
  Units units_{{}};
  bool shared_ = false;
  const CounterRegister* counters_ = nullptr;
  Cycle now_ = 0;
  std::uint32_t fetches_ = 0;
  int bursts_under_way_ = 0;
  Cycle request_now_ = 0;
  std::vector<DramRequest> requests_;  // told of, not over
  std::array<std::int64_t, kEngineCount> last_start_{-1, -1, -1};
  std::array<std::int64_t, kEngineCount> last_complete_{-1, -1, -1};
  std::array<std::int64_t, kEngineCount> last_op_{-1, -1, -1};
  std::array<Cycle, kEngineCount> last_issue_{};
  std::array<Cycle, kEngineCount> marks_{};
  std::vector<OpTimes> times_;
  std::vector<int> known_;  // how often on_op() was called
};

void expect_observed_as_reported(const Program& program, const MachineConfig& machine) {
  Auditor auditor;
  RunOptions options;
  options.observer = &auditor;
  const RunResult result = run_program(program, find_hazards(program), machine, options);
  test::expect_same_result(result, test::run_timing_only(program, machine));
  EXPECT_TRUE(auditor.ended);
  EXPECT_EQ(auditor.cycles, result.cycles);
  EXPECT_EQ(auditor.read_bytes, result.dram.read_bytes);
  EXPECT_EQ(auditor.written_bytes, result.dram.write_bytes);
  for (std::size_t i = 0; i < kEngineCount; ++i) {
    EXPECT_EQ(auditor.engines[i].cycles, result.engines[i].cycles);
    EXPECT_EQ(auditor.engines[i].ops, result.engines[i].ops);
  }
}

TEST(RunObserver, IsToldWhatIsReportedOnRandomNetworksAndMachines) {
  std::mt19937 random(11);
  for (int i = 0; i < 60; ++i) {
    const Graph graph = test::random_network(random, 100);
    MachineConfig machine;
    machine.dma.shared = random() % 2 == 0;
    machine.dma.setup = random() % 2 == 0 ? 0 : 16;
    machine.dma.max_outstanding = 1 + random() % 16;
    machine.bus.latency = random() % 2 == 0 ? 0 : 4;
    machine.sequencer.overlap = random() % 4 != 0;
    machine.sequencer.queue_depth = 1 + random() % 16;
    machine.sram.banks = random() % 2 == 0 ? 1 : 16;
    machine.compute.fill_overlap = static_cast<FillOverlap>(random() % 3);
    machine.dram.latency = random() % 2 == 0 ? 1000 : 60'000;
    if (random() % 3 == 0) {
      machine.dram.kind = DramKind::kBanked;
      machine.dram.preset = load_dram_preset(random() % 2 == 0 ? "ddr4" : "hbm2");
      machine.dram.layout = DramLayout::kRowMajor;
      machine.dram.channels = 2;
    }
    expect_observed_as_reported(test::compile(graph, {.sram_bytes = 32768}).program, machine);
    ASSERT_FALSE(HasFailure()) << "network " << i;
  }
}

TEST(RunObserver, IsToldOfAnEmptyProgram) {
  expect_observed_as_reported(
      parse_program_text(
          "tilewave-program 3\ntile 8 8 8\nsram 0\nkernel 0 tile tile | add x0 x1\nkernel 1 tile "
          "row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu "
          "t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n",
          "empty"),
      {});
}

TEST(RunObserver, OneBurstOfALoadAndOneOfAStore) {
  struct Bursts : RunObserver {
    std::vector<BurstTimes> all;
    void on_burst(const BurstTimes& burst) override { all.push_back(burst); }
  } bursts;
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x200\ntensor x input 8x8 tile 8x8 dram 0\n"
      "tensor y output 8x8 tile 8x8 dram 0x1000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row "
      "| add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
      "tile row | add x0 x1; relu t0\nops\n"
      "load x[0,0] -> 0\nvector y[0,0] kernel=2 a=0 -> 0x100\nstore y[0,0] <- 0x100\n",
      "bursts");
  RunOptions options;
  options.observer = &bursts;
  run_program(program, find_hazards(program), {}, options);
  ASSERT_EQ(bursts.all.size(), 2U);
  // docs/timing-model.md: setup 16; bus latency 4; DRAM 60 + 256 B / 25.6 B per cycle = 70; bus
  // latency 4; 256 / 64 = 4 beats; SRAM 2 + 2 cycles.
  EXPECT_EQ(bursts.all[0], (BurstTimes{0, false, 0, 256, 16, 20, 90, 94, 98, 102}));
  // OpTimelineTest: the store starts at 106; setup 16; SRAM 4; 4 beats; latency 4; DRAM 70; 4 back.
  EXPECT_EQ(bursts.all[1], (BurstTimes{2, true, 0x1000, 256, 122, 134, 204, 126, 130, 208}));
}

TEST(RunObserver, WhatItThrowsEndsTheRun) {
  struct Thrower : RunObserver {
    int events = 0;
    int last = 0;
    void count() {
      if (++events == last) {
        throw InputError("enough");
      }
    }
    void on_begin(const ObservedRun&) override { count(); }
    void on_fetch(std::uint32_t, Cycle) override { count(); }
    void on_start(std::uint32_t, Cycle) override { count(); }
    void on_issue(std::uint32_t, Cycle) override { count(); }
    void on_request(const DramRequest&, Cycle) override { count(); }
    void on_burst(const BurstTimes&) override { count(); }
    void on_complete(std::uint32_t, Cycle) override { count(); }
    void on_op(std::uint32_t, const OpTimes&) override { count(); }
    void on_state(Engine, EngineState, Cycle, Cycle) override { count(); }
    void on_end(Cycle) override { count(); }
  };
  const Program program = test::compile(build_builtin("mlp:8x40x8"), {}).program;
  const auto hazards = find_hazards(program);
  Thrower counter;
  RunOptions options;
  options.observer = &counter;
  run_program(program, hazards, {}, options);
  for (int last = 1; last <= counter.events; ++last) {
    Thrower thrower;
    thrower.last = last;
    options.observer = &thrower;
    try {
      run_program(program, hazards, {}, options);
      ADD_FAILURE() << "event " << last << " of " << counter.events;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), "enough");
    }
    EXPECT_EQ(thrower.events, last) << "told more after it threw";
  }
}

TEST(RunObservers, AllAreToldTheSame) {
  Auditor first;
  Auditor second;
  RunObservers both;
  EXPECT_TRUE(both.empty());
  both.add(first);
  both.add(second);
  EXPECT_FALSE(both.empty());
  RunOptions options;
  options.observer = &both;
  const Program program = test::compile(build_builtin("mlp:70x70x40x33"), {}).program;
  const RunResult result = run_program(program, find_hazards(program), {}, options);
  for (const Auditor* auditor : {&first, &second}) {
    EXPECT_TRUE(auditor->ended);
    EXPECT_EQ(auditor->read_bytes, result.dram.read_bytes);
    EXPECT_EQ(auditor->engines[2].cycles, result.engines[2].cycles);
  }
}

}  // namespace
}  // namespace tilewave
