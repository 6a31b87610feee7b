// Programs whose tiles share no grid: what is stored once, and before it is loaded.
#include <string>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

/// y is 16×16, stored by windows: 0 is its left half, 1 its right, 2 columns 4 to 12.
std::string window_message(const std::string& ops) {
  return message_of([&] {
    verify_program(
        parse_program_text(
            "tilewave-program 3\ntile 8 8 8\nsram 0x800\ntensor x input 16x16 tile 8x8 dram 0x0\n"
            "tensor h intermediate 16x16 tile 8x8 dram 0x400\ntensor y output 16x16 tile 8x8 dram "
            "0x800\n"
            "region 0 y 0:16 0:8 tile 8x8\nregion 1 y 0:16 8:16 tile 8x8\nregion 2 y 0:16 4:12 "
            "tile 8x8\n"
            "region 3 h 0:16 4:12 tile 8x8\nregion 4 h 0:16 0:4 tile 8x8\nops\n" +
                ops,
            "p"),
        "p.twp");
  });
}

TEST(ProgramVerifyWindows, ElementsAreStoredOnceWhateverTheRegion) {
  const std::string left =
      "load x[0,0] -> 0\nload x[1,0] -> 0x100\nstore y@0[0,0] <- 0\nstore y@0[1,0] <- 0x100\n";
  EXPECT_EQ(window_message(left + "store y@1[0,0] <- 0\nstore y@1[1,0] <- 0x100\n"), "accepted");
  EXPECT_EQ(window_message(left), "p.twp: output tile y[0,1] is never stored");
  EXPECT_EQ(
      window_message(left + "store y@2[0,0] <- 0\n"),
      "p.twp: op 4 (store y@2[0,0] <- 0x0000) stores an output tile that op 2 (store y@0[0,0] <- "
      "0x0000) has already stored");
  EXPECT_EQ(
      window_message(
          "load x[0,0] -> 0\nload x[1,0] -> 0x100\nstore y@2[0,0] <- 0\nstore y@2[1,0] <- 0x100\n"),
      "p.twp: output tile y[0:8, 0:4] is never stored");
  EXPECT_EQ(window_message(left + "store y@1[0,1] <- 0\n"),
            "p.twp: op 4 (store y@1[0,1] <- 0x0000) names a tile that does not exist; allowed: row "
            "0 to 1, "
            "column 0 to 0");
}

TEST(ProgramVerifyWindows, AllElementsOfALoadAreStoredBefore) {
  const std::string half = "load x[0,0] -> 0\nstore h[0,0] <- 0\n";  // columns 0 to 8 of h
  EXPECT_EQ(window_message(half + "load h@3[0,0] -> 0x100\nstore h[0,1] <- 0\n"),
            "p.twp: op 2 (load h@3[0,0] -> 0x0100) loads a tile of an intermediate tensor that no "
            "earlier op "
            "stored; op 3 (store h[0,1] <- 0x0000) does only later");
  const std::string all = half + "load x[0,1] -> 0\nstore h[0,1] <- 0\nload h@3[0,0] -> 0x100\n";
  const std::string other =
      "p.twp: output tile y[0:16, 0:16] is never stored";  // nothing is wrong with h
  EXPECT_EQ(window_message(all), other);
  EXPECT_EQ(window_message(half + "load h@4[0,0] -> 0x100\n"), other);
}

}  // namespace
}  // namespace tilewave::test
