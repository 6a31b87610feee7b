// Operands whose tiles lie transposed in SRAM: read whole, with rows and columns as they lie there.
#include <string>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

/// m = 16, n = 24, k = 8: y = x·w; xt and wt are x and w transposed.
std::string transposed_message(const std::string& ops) {
  return message_of([&] {
    verify_program(
        parse_program_text(
            "tilewave-program 3\ntile 16 24 8\nsram 0x2000\n"
            "tensor x input 16x8 tile 16x8 dram 0\ntensor xt input 8x16 tile 8x16 dram 0x1000\n"
            "tensor w param 8x24 tile 8x24 dram 0x2000\ntensor wt param 24x8 tile 24x8 dram "
            "0x3000\n"
            "tensor y output 16x24 tile 16x24 dram 0x4000\nops\n" +
                ops,
            "p"),
        "p.twp");
  });
}

constexpr const char* kLoads =
    "load x[0,0] -> 0\nload xt[0,0] -> 0x200\nload w[0,0] -> 0x400\nload wt[0,0] -> 0x800\n";
constexpr const char* kStore = "store y[0,0] <- 0x1000\n";

std::string product_message(const std::string& operands) {
  return transposed_message(kLoads + ("matmul y[0,0] k=0 " + operands) + " -> 0x1000 clear\n" +
                            kStore);
}

TEST(TransposedOperands, AreAsLargeAsTheyLie) {
  EXPECT_EQ(product_message("a=0 b=0x400"), "accepted");
  EXPECT_EQ(product_message("a=0x200:transposed b=0x400"), "accepted");
  EXPECT_EQ(product_message("a=0 b=0x800:transposed"), "accepted");
  EXPECT_EQ(product_message("a=0x200:transposed b=0x800:transposed"), "accepted");
  const std::string op = "p.twp: op 4 (matmul y[0,0] k=0 ";
  EXPECT_EQ(product_message("a=0:transposed b=0x400"),
            op + "a=0x0000:transposed b=0x0400 -> 0x1000 clear) reads as a the 16x8 tile of op 0 "
                 "(load x[0,0] -> 0x0000); allowed: 8x16");
  EXPECT_EQ(product_message("a=0x200 b=0x400"),
            op + "a=0x0200 b=0x0400 -> 0x1000 clear) reads as a the 8x16 tile of op 1 (load "
                 "xt[0,0] -> 0x0200); allowed: 16x8");
  EXPECT_EQ(product_message("a=0 b=0x400:transposed"),
            op + "a=0x0000 b=0x0400:transposed -> 0x1000 clear) reads as b the 8x24 tile of op 2 "
                 "(load w[0,0] -> 0x0400); allowed: 24x8");
  EXPECT_EQ(product_message("a=0 b=0x800"),
            op + "a=0x0000 b=0x0800 -> 0x1000 clear) reads as b the 24x8 tile of op 3 (load "
                 "wt[0,0] -> 0x0800); allowed: 8x24");
  EXPECT_EQ(product_message("a=0 b=0x800:i8:transposed"),
            "p:14: a_type and b_type = f32 and i8; allowed: f32, bf16 or f16 for both, or i8 or u8 "
            "for each");
}

TEST(TransposedOperands, AreReadWholeAndWhereTheyBegin) {
  const std::string product = "matmul y[0,0] k=0 a=0x200:transposed b=0x400 -> 0x1000 clear\n";
  EXPECT_EQ(transposed_message(kLoads + std::string("load x[0,0] -> 0x3c0\n") + product + kStore),
            "p.twp: op 5 (matmul y[0,0] k=0 a=0x0200:transposed b=0x0400 -> 0x1000 clear) reads a "
            "0x0200, but op 4 (load x[0,0] -> 0x03c0) overwrote a part of the tile of op 1 (load "
            "xt[0,0] -> 0x0200)");
  EXPECT_EQ(product_message("a=0x240:transposed b=0x400"),
            "p.twp: op 4 (matmul y[0,0] k=0 a=0x0240:transposed b=0x0400 -> 0x1000 clear) reads a "
            "0x0240, where no tile begins: it overlaps the tile of op 2 (load w[0,0] -> 0x0400)");
  EXPECT_EQ(product_message("a=0x1fe0:transposed b=0x400"),
            "p.twp: op 4 (matmul y[0,0] k=0 a=0x1fe0:transposed b=0x0400 -> 0x1000 clear) has a "
            "0x1fe0; allowed: multiples of 64");
  EXPECT_EQ(product_message("a=0x1fc0:transposed b=0x400"),
            "p.twp: op 4 (matmul y[0,0] k=0 a=0x1fc0:transposed b=0x0400 -> 0x1000 clear) has a "
            "0x1fc0, which ends at 0x21c0; allowed: up to the SRAM's end at 0x2000");
  EXPECT_EQ(
      transposed_message(
          kLoads +
          std::string(
              "matmul y[0,0] k=0 a=0 b=0x800:transposed -> 0xac0 clear\nstore y[0,0] <- 0xac0\n")),
      "p.twp: op 4 (matmul y[0,0] k=0 a=0x0000 b=0x0800:transposed -> 0x0ac0 clear) has an "
      "accumulator that overlaps its own operand at 0x0800");
}

TEST(TransposedOperands, MayBeWhatWasComputed) {
  EXPECT_EQ(
      message_of([] {
        verify_program(parse_program_text(
            "tilewave-program 3\ntile 16 24 24\nsram 0x4000\n"
            "tensor x input 16x8 tile 16x24 dram 0\ntensor w param 8x24 tile 24x24 dram 0x1000\n"
            "tensor h intermediate 16x24 tile 16x24 dram 0x2000\n"
            "tensor y output 16x16 tile 16x24 dram 0x3000\nops\n"
            "load x[0,0] -> 0\nload w[0,0] -> 0x400\n"
            "matmul h[0,0] 16x24x8 k=0 a=0 b=0x400 -> 0x1000 clear\n"
            "matmul y[0,0] k=0 a=0x1000 b=0x1000:transposed -> 0x2000 clear\n"
            "store y[0,0] <- 0x2000\n",
            "p"));
      }),
      "accepted");
}

}  // namespace
}  // namespace tilewave::test
