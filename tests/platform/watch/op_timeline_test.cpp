// The recorded times of ops, exactly, and that recording changes nothing.
#include "platform/watch/op_timeline.h"

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "tests/support/networks.h"
#include "tests/support/runs.h"

namespace tilewave {
namespace {

TEST(OpTimelineTest, OfALoadAStepAndAStore) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x200\ntensor x input 8x8 tile 8x8 dram 0\n"
      "tensor y output 8x8 tile 8x8 dram 0x1000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row "
      "| add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
      "tile row | add x0 x1; relu t0\nops\n"
      "load x[0,0] -> 0\nvector y[0,0] kernel=2 a=0 -> 0x100\nstore y[0,0] <- 0x100\n",
      "timeline");
  OpTimelineRecorder recorder;
  RunOptions options;
  options.observer = &recorder;
  MachineConfig other;  // of some run before
  other.dma.setup = 100;
  run_program(program, find_hazards(program), other, options);
  const RunResult result = run_program(program, find_hazards(program), {}, options);
  const OpTimeline& timeline = recorder.timeline();
  ASSERT_EQ(timeline.size(), 3U);
  // docs/timing-model.md, "DMA": setup until 16, then the only burst is issued; in SRAM at 102.
  EXPECT_EQ(timeline[0], (OpTimes{0, 0, 16, 102}));
  // 64 / 32 = 2 cycles, but 256 bytes in and out of 4 banks each and the latency take 4.
  EXPECT_EQ(timeline[1], (OpTimes{1, 102, 106, 106}));
  EXPECT_EQ(timeline[2], (OpTimes{2, 106, 122, 208}));
  EXPECT_EQ(result.cycles, 208U);
}

TEST(OpTimelineTest, RecordingChangesNothing) {
  std::mt19937 random(5);
  ScheduleOptions options;
  options.sram_bytes = 32 * 1024;
  for (int i = 0; i < 10; ++i) {
    const Program program = test::compile(test::random_network(random, 100), options).program;
    OpTimelineRecorder recorder;
    RunOptions recorded;
    recorded.observer = &recorder;
    for (const bool shared : {false, true}) {
      MachineConfig machine;
      machine.dma.shared = shared;
      const RunResult result = run_program(program, find_hazards(program), machine, recorded);
      test::expect_same_result(result, test::run_timing_only(program, machine));
      for (const OpTimes& times : recorder.timeline()) {
        EXPECT_LE(times.fetched, times.start);
        EXPECT_LE(times.start, times.released);
        EXPECT_LT(times.start, times.complete);
        EXPECT_LE(times.complete, result.cycles);
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
