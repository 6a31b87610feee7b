// What held each load, in runs of programs written by hand; the times are those of
// tests/sim/explain/critical_path_test.cpp.
#include "sim/explain/load_ahead.h"

#include <gtest/gtest.h>

#include "tests/sim/explain/tiny_programs.h"

namespace tilewave {
namespace {

constexpr const char* kTensors =
    "tensor x input 24x8 tile 8x8 dram 0x0\ntensor y output 24x8 tile 8x8 dram 0x1000\n";

LoadAhead of(const test::RecordedRun& run) {
  return find_load_ahead(run.program, run.links, run.timeline, run.events());
}

std::uint64_t loads(const LoadAhead& ahead, LoadGate gate) {
  return ahead.total.gated[static_cast<std::size_t>(gate)];
}
Cycle held(const LoadAhead& ahead, LoadGate gate) {
  return ahead.total.held[static_cast<std::size_t>(gate)];
}

TEST(LoadAheadTest, HeldByReadersOfItsBytes) {
  const LoadAhead ahead = of({test::tiny_program(kTensors,
                                                 "load x[0,0] -> 0x000\n"
                                                 "vector y[0,0] kernel=2 a=0x000 -> 0x100\n"
                                                 "load x[1,0] -> 0x000\n"
                                                 "vector y[1,0] kernel=2 a=0x000 -> 0x200\n"
                                                 "store y[0,0] <- 0x100\n"
                                                 "load x[2,0] -> 0x100\n"
                                                 "vector y[2,0] kernel=2 a=0x100 -> 0x300\n"
                                                 "store y[1,0] <- 0x200\n"
                                                 "store y[2,0] <- 0x300\n"),
                              MachineConfig{}});
  EXPECT_EQ(ahead.total.loads, 3U);
  EXPECT_EQ(ahead.total.late, 3U);
  EXPECT_EQ(ahead.mean_cycles, 0);
  EXPECT_EQ(ahead.mean_steps, 0);
  EXPECT_EQ(loads(ahead, LoadGate::kFetch), 1U);  // the first op of the run
  EXPECT_EQ(held(ahead, LoadGate::kFetch), 0U);
  // x[1,0] waits for the relu, 102 + 4; the engine was free when the burst before was issued,
  // at 16.
  EXPECT_EQ(loads(ahead, LoadGate::kStillRead), 1U);
  EXPECT_EQ(held(ahead, LoadGate::kStillRead), 90U);  // 106 - 16
  // x[2,0] waits for the store of y[0,0]: from 106, behind the burst of x[1,0] at the pins, which
  // it meets 8 cycles later and which takes 10: 106 + 102 + 2 = 210. The engine is free at 122.
  EXPECT_EQ(loads(ahead, LoadGate::kNotDrained), 1U);
  EXPECT_EQ(held(ahead, LoadGate::kNotDrained), 88U);  // 210 - 122
  EXPECT_EQ(ahead.total.all_held(), 178U);
}

TEST(LoadAheadTest, BackToBackAndAhead) {
  const LoadAhead ahead = of({test::tiny_program(kTensors,
                                                 "load x[0,0] -> 0x000\n"
                                                 "load x[1,0] -> 0x100\n"
                                                 "vector y[0,0] kernel=2 a=0x000 -> 0x200\n"
                                                 "vector y[1,0] kernel=2 a=0x000 -> 0x300\n"
                                                 "vector y[2,0] kernel=2 a=0x100 -> 0x400\n"
                                                 "store y[0,0] <- 0x200\n"
                                                 "store y[1,0] <- 0x300\n"
                                                 "store y[2,0] <- 0x400\n"),
                              MachineConfig{}});
  // x[1,0] is issued 16 cycles after x[0,0] and complete at 118. The relus take 4 cycles each, from
  // 102 on, so the third, which reads it, would start at 110: it is late.
  EXPECT_EQ(loads(ahead, LoadGate::kBackToBack), 1U);
  EXPECT_EQ(ahead.total.late, 2U);
  ASSERT_EQ(ahead.tensors.size(), 1U);
  EXPECT_EQ(ahead.tensors[0].loads, 2U);
}

TEST(LoadAheadTest, StepsAhead) {
  std::string ops = "load x[0,0] -> 0x000\nload x[1,0] -> 0x100\n";
  std::string stores;
  for (int i = 0; i < 7; ++i) {
    const std::string tile = " y[" + std::to_string(i) + ",0] ";
    const std::string address = std::to_string(0x200 + 0x100 * i) + "\n";
    ops += "vector" + tile + "kernel=2 " + (i < 6 ? "a=0x000 -> " : "a=0x100 -> ") + address;
    stores += "store" + tile + "<- " + address;
  }
  const std::string tensors =
      "tensor x input 16x8 tile 8x8 dram 0x0\ntensor y output 56x8 tile 8x8 dram 0x1000\n";
  const LoadAhead ahead = of({test::tiny_program(tensors, ops + stores), MachineConfig{}});
  // x[0,0] is late. x[1,0] is complete at 118. Steps start at 102, 106, 110, 116, 120, 124 and 128:
  // the third reads and writes banks 0 to 3, which takes 2 cycles more. Those at 120 and 124 start
  // between the completion and the first use.
  EXPECT_EQ(ahead.total.late, 1U);
  EXPECT_DOUBLE_EQ(ahead.mean_cycles, 5);  // (0 + 128 - 118) / 2
  EXPECT_DOUBLE_EQ(ahead.mean_steps, 1);   // (0 + 2) / 2
}

TEST(LoadAheadTest, HeldUntilItsTileIsStored) {
  const LoadAhead ahead = of({test::tiny_program("tensor x input 8x8 tile 8x8 dram 0x0\n"
                                                 "tensor h intermediate 8x8 tile 8x8 dram 0x800\n"
                                                 "tensor y output 8x8 tile 8x8 dram 0x1000\n",
                                                 "load x[0,0] -> 0x000\n"
                                                 "vector h[0,0] kernel=2 a=0x000 -> 0x100\n"
                                                 "store h[0,0] <- 0x100\n"
                                                 "load h[0,0] -> 0x200\n"
                                                 "vector y[0,0] kernel=2 a=0x200 -> 0x300\n"
                                                 "store y[0,0] <- 0x300\n"),
                              MachineConfig{}});
  EXPECT_EQ(loads(ahead, LoadGate::kNotWritten), 1U);
  EXPECT_EQ(held(ahead, LoadGate::kNotWritten), 192U);  // stored at 102 + 4 + 102; free at 16
}

TEST(LoadAheadTest, HeldByTheSequencer) {
  MachineConfig machine;
  machine.sequencer.queue_depth = 1;
  const LoadAhead ahead = of({test::tiny_program(kTensors,
                                                 "load x[0,0] -> 0x000\n"
                                                 "vector y[0,0] kernel=2 a=0x000 -> 0x100\n"
                                                 "vector y[1,0] kernel=2 a=0x000 -> 0x200\n"
                                                 "load x[1,0] -> 0x300\n"
                                                 "vector y[2,0] kernel=2 a=0x300 -> 0x400\n"
                                                 "store y[0,0] <- 0x100\n"
                                                 "store y[1,0] <- 0x200\n"
                                                 "store y[2,0] <- 0x400\n"),
                              machine});
  EXPECT_EQ(loads(ahead, LoadGate::kQueueFull), 1U);
  EXPECT_EQ(held(ahead, LoadGate::kQueueFull), 87U);  // fetched at 103, free at 16
}

}  // namespace
}  // namespace tilewave
