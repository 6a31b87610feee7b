// What the verifier says of reduces: extents, accumulators, steps, operands and padding.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "compiler/program/verify/same_values.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

/// x has two tiles, of 6x8 and 6x5.
constexpr const char* kHeader =
    "tilewave-program 3\ntile 8 8 6\nsram 0x800\n"
    "tensor x input 6x13 tile 8x8 dram 0x0\ntensor s output 6x1 tile 8x1 dram 0x400\n"
    "tensor t output 1x13 tile 1x8 dram 0x800\ntensor h intermediate 6x1 tile 8x1 dram 0xc00\n"
    "kernel 0 tile -> sum of columns | exp x0\nkernel 1 tile -> max of columns | identity x0\n"
    "kernel 2 tile column -> sum of columns | sub x0 x1\nkernel 3 tile -> max of rows | abs x0\n"
    "kernel 4 column | relu x0\nkernel 5 tile row -> sum of columns | mul x0 x1\nops\n";

constexpr const char* kLoads = "load x[0,0] -> 0\nload x[0,1] -> 0x100\n";
constexpr const char* kFirst = "reduce s[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x200 clear\n";
constexpr const char* kSecond = "reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x100 -> 0x200\n";
constexpr const char* kColumns =
    "reduce t[0,0] 1x8x6 k=0 kernel=3 a=0 -> 0x700 clear\nstore t[0,0] <- 0x700\n"
    "reduce t[0,1] 1x5x6 k=0 kernel=3 a=0x100 -> 0x700 clear\nstore t[0,1] <- 0x700\n";

Program program_of(const std::string& ops) { return parse_program_text(kHeader + ops, "p"); }

std::string message(const std::string& ops) {
  const Program program = program_of(std::string(kLoads) + ops);
  return test::error_of([&] { verify_program(program, "p"); });
}

std::string whole(const std::string& ops) {
  return message(ops + "store s[0,0] <- 0x200\n" + kColumns);
}

TEST(ReduceVerify, LegalOnesAre) {
  const std::string first = kFirst;
  EXPECT_EQ(whole(first + kSecond), "");
  // steps in any order, by kernels with one reduction, and missing ones
  EXPECT_EQ(whole("reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x100 -> 0x200 clear\n"
                  "reduce s[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x200\n"),
            "");
  EXPECT_EQ(whole(first + "reduce h[0,0] 6x1x8 k=0 kernel=1 a=0 -> 0x300 clear\n"
                          "reduce s[0,0] 6x1x5 k=1 kernel=2 a=0x100 b=0x300 -> 0x200\n"),
            "");
  EXPECT_EQ(whole(first), "");
  // read while it is not complete, and gone on with
  EXPECT_EQ(whole(first + "vector h[0,0] kernel=4 a=0x200 -> 0x300\n" + kSecond +
                  "store h[0,0] <- 0x300\n"),
            "");
}

TEST(ReduceVerify, CountsThemAsExecutes) {
  const VerifyReport report = verify_program(
      program_of(std::string(kLoads) + kFirst + kSecond + "store s[0,0] <- 0x200\n" + kColumns));
  EXPECT_EQ(report.executes, 4U);
}

