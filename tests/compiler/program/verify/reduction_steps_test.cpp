// A sum takes each of its steps at most once, in whatever order they come.
#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using Steps = std::vector<std::uint32_t>;

/// y = x·w with `count` steps, their operands loaded anew each time, taken as `steps` says. The
/// second sum, of the same steps, goes on between those of the first.
Program program_of(const Steps& steps, std::uint32_t count, bool two_sums = false) {
  const std::string depth = std::to_string(8 * count);
  std::string text = "tilewave-program 3\ntile 8 8 8\nsram 0x500\ntensor x input 8x" + depth +
                     " tile 8x8 dram 0x0\ntensor w param " + depth +
                     "x16 tile 8x8 dram 0x100000\ntensor y output 8x" + (two_sums ? "16" : "8") +
                     " tile 8x8 dram 0x300000\nops\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string k = std::to_string(steps[i]);
    for (int sum = 0; sum < (two_sums ? 2 : 1); ++sum) {
      const std::string col = std::to_string(sum);
      text += "load x[0," + k + "] -> 0\nload w[" + k + "," + col + "] -> 0x100\n";
      text += "matmul y[0," + col + "] k=" + k + " a=0 b=0x100 -> 0x" + std::to_string(2 + sum) +
              "00" + (i == 0 ? " clear" : "") + "\n";
    }
  }
  text += "store y[0,0] <- 0x200\n";
  return parse_program_text(text + (two_sums ? "store y[0,1] <- 0x300\n" : ""), "p");
}

std::string message(const Steps& steps, std::uint32_t count, bool two_sums = false) {
  return test::error_of([&] { verify_program(program_of(steps, count, two_sums), "p"); });
}

Steps rising(std::uint32_t count) {
  Steps steps(count);
  std::iota(steps.begin(), steps.end(), 0U);
  return steps;
}

TEST(ReductionSteps, MayComeInAnyOrder) {
  std::mt19937 random(1);
  for (const std::uint32_t count : {1U, 2U, 3U, 9U, 40U}) {
    Steps steps = rising(count);
    EXPECT_EQ(message(steps, count), "");
    std::ranges::reverse(steps);
    EXPECT_EQ(message(steps, count), "");
    std::rotate(steps.begin(), steps.begin() + count / 2, steps.end());
    EXPECT_EQ(message(steps, count), "");
    for (int i = 0; i < 20; ++i) {
      std::ranges::shuffle(steps, random);
      EXPECT_EQ(message(steps, count), "");
      EXPECT_EQ(message(steps, count, true), "");
    }
  }
}

/// Any step a second time, at any later place, rising, falling and shuffled.
TEST(ReductionSteps, AreTakenOnce) {
  constexpr std::uint32_t kCount = 7;
  std::mt19937 random(2);
  std::vector<Steps> orders = {rising(kCount), rising(kCount)};
  std::ranges::reverse(orders.back());
  for (int i = 0; i < 10; ++i) {
    orders.push_back(orders[0]);
    std::ranges::shuffle(orders.back(), random);
  }
  for (const Steps& order : orders) {
    for (std::size_t from = 0; from < order.size(); ++from) {
      for (std::size_t to = from + 1; to <= order.size(); ++to) {
        Steps steps = order;
        steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(to), order[from]);
        for (const bool two_sums : {false, true}) {
          const std::string said = message(steps, kCount, two_sums);
          EXPECT_NE(
              said.find("takes step k = " + std::to_string(order[from]) + " of its sum, which"),
              std::string::npos)
              << said;
        }
      }
    }
  }
}

TEST(ReductionSteps, NamesBothOps) {
  EXPECT_EQ(message({0, 1, 0}, 2),
            "p: op 8 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) takes step k = 0 of its sum, "
            "which op 2 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear) has already taken");
}

/// Whether a sum is whole, and whether a step's operands are those of its name, is known to who
/// has the model: a program alone is consistent with itself.
TEST(ReductionSteps, MayBeMissingOrCalledAnother) {
  EXPECT_EQ(message({0, 2, 3}, 4), "");
  EXPECT_EQ(message({0}, 4), "");
  Program renamed = program_of({0, 1, 2}, 4);
  for (Op& op : renamed.ops) {
    op.step = op.opcode == Opcode::kMatmul && op.step == 2 ? 3 : op.step;
  }
  EXPECT_EQ(test::error_of([&] { verify_program(renamed, "p"); }), "");
}

/// A cleared accumulator is a new sum, at the same address too.
TEST(ReductionSteps, BeginAnewWithEverySum) {
  const std::string text =
      "tilewave-program 3\ntile 8 8 8\nsram 0x400\ntensor x input 8x8 tile 8x8 dram 0x0\n"
      "tensor w param 8x16 tile 8x8 dram 0x100\ntensor y output 8x16 tile 8x8 dram 0x300\nops\n"
      "load x[0,0] -> 0\nload w[0,0] -> 0x100\n"
      "matmul y[0,0] k=0 a=0 b=0x100 -> 0x200 clear\nstore y[0,0] <- 0x200\n"
      "matmul y[0,1] k=0 a=0 b=0x100 -> 0x200 clear\nstore y[0,1] <- 0x200\n";
  EXPECT_EQ(test::error_of([&] { verify_program(parse_program_text(text, "p"), "p"); }), "");
}

}  // namespace
}  // namespace tilewave
