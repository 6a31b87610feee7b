// Programs in other orders and at other addresses, and with what is not theirs to read.
#include "compiler/program/verify/same_values.h"

#include <algorithm>
#include <random>
#include <string>

#include <gmock/gmock.h>

#include "compiler/base/error.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/compiler/program/program_samples.h"
#include "tests/support/error_of.h"
#include "tests/support/networks.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;

std::string error_of(const Program& program, const Program& compiled) {
  verify_program(program);
  return test::error_of([&] { require_same_values(program, compiled, "p"); });
}

constexpr const char* kHeader =
    "tilewave-program 3\ntile 8 8 8\nsram 0x800\ntensor x input 16x8 tile 8x8 dram 0x0\n"
    "tensor w param 8x8 tile 8x8 dram 0x400\ntensor y output 16x8 tile 8x8 dram 0x800\n"
    "kernel 0 tile | relu x0\nops\n";

Program program_of(const std::string& ops) { return parse_program_text(kHeader + ops, "p"); }

const char* const kCompiled =
    "load w[0,0] -> 0\nload x[0,0] -> 0x100\nmatmul y[0,0] k=0 a=0x100 b=0 -> 0x200 clear\n"
    "store y[0,0] <- 0x200\nload x[1,0] -> 0x100\nmatmul y[1,0] k=0 a=0x100 b=0 -> 0x200 clear\n"
    "store y[1,0] <- 0x200\n";

TEST(SameValues, OrderAndAddressesDoNotMatter) {
  EXPECT_EQ(error_of(program_of(kCompiled), program_of(kCompiled)), "");
  EXPECT_EQ(
      error_of(program_of("load x[0,0] -> 0\nload x[1,0] -> 0x100\nload w[0,0] -> 0x200\n"
                          "matmul y[1,0] k=0 a=0x100 b=0x200 -> 0x300 clear\n"
                          "matmul y[0,0] k=0 a=0 b=0x200 -> 0x400 clear\nstore y[0,0] <- 0x400\n"
                          "store y[1,0] <- 0x300\n"),
               program_of(kCompiled)),
      "");
}

TEST(SameValues, NamesWhoReadsWhatAndWhatItShouldRead) {
  // legal, for tiles of one size are; but y[1,0] is made of x[0,0]
  EXPECT_EQ(
      error_of(program_of("load w[0,0] -> 0\nload x[0,0] -> 0x100\nload x[1,0] -> 0x300\n"
                          "matmul y[0,0] k=0 a=0x100 b=0 -> 0x200 clear\n"
                          "store y[0,0] <- 0x200\n"
                          "matmul y[1,0] k=0 a=0x100 b=0 -> 0x200 clear\n"
                          "store y[1,0] <- 0x200\n"),
               program_of(kCompiled)),
      "p: op 5 (matmul y[1,0] k=0 a=0x0100 b=0x0000 -> 0x0200 clear) reads x[0,0] from op 1 (load "
      "x[0,0] -> 0x0100); the compiled program has it read x[1,0]");
  std::string other = kCompiled;
  other.replace(other.rfind("store"), std::string::npos,
                "vector y[1,0] kernel=0 a=0x200 -> 0x200\nstore y[1,0] <- 0x200\n");
  EXPECT_THAT(
      error_of(program_of(other), program_of(kCompiled)),
      HasSubstr("op 6 (vector y[1,0] kernel=0 a=0x0200 -> 0x0200) does what no op of the compiled "
                "program does"));
  EXPECT_THAT(error_of(program_of(kCompiled), program_of(other)),
              HasSubstr("reads y[1,0] after 1 step from op 5 (matmul"));
}

TEST(SameValues, ATransposedOperandIsAnother) {
  std::string other = kCompiled;
  other.replace(other.rfind("b=0 "), 4, "b=0:transposed ");
  EXPECT_EQ(error_of(program_of(other), program_of(kCompiled)),
            "p: op 5 (matmul y[1,0] k=0 a=0x0100 b=0x0000:transposed -> 0x0200 clear) is another "
            "one in the compiled program: matmul y[1,0] k=0 a=0x0100 b=0x0000 -> 0x0200 clear");
  EXPECT_EQ(error_of(program_of(other), program_of(other)), "");
}

TEST(SameValues, WhatWasStoredInPartsIsTheSameInAnyOrder) {
  const auto with_windows = [](const std::string& ops) {
    return parse_program_text(
        "tilewave-program 3\ntile 8 8 8\nsram 0x800\ntensor x input 8x16 tile 8x8 dram 0x0\n"
        "tensor h intermediate 8x16 tile 8x8 dram 0x400\ntensor y output 8x8 tile 8x8 dram 0x800\n"
        "region 0 h 0:8 4:12 tile 8x8\nops\n" +
            ops,
        "p");
  };
  const std::string load = "load x[0,0] -> 0\nload x[0,1] -> 0x100\n";
  const std::string rest = "load h@0[0,0] -> 0x200\nstore y[0,0] <- 0x200\n";
  const std::string left = "store h[0,0] <- 0\n";
  const std::string right = "store h[0,1] <- 0x100\n";
  EXPECT_EQ(
      error_of(with_windows(load + left + right + rest), with_windows(load + right + left + rest)),
      "");
  EXPECT_EQ(error_of(with_windows(load + "store h[0,0] <- 0 relu\n" + right + rest),
                     with_windows(load + left + right + rest)),
            "p: op 2 (store h[0,0] <- 0x0000 relu) is another one in the compiled program: store "
            "h[0,0] <- 0x0000");
}

TEST(SameValues, WhatTheVerifierPassesOfRandomMovesIsEitherTheSameOrNamed) {
  std::mt19937 random(3);
  int same = 0;
  int others = 0;
  for (int network = 0; network < 20; ++network) {
    const Graph graph = test::random_network(random, 100);
    const Program compiled = test::compile(graph, {.sram_bytes = 6 * 4096}).program;
    ASSERT_EQ(error_of(compiled, compiled), "");
    for (int i = 0; i < 200; ++i) {
      Program moved = compiled;
      const std::size_t from = random() % moved.ops.size();
      const std::size_t to = random() % moved.ops.size();
      std::swap(moved.ops[from], moved.ops[to]);
      if (!program_problems(moved, "p", 1).empty()) {
        continue;
      }
      const std::string error = error_of(moved, compiled);
      (error.empty() ? same : others) += 1;
      if (!error.empty()) {
        ASSERT_THAT(error, HasSubstr("; the compiled program has it read "));
      }
    }
  }
  EXPECT_GT(same, 100);
  EXPECT_GT(others, 0);
}

}  // namespace
}  // namespace tilewave
