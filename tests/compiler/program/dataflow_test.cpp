// What a product of transposed factors counts for; tiles and links are tested by what uses them.
#include "compiler/program/dataflow.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"

namespace tilewave {
namespace {

/// y(5×6) = x·w with a depth of 3, in tiles of 8×8 that are padded; factors in order or transposed.
Program padded_product(bool a_transposed, bool b_transposed) {
  const std::string x = a_transposed ? "3x5" : "5x3";
  const std::string w = b_transposed ? "6x3" : "3x6";
  const std::string a = a_transposed ? "a=0:transposed" : "a=0";
  const std::string b = b_transposed ? "b=0x100:transposed" : "b=0x100";
  Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x300\ntensor x input " + x +
          " tile 8x8 padded dram 0\ntensor w param " + w +
          " tile 8x8 padded dram 0x100\ntensor y output 5x6 tile 8x8 padded dram 0x200\nops\n"
          "load x[0,0] -> 0\nload w[0,0] -> 0x100\nmatmul y[0,0] k=0 " +
          a + " " + b + " -> 0x200 clear\nstore y[0,0] <- 0x200\n",
      "p");
  verify_program(program);
  return program;
}

TEST(Dataflow, UsefulProductsAreAsDeepAsTheLeftFactor) {
  for (const bool a_transposed : {false, true}) {
    for (const bool b_transposed : {false, true}) {
      const Program program = padded_product(a_transposed, b_transposed);
      EXPECT_EQ(useful_products(program).count, 5U * 6 * 3);
      const OpLinks links = find_links(program)[2];
      EXPECT_EQ(useful_products(program, program.ops[2], links), 5U * 6 * 3);
      EXPECT_EQ(product_depth(program, program.ops[2], links.operands[0]), 3U);
    }
  }
}

}  // namespace
}  // namespace tilewave
