// Exact paths of programs written by hand. On the default machine a load of 256 bytes and a store
// of as many take 102 cycles each (docs/timing-model.md, "DMA"); a relu of 8x8 elements takes 4:
// 256 bytes in and out of the SRAM in 2 cycles, and its latency of 2.
#include "sim/explain/critical_path.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/explain/tiny_programs.h"

namespace tilewave {
namespace {

/// "load_dma 0: 0-102 read-after-write", by element.
std::vector<std::string> described(const CriticalPath& path) {
  std::vector<std::string> texts;
  for (const PathElement& element : path.elements) {
    texts.push_back(std::string(path_unit_name(element.unit)) + " " + std::to_string(element.op) +
                    ": " + std::to_string(element.begin) + "-" + std::to_string(element.end) + " " +
                    to_string(element.reason));
  }
  return texts;
}

using Texts = std::vector<std::string>;

constexpr const char* kTensors =
    "tensor x input 16x8 tile 8x8 dram 0x0\ntensor y output 16x8 tile 8x8 dram 0x1000\n"
    "tensor z output 8x8 tile 8x8 dram 0x2000\n";

TEST(CriticalPathTest, ThroughDependences) {
  const test::RecordedRun run(test::tiny_program(kTensors,
                                                 "load x[0,0] -> 0x000\n"
                                                 "vector y[0,0] kernel=2 a=0x000 -> 0x100\n"
                                                 "load x[1,0] -> 0x000\n"  // over an operand
                                                 "vector y[1,0] kernel=2 a=0x000 -> 0x200\n"
                                                 "store y[0,0] <- 0x100\n"
                                                 "store y[1,0] <- 0x200\n"
                                                 "store z[0,0] <- 0x100\n"),
                              MachineConfig{});
  const CriticalPath path = run.path();
  EXPECT_EQ(described(path),
            (Texts{"load_dma 0: 0-102 read-after-write", "compute 1: 102-106 write-after-read",
                   "load_dma 2: 106-208 read-after-write", "compute 3: 208-212 read-after-write",
                   // y[1,0] issues its burst after 16 cycles of setup
                   "store_dma 5: 212-228 engine order",
                   // z[0,0] is one burst of 256 B behind: 16 + 102
                   "store_dma 6: 228-330 end of the run"}));
  EXPECT_EQ(path.total(), run.result.cycles);
  EXPECT_EQ(path.total(), 330U);       // 102 + 4 + 102 + 4 + 16 + 102
  EXPECT_EQ(path.cycles[0][1], 204U);  // loads, read-after-write
  EXPECT_EQ(path.cycles[2][2], 4U);    // compute, write-after-read
  // 16 of each load and of y[1,0]; the setup of z[0,0] is hidden behind the burst of y[1,0].
  EXPECT_EQ(path.setup, 48U);
  EXPECT_EQ(path.fill, 4U);           // 2 of each relu are beyond its interval of 64 / 32
  ASSERT_EQ(path.shares.size(), 4U);  // load x, store z, store y, relu y
  EXPECT_EQ(path.shares[0].opcode, Opcode::kLoad);
  EXPECT_EQ(path.shares[0].elements, 2U);
  EXPECT_EQ(path.shares[0].cycles, 204U);
  ASSERT_EQ(path.stretches.size(), 6U);
  EXPECT_EQ(path.stretches[0].cycles, 102U);
}

TEST(CriticalPathTest, ThroughAFullQueue) {
  MachineConfig machine;
  machine.sequencer.queue_depth = 1;
  const test::RecordedRun run(test::tiny_program(kTensors,
                                                 "load x[0,0] -> 0x000\n"
                                                 "vector y[0,0] kernel=2 a=0x000 -> 0x100\n"
                                                 "vector y[1,0] kernel=2 a=0x000 -> 0x200\n"
                                                 "load x[1,0] -> 0x300\n"
                                                 "vector z[0,0] kernel=2 a=0x300 -> 0x400\n"
                                                 "store y[0,0] <- 0x100\n"
                                                 "store y[1,0] <- 0x200\n"
                                                 "store z[0,0] <- 0x400\n"),
                              machine);
  const CriticalPath path = run.path();
  // The second relu is fetched when the first leaves the queue, the load behind it one cycle later.
  EXPECT_EQ(described(path),
            (Texts{"load_dma 0: 0-102 queue full", "sequencer 3: 102-103 fetch",
                   "load_dma 3: 103-205 read-after-write", "compute 4: 205-209 read-after-write",
                   "store_dma 7: 209-311 end of the run"}));
  EXPECT_EQ(path.total(), run.result.cycles);
}

TEST(CriticalPathTest, WithoutOverlap) {
  MachineConfig machine;
  machine.sequencer.overlap = false;
  const test::RecordedRun run(
      test::tiny_program(kTensors,
                         "load x[0,0] -> 0\nload x[1,0] -> 0x100\nstore y[0,0] <- 0\n"
                         "store y[1,0] <- 0x100\nstore z[0,0] <- 0\n"),
      machine);
  EXPECT_EQ(described(run.path()),
            (Texts{"load_dma 0: 0-102 overlap off", "load_dma 1: 102-204 overlap off",
                   "store_dma 2: 204-306 overlap off", "store_dma 3: 306-408 overlap off",
                   "store_dma 4: 408-510 end of the run"}));
}

TEST(CriticalPathTest, OfNothing) {
  const CriticalPath path = test::RecordedRun(Program{}, MachineConfig{}).path();
  EXPECT_TRUE(path.elements.empty());
  EXPECT_EQ(path.total(), 0U);
}

}  // namespace
}  // namespace tilewave
