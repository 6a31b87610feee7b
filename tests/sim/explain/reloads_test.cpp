// Who took whose place, in programs small enough to follow.
#include "sim/explain/reloads.h"

#include <gtest/gtest.h>

#include "tests/sim/explain/tiny_programs.h"

namespace tilewave {
namespace {

using Taker = ReloadGroup::Taker;

constexpr const char* kTensors =
    "tensor x input 16x8 tile 8x8 dram 0x0\n"
    "tensor w param 8x8 tile 8x8 dram 0x1000\n"
    "tensor y output 16x8 tile 8x8 dram 0x3000\n"
    "tensor z output 8x8 tile 8x8 dram 0x4000\n";

void expect_group(const ReloadGroup& group, std::uint32_t tensor, Taker taker,
                  std::uint32_t taken_by, std::uint64_t loads) {
  EXPECT_EQ(group.tensor, tensor);
  EXPECT_EQ(group.taker, taker);
  EXPECT_EQ(group.taken_by, taken_by);
  EXPECT_EQ(group.loads, loads);
  EXPECT_EQ(group.bytes, 256 * loads);
}

TEST(Reloads, NameTheTakerAndTheTensor) {
  const Program program = test::tiny_program(
      kTensors,
      "load x[0,0] -> 0x000\n"
      "load w[0,0] -> 0x100\n"
      "matmul y[0,0] k=0 a=0x000 b=0x100 -> 0x200 clear\n"
      "load x[1,0] -> 0x100\n"  // takes w
      "load w[0,0] -> 0x000\n"  // again; takes x[0,0]
      "matmul y[1,0] k=0 a=0x100 b=0x000 -> 0x300 clear\n"
      "store y[1,0] <- 0x300\n"
      "vector z[0,0] kernel=2 a=0x200 -> 0x080\n"  // takes halves of w and x[1,0]
      "load x[1,0] -> 0x400\n"                     // again
      "load w[0,0] -> 0x500\n"                     // again
      "load x[0,0] -> 0x600\n"                     // again, lost to w
      "store z[0,0] <- 0x080\n"
      "store y[0,0] <- 0x200\n");
  const Reloads reloads = find_reloads(program, find_links(program));
  EXPECT_EQ(reloads.loads, 4U);
  EXPECT_EQ(reloads.bytes, 1024U);
  ASSERT_EQ(reloads.groups.size(), 4U);
  expect_group(reloads.groups[0], 0, Taker::kLoad, 1, 1);    // x for w
  expect_group(reloads.groups[1], 0, Taker::kResult, 3, 1);  // x for z
  expect_group(reloads.groups[2], 1, Taker::kLoad, 0, 1);    // w for x
  expect_group(reloads.groups[3], 1, Taker::kResult, 3, 1);  // w for z
}

TEST(Reloads, ATileThatIsStillThereWasLostToNobody) {
  const Program program = test::tiny_program(
      "tensor x input 8x8 tile 8x8 dram 0x0\ntensor y output 8x8 tile 8x8 dram 0x1000\n",
      "load x[0,0] -> 0x000\n"
      "load x[0,0] -> 0x100\n"  // still at 0
      "load x[0,0] -> 0x100\n"  // over itself
      "store y[0,0] <- 0x100\n");
  const Reloads reloads = find_reloads(program, find_links(program));
  ASSERT_EQ(reloads.groups.size(), 1U);
  expect_group(reloads.groups[0], 0, Taker::kNobody, 0, 2);
}

TEST(Reloads, StepsOfOneSumTakeNothing) {
  const Program program = test::tiny_program(
      "tensor x input 8x16 tile 8x8 dram 0x0\ntensor w param 16x8 tile 8x8 dram 0x1000\n"
      "tensor y output 8x8 tile 8x8 dram 0x3000\n",
      "load x[0,0] -> 0x000\nload w[0,0] -> 0x100\n"
      "matmul y[0,0] k=0 a=0x000 b=0x100 -> 0x200 clear\n"
      "load x[0,1] -> 0x000\nload w[1,0] -> 0x100\n"
      "matmul y[0,0] k=1 a=0x000 b=0x100 -> 0x200\n"
      "store y[0,0] <- 0x200\n");
  const std::vector<OpLinks> links = find_links(program);
  EXPECT_EQ(find_reloads(program, links).loads, 0U);
  EXPECT_EQ(links[2].overwritten_by, kNoOp);
  EXPECT_EQ(links[0].overwritten_by, 3U);
  EXPECT_EQ(links[0].first_use, 2U);
  EXPECT_EQ(links[5].operands, (std::array<std::uint32_t, kMostOperands>{3, 4, kNoOp, kNoOp}));
  EXPECT_EQ(links[6].operands[0], 5U);
}

}  // namespace
}  // namespace tilewave
