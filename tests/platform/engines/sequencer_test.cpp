// The sequencer: one op a cycle, in order, and held where it must be.
#include "platform/engines/sequencer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "platform/systemc/simulation_context.h"
#include "tests/support/module_bench.h"

namespace tilewave {
namespace {

/// load, load, add, store, load: never run, only fetched.
Program five_ops() {
  return parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x1000\ntensor x input 8x32 tile 8x8 dram 0\n"
      "tensor y output 8x8 tile 8x8 dram 0x1000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row "
      "| add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
      "tile row | add x0 x1; relu t0\nops\nload x[0,0] -> 0\nload x[0,1] -> 0x100\n"
      "vector y[0,0] kernel=0 a=0 b=0x100 -> 0x200\nstore y[0,0] <- 0x200\nload x[0,2] -> 0\n",
      "sequencer_test");
}

class SequencerBench {
 public:
  explicit SequencerBench(const SequencerConfig& config)
      : load(config.queue_depth),
        store(config.queue_depth),
        compute(config.queue_depth),
        sequencer("sequencer", program_, config, Units({}), clock_,
                  {&load, &store, &compute, nullptr}, scoreboard) {}

  void run_until(Cycle cycle) {
    const sc_core::sc_time end = sc_core::sc_time::from_value(clock_.kernel_time(cycle));
    sc_core::sc_start(end - sc_core::sc_time_stamp());
  }

 private:
  SimulationContext context_;
  Program program_ = five_ops();
  CoreClock clock_{1000};

 public:
  Scoreboard scoreboard{clock_, program_.ops.size()};
  OpQueue load;
  OpQueue store;
  OpQueue compute;
  Sequencer sequencer;
};

/// "0@0 1@1": ops and when they are there.
std::string drain(OpQueue& queue) {
  std::string text;
  while (!queue.empty()) {
    const QueuedOp& head = queue.front();
    text += (text.empty() ? "" : " ") + std::to_string(head.op) + "@" + std::to_string(head.ready);
    queue.pop();
  }
  return text;
}

TEST(Sequencer, FetchesOneOpPerCycleIntoItsEnginesQueue) {
  SequencerBench bench({.queue_depth = 16, .overlap = true});
  bench.run_until(10);
  EXPECT_FALSE(bench.sequencer.held());
  EXPECT_EQ(drain(bench.load), "0@0 1@1 4@4");
  EXPECT_EQ(drain(bench.compute), "2@2");
  EXPECT_EQ(drain(bench.store), "3@3");
}

TEST(Sequencer, AFullQueueHoldsEverythingBehindIt) {
  SequencerBench bench({.queue_depth = 1, .overlap = true});
  bench.run_until(50);
  EXPECT_TRUE(bench.sequencer.held());
  EXPECT_TRUE(bench.compute.empty());  // the add is behind the second load
  EXPECT_EQ(drain(bench.load), "0@0");
  bench.run_until(60);
  EXPECT_TRUE(bench.sequencer.held());  // by the last load now
  EXPECT_EQ(drain(bench.compute), "2@51");
  EXPECT_EQ(drain(bench.store), "3@52");
  EXPECT_EQ(bench.load.front().held_until, 50U);
  EXPECT_EQ(drain(bench.load), "1@50");
  bench.run_until(70);
  EXPECT_EQ(bench.load.front().held_until, 60U);
  EXPECT_EQ(drain(bench.load), "4@60");
  EXPECT_FALSE(bench.sequencer.held());
}

TEST(Sequencer, WithoutOverlapEachOpWaitsForTheOneBefore) {
  SequencerBench bench({.queue_depth = 16, .overlap = false});
  bench.run_until(20);
  EXPECT_EQ(drain(bench.load), "0@0");
  EXPECT_TRUE(bench.sequencer.held());
  bench.scoreboard.complete(0, 30);  // ahead of time
  bench.run_until(29);
  EXPECT_TRUE(bench.load.empty());
  bench.run_until(31);
  EXPECT_EQ(drain(bench.load), "1@30");
  bench.scoreboard.complete(1, 31);
  bench.run_until(40);
  EXPECT_EQ(drain(bench.compute), "2@31");
  EXPECT_TRUE(bench.store.empty());
}

}  // namespace
}  // namespace tilewave