TEST(ReduceVerify, WrongOnesAreNamed) {
  const std::string op3 = "p: op 3 (reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x0100 -> 0x0200) ";
  const std::string first = kFirst;
  const std::string second = kSecond;
  const struct {
    std::string ops;
    std::string message;
  } table[] = {
      {second,
       "p: op 2 (reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x0100 -> 0x0200) reads its uncleared "
       "accumulator 0x0200, which no earlier op wrote"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=1 a=0 -> 0x200 clear\n" + second,
       op3 +
           "goes on with the sum of columns, but its accumulator holds the max of columns of op 2 "
           "(reduce s[0,0] 6x1x8 k=0 kernel=1 a=0x0000 -> 0x0200 clear)"},
      {"reduce h[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x200 clear\n" + second,
       op3 + "accumulates without clear, but its accumulator holds the tile of op 2 (reduce h[0,0] "
             "6x1x8 "
             "k=0 kernel=0 a=0x0000 -> 0x0200 clear)"},
      {"load x[0,0] -> 0x200\n" + second,
       op3 +
           "accumulates without clear, but its accumulator holds the tile of op 2 (load x[0,0] -> "
           "0x0200)"},
      {first + "store s[0,0] <- 0x200\n" + second,
       "p: op 4 (reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x0100 -> 0x0200) accumulates without clear "
       "into "
       "what op 3 (store s[0,0] <- 0x0200) has already stored"},
      {first + "reduce s[0,0] 6x1x5 k=0 kernel=0 a=0x100 -> 0x200\n",
       "p: op 3 (reduce s[0,0] 6x1x5 k=0 kernel=0 a=0x0100 -> 0x0200) takes step k = 0 of its "
       "fold, "
       "which op 2 (reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0200 clear) has already taken"},
      {first + "load x[0,0] -> 0x200\n",
       "p: op 3 (load x[0,0] -> 0x0200) overwrites the live accumulator of op 2 (reduce s[0,0] "
       "6x1x8 "
       "k=0 kernel=0 a=0x0000 -> 0x0200 clear)"},
      {"reduce s[0,0] 5x1x8 k=0 kernel=0 a=0 -> 0x200 clear\n",
       "p: op 2 (reduce s[0,0] 5x1x8 k=0 kernel=0 a=0x0000 -> 0x0200 clear) computes a tile of a "
       "tensor "
       "with tiles of 6x1; allowed: m x n = 5x1"},
      {"reduce s[0,0] 6x1x7 k=0 kernel=0 a=0 -> 0x200 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x7 k=0 kernel=0 a=0x0000 -> 0x0200 clear) reads as a the 6x8 "
       "tile of "
       "op 0 (load x[0,0] -> 0x0000); allowed: 6x7"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=2 a=0 b=0x100 -> 0x200 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=2 a=0x0000 b=0x0100 -> 0x0200 clear) reads as b "
       "the 6x5 "
       "tile of op 1 (load x[0,1] -> 0x0100); allowed: 6x1"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=5 a=0 b=0x100 -> 0x200 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=5 a=0x0000 b=0x0100 -> 0x0200 clear) reads as b "
       "the 6x5 "
       "tile of op 1 (load x[0,1] -> 0x0100); allowed: 8 columns"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x80 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0080 clear) has an accumulator "
       "that "
       "overlaps its own operand at 0x0000"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0000 clear) has an accumulator "
       "that "
       "overlaps its own operand at 0x0000"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x210 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0210 clear) has accumulator "
       "0x0210; "
       "allowed: multiples of 64"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x300 -> 0x200 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0300 -> 0x0200 clear) reads a 0x0300, which "
       "no "
       "earlier op wrote"},
      {"reduce h[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x300 clear\n" + first + "store s[0,0] <- 0x200\n" +
           kColumns,
       "p: op 2 (reduce h[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0300 clear) computes a tile that "
       "is never "
       "stored and never read"},
      {"reduce s[0,0] 6x1x8 k=1048576 kernel=0 a=0 -> 0x200 clear\n",
       "p: op 2 (reduce s[0,0] 6x1x8 k=1048576 kernel=0 a=0x0000 -> 0x0200 clear) has k = 1048576; "
       "allowed: 0 to 1048575"},
  };
  for (const auto& row : table) {
    const std::string said = message(row.ops);
    // of several faults the first is said; a program without outputs stored comes last
    EXPECT_EQ(said, row.message) << row.ops;
  }
}

TEST(ReduceVerify, AMatmulAndAReduceDoNotGoOnWithEachOther) {
  const std::string text =
      "tilewave-program 3\ntile 8 1 8\nsram 0x400\ntensor x input 8x8 tile 8x8 dram 0\n"
      "tensor w param 8x1 tile 8x1 dram 0x100\ntensor y output 8x1 tile 8x1 dram 0x200\n"
      "kernel 0 tile -> sum of columns | exp x0\nops\nload x[0,0] -> 0\nload w[0,0] -> 0x100\n";
  const auto said = [&](const std::string& ops) {
    const Program program = parse_program_text(text + ops, "p");
    return test::error_of([&] { verify_program(program, "p"); });
  };
  const std::string matmul = "matmul y[0,0] k=0 a=0 b=0x100 -> 0x200";
  const std::string reduce = "reduce y[0,0] k=1 kernel=0 a=0 -> 0x200";
  EXPECT_EQ(
      said(matmul + " clear\n" + reduce + "\n"),
      "p: op 3 (reduce y[0,0] k=1 kernel=0 a=0x0000 -> 0x0200) accumulates without clear, but its "
      "accumulator holds the tile of op 2 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear)");
  EXPECT_EQ(
      said(reduce + " clear\n" + matmul + "\n"),
      "p: op 3 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear, but its "
      "accumulator holds the tile of op 2 (reduce y[0,0] k=1 kernel=0 a=0x0000 -> 0x0200 clear)");
}

/// 6x13 of x are stored as 8x16: the last two rows and three columns are zeros that are none.
std::string padded_message(const std::string& kernel, const std::string& ops) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 8 8 8\nsram 0x800\ntensor x input 6x13 tile 8x8 padded dram 0x0\n"
      "tensor s output 6x1 tile 8x1 padded dram 0x400\ntensor t output 1x13 tile 1x8 padded dram "
      "0x800\n"
      "tensor r input 1x13 tile 1x8 padded dram 0xc00\ntensor c input 6x1 tile 8x1 padded dram "
      "0x1000\n"
      "kernel 0 " +
          kernel + "\nops\nload x[0,0] -> 0\nload x[0,1] -> 0x100\nload r[0,1] -> 0x200\n" +
          "load c[0,0] -> 0x240\n" + ops,
      "p");
  const std::vector<std::string> problems = program_problems(program, "p", 1);
  return problems.empty() || problems[0].find("never stored") != std::string::npos ? ""
                                                                                   : problems[0];
}

TEST(ReduceVerify, FoldsNoPadding) {
  const std::string to_s = "reduce s[0,0] 8x1x8 k=0 kernel=0 ";
  const std::string to_t = "reduce t[0,0] 1x8x8 k=0 kernel=0 ";
  EXPECT_EQ(padded_message("tile -> max of columns | identity x0", to_s + "a=0 -> 0x300 clear\n"),
            "");
  EXPECT_EQ(
      padded_message("tile -> max of columns | identity x0", to_s + "a=0x100 -> 0x300 clear\n"),
      "p: op 4 (reduce s[0,0] k=0 kernel=0 a=0x0100 -> 0x0300 clear) folds columns of the tile of "
      "op "
      "1 (load x[0,1] -> 0x0100) that are padding; allowed: elements of a tensor");
  EXPECT_EQ(padded_message("tile -> max of rows | identity x0", to_t + "a=0 -> 0x300 clear\n"),
            "p: op 4 (reduce t[0,0] k=0 kernel=0 a=0x0000 -> 0x0300 clear) folds rows of the tile "
            "of op 0 "
            "(load x[0,0] -> 0x0000) that are padding; allowed: elements of a tensor");
  EXPECT_EQ(
      padded_message("row column -> sum of columns | add x0 x1",
                     to_s + "a=0x200 b=0x240 -> 0x300 clear\n"),
      "p: op 4 (reduce s[0,0] k=0 kernel=0 a=0x0200 b=0x0240 -> 0x0300 clear) folds columns of the "
      "tile of op 2 (load r[0,1] -> 0x0200) that are padding; allowed: elements of a tensor");
  EXPECT_EQ(padded_message("column row -> sum of rows | add x0 x1",
                           to_t + "a=0x240 b=0x200 -> 0x300 clear\n"),
            "p: op 4 (reduce t[0,0] k=0 kernel=0 a=0x0240 b=0x0200 -> 0x0300 clear) folds rows of "
            "the tile "
            "of op 3 (load c[0,0] -> 0x0240) that are padding; allowed: elements of a tensor");
  // of rows that are padding the results are
  EXPECT_EQ(padded_message("value column -> sum of columns | add x0 x1",
                           to_s + "a=0 b=0x240 -> 0x300 clear\n"),
            "");
}

TEST(ReduceVerify, TheSameValuesAreToldFromOthers) {
  const std::string loads = kLoads;
  const std::string store = std::string("store s[0,0] <- 0x200\n") + kColumns;
  const Program compiled = program_of(loads + kFirst + kSecond + store);
  const auto said = [&](const std::string& ops) {
    const Program program = program_of(loads + ops + store);
    verify_program(program);
    return test::error_of([&] { require_same_values(program, compiled, "p"); });
  };
  EXPECT_EQ(said(std::string(kFirst) + kSecond), "");
  EXPECT_EQ(said("reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x100 -> 0x200 clear\n"
                 "reduce s[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x200\n"),
            "");
  EXPECT_EQ(
      said(kFirst),
      "p: op 3 (store s[0,0] <- 0x0200) reads s[0,0] after 1 step from op 2 (reduce s[0,0] 6x1x8 "
      "k=0 kernel=0 a=0x0000 -> 0x0200 clear); the compiled program has it read s[0,0] after 2 "
      "steps");
  EXPECT_EQ(
      said("reduce s[0,0] 6x1x8 k=0 kernel=1 a=0 -> 0x200 clear\n"),
      "p: op 2 (reduce s[0,0] 6x1x8 k=0 kernel=1 a=0x0000 -> 0x0200 clear) is another one in the "
      "compiled program: reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0200 clear");
}

}  // namespace
}  // namespace tilewave
