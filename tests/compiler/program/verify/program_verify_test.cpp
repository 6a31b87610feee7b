// Wrong programs with the message each of them gets, and unusual ones that are legal.
#include "compiler/program/verify/program_verify.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_text.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

/// Tiles of 8×8, 256 bytes; 0x800 bytes of SRAM. x and w have 2×2 tiles, a1 2×2, y one.
constexpr const char* kHeader =
    "tilewave-program 3\ntile 8 8 8\nsram 0x800\n"
    "tensor x input 16x16 tile 8x8 dram 0x0\ntensor w param 16x16 tile 8x8 dram 0x400\n"
    "tensor a1 intermediate 16x16 tile 8x8 dram 0x800\ntensor y output 8x8 tile 8x8 dram "
    "0xc00\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu "
    "x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n";

/// x[0,0] at 0, w[0,0] at 0x100: ops 0 and 1.
constexpr const char* kLoads = "load x[0,0] -> 0\nload w[0,0] -> 0x100\n";
constexpr const char* kFinish = "vector y[0,0] kernel=2 a=0 -> 0x700\nstore y[0,0] <- 0x700\n";

VerifyReport verify(const std::string& ops) {
  return verify_program(parse_program_text(kHeader + ops, "p"), "p.twp");
}

std::string verify_message(const std::string& ops) {
  return message_of([&] { verify(ops); });
}

std::string matmul(const std::string& tile, const std::string& rest) {
  return "matmul " + tile + " k=0 a=0 b=0x100 -> " + rest + "\n";
}

struct WrongProgram {
  std::string ops;  // after kLoads
  std::string message;
};

TEST(ProgramVerify, NamesTheOpAndTheEarlierOneItClashesWith) {
  const std::vector<WrongProgram> table = {
      // addresses
      {"load x[0,1] -> 0x720",
       "op 2 (load x[0,1] -> 0x0720) has destination 0x0720; allowed: "
       "multiples of 64"},
      {"load x[0,1] -> 0x740",
       "op 2 (load x[0,1] -> 0x0740) has destination 0x0740, which ends at 0x0840; allowed: up to "
       "the SRAM's end at 0x0800"},
      {"load x[0,1] -> 0xffffffc0",
       "op 2 (load x[0,1] -> 0xffffffc0) has destination 0xffffffc0, which ends at 0x1000000c0; "
       "allowed: up to the SRAM's end at 0x0800"},
      {"store y[0,0] <- 0x8",
       "op 2 (store y[0,0] <- 0x0008) has source 0x0008; allowed: multiples of 64"},
      {"matmul y[0,0] k=0 a=0x20 b=0x100 -> 0x200 clear",
       "op 2 (matmul y[0,0] k=0 a=0x0020 b=0x0100 -> 0x0200 clear) has a 0x0020; allowed: "
       "multiples of 64"},
      // tensors and coordinates
      {"load x[2,1] -> 0x200",
       "op 2 (load x[2,1] -> 0x0200) names a tile that does not exist; allowed: row 0 to 1, column "
       "0 to 1"},
      {"load x[0,2] -> 0x200",
       "op 2 (load x[0,2] -> 0x0200) names a tile that does not exist; allowed: row 0 to 1, column "
       "0 to 1"},
      {"matmul y[0,0] k=1048576 a=0 b=0x100 -> 0x200 clear",
       "op 2 (matmul y[0,0] k=1048576 a=0x0000 b=0x0100 -> 0x0200 clear) has k = 1048576; allowed: "
       "0 to 1048575"},
      // reads
      {matmul("y[0,0]", "0x200 clear").replace(18, 3, "a=0x300"),
       "op 2 (matmul y[0,0] k=0 a=0x0300 b=0x0100 -> 0x0200 clear) reads a 0x0300, which no "
       "earlier op wrote"},
      {"vector y[0,0] kernel=0 a=0 b=0x200 -> 0x300",
       "op 2 (vector y[0,0] kernel=0 a=0x0000 b=0x0200 -> 0x0300) reads b 0x0200, which no earlier "
       "op wrote"},
      {"load x[0,1] -> 0x1c0\nvector y[0,0] kernel=2 a=0x100 -> 0x300",
       "op 3 (vector y[0,0] kernel=2 a=0x0100 -> 0x0300) reads a 0x0100, but op 2 (load x[0,1] -> "
       "0x01c0) "
       "overwrote a part of the tile of op 1 (load w[0,0] -> 0x0100)"},
      {"load x[0,1] -> 0x80\nvector y[0,0] kernel=2 a=0x80 -> 0x300\nvector y[0,0] kernel=2 a=0 -> "
       "0x400",
       "op 4 (vector y[0,0] kernel=2 a=0x0000 -> 0x0400) reads a 0x0000, but op 2 (load x[0,1] -> "
       "0x0080) "
       "overwrote a part of the tile of op 0 (load x[0,0] -> 0x0000)"},
      {"vector y[0,0] kernel=2 a=0x80 -> 0x300",
       "op 2 (vector y[0,0] kernel=2 a=0x0080 -> 0x0300) reads a 0x0080, where no tile begins: it "
       "overlaps "
       "the tile of op 1 (load w[0,0] -> 0x0100)"},
      {"store y[0,0] <- 0x300",
       "op 2 (store y[0,0] <- 0x0300) reads source 0x0300, which no earlier op wrote"},
      // live accumulators
      {matmul("a1[0,0]", "0x200 clear") + "load x[0,1] -> 0x200",
       "op 3 (load x[0,1] -> 0x0200) overwrites the live accumulator of op 2 (matmul a1[0,0] k=0 "
       "a=0x0000 b=0x0100 -> 0x0200 clear)"},
      {matmul("a1[0,0]", "0x200 clear") + "matmul a1[0,0] k=1 a=0 b=0x100 -> 0x200\n" +
           "load x[0,1] -> 0x140\n",
       "op 4 (load x[0,1] -> 0x0140) overwrites the live accumulator of op 3 (matmul a1[0,0] k=1 "
       "a=0x0000 b=0x0100 -> 0x0200)"},
      {matmul("a1[0,0]", "0x200 clear") + matmul("a1[0,0]", "0x200 clear"),
       "op 3 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear) overwrites the live "
       "accumulator of op 2 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear)"},
      {"vector a1[0,0] kernel=2 a=0 -> 0x200\nload x[0,1] -> 0x2c0",
       "op 3 (load x[0,1] -> 0x02c0) overwrites the unread result of op 2 (vector a1[0,0] kernel=2 "
       "a=0x0000 "
       "-> 0x0200)"},
      {matmul("a1[0,0]", "0x200 clear") + "store a1[0,0] <- 0x200\n" +
           "matmul a1[0,1] k=0 a=0 b=0x100 -> 0x200 clear\nload x[0,1] -> 0x200",
       "op 5 (load x[0,1] -> 0x0200) overwrites the live accumulator of op 4 (matmul a1[0,1] k=0 "
       "a=0x0000 b=0x0100 -> 0x0200 clear)"},
      {matmul("a1[0,0]", "0x200 clear") + kFinish,
       "op 2 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear) computes a tile that is never "
       "stored and never read"},
      {matmul("a1[0,0]", "0x200 clear") + "vector y[0,0] kernel=2 a=0x200 -> 0x300\n" +
           "matmul a1[0,0] k=1 a=0 b=0x100 -> 0x200\nload x[0,1] -> 0x200",
       "op 5 (load x[0,1] -> 0x0200) overwrites the live accumulator of op 4 (matmul a1[0,0] k=1 "
       "a=0x0000 b=0x0100 -> 0x0200)"},
      // accumulators and operands
      {matmul("y[0,0]", "0x100 clear"),
       "op 2 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0100 clear) has an accumulator that "
       "overlaps its own operand at 0x0100"},
      {matmul("y[0,0]", "0x40 clear"),
       "op 2 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0040 clear) has an accumulator that "
       "overlaps its own operand at 0x0000"},
      {"vector y[0,0] kernel=2 a=0x100 -> 0x140",
       "op 2 (vector y[0,0] kernel=2 a=0x0100 -> 0x0140) has a destination that overlaps a part of "
       "its own "
       "operand at 0x0100"},
      {"vector y[0,0] kernel=0 a=0 b=0x100 -> 0x180",
       "op 2 (vector y[0,0] kernel=0 a=0x0000 b=0x0100 -> 0x0180) has a destination that overlaps "
       "a part of "
       "its own operand at 0x0100"},
      {matmul("y[0,0]", "0x200"),
       "op 2 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) reads its uncleared accumulator "
       "0x0200, which no earlier op wrote"},
      {"load x[0,1] -> 0x200\n" + matmul("y[0,0]", "0x200"),
       "op 3 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear, but its "
       "accumulator holds the tile of op 2 (load x[0,1] -> 0x0200)"},
      {matmul("a1[0,0]", "0x200 clear") + matmul("a1[0,1]", "0x200"),
       "op 3 (matmul a1[0,1] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear, but its "
       "accumulator holds the tile of op 2 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear)"},
      {matmul("a1[0,0]", "0x200 clear") + matmul("a1[1,0]", "0x200"),
       "op 3 (matmul a1[1,0] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear, but its "
       "accumulator holds the tile of op 2 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear)"},
      {matmul("a1[0,0]", "0x200 clear") + matmul("y[0,0]", "0x200"),
       "op 3 (matmul y[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear, but its "
       "accumulator holds the tile of op 2 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200 clear)"},
      {"vector a1[0,0] kernel=2 a=0 -> 0x200\n" + matmul("a1[0,0]", "0x200"),
       "op 3 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear, but its "
       "accumulator holds the tile of op 2 (vector a1[0,0] kernel=2 a=0x0000 -> 0x0200)"},
      {matmul("a1[0,0]", "0x200 clear") + "store a1[0,0] <- 0x200\n" + matmul("a1[0,0]", "0x200"),
       "op 4 (matmul a1[0,0] k=0 a=0x0000 b=0x0100 -> 0x0200) accumulates without clear into what "
       "op 3 (store a1[0,0] <- 0x0200) has already stored"},
      {matmul("y[0,0]", "0x200 clear") +
           "store y[0,0] <- 0x200\nvector y[0,0] kernel=2 a=0x200 -> 0x200",
       "op 4 (vector y[0,0] kernel=2 a=0x0200 -> 0x0200) computes a tile that is never stored and "
       "never read; op 3 (store y[0,0] <- 0x0200) reads what was there before"},
      // DRAM
      {"load a1[0,0] -> 0x200",
       "op 2 (load a1[0,0] -> 0x0200) loads a tile of an intermediate tensor that no earlier op "
       "stored"},
      {"load y[0,0] -> 0x200",
       "op 2 (load y[0,0] -> 0x0200) loads a tile of an output tensor that no earlier op stored"},
      {"store x[0,0] <- 0",
       "op 2 (store x[0,0] <- 0x0000) stores to a tensor of role input; allowed: intermediate, "
       "output"},
      {"store w[0,0] <- 0",
       "op 2 (store w[0,0] <- 0x0000) stores to a tensor of role param; allowed: intermediate, "
       "output"},
      {std::string(kFinish) + "store y[0,0] <- 0x700",
       "op 4 (store y[0,0] <- 0x0700) stores an output tile that op 3 (store y[0,0] <- 0x0700) has "
       "already stored"},
      {"", "output tile y[0,0] is never stored"},
      {"vector y[0,0] kernel=2 a=0 -> 0x200\n",
       "output tile y[0,0] is never stored; op 2 (vector y[0,0] kernel=2 a=0x0000 -> 0x0200) "
       "computes it"},
  };
  for (const WrongProgram& wrong : table) {
    EXPECT_EQ(verify_message(kLoads + wrong.ops), "p.twp: " + wrong.message);
  }
}

/// m = 16, n = 24, k = 8: x has tiles of 16×8 (0x200 bytes), w of 8×24 (0x300), y and h of 16×24
/// (0x600), b of 1×24 (0x60).
constexpr const char* kUnevenHeader =
    "tilewave-program 3\ntile 16 24 8\nsram 0x3000\ntensor x input 16x16 tile 16x8 dram 0x0\n"
    "tensor w param 16x24 tile 8x24 dram 0x400\ntensor b param 1x24 tile 1x24 dram 0xa00\n"
    "tensor h intermediate 16x24 tile 16x24 dram 0x1000\n"
    "tensor y output 16x24 tile 16x24 dram 0x2000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile "
    "row | add x0 x1\nkernel 2 tile | relu x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 "
    "tile row | add x0 x1; relu t0\nops\n"
    "load x[0,0] -> 0\nload w[0,0] -> 0x200\nload b[0,0] -> 0x500\n";
constexpr const char* kUnevenStep = "matmul h[0,0] k=0 a=0 b=0x200 bias=0x500 -> 0x580 clear\n";

std::string uneven_message(const std::string& ops) {
  return message_of([&] { verify_program(parse_program_text(kUnevenHeader + ops, "p"), "p.twp"); });
}

TEST(ProgramVerify, NamesWrongSizes) {
  const std::string step = kUnevenStep;
  const std::string matmul_of_3 =
      "op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0200 bias=0x0500 -> 0x0580 clear)";
  const std::vector<WrongProgram> table = {
      // operands of another size than the step's
      {"matmul h[0,0] k=0 a=0x200 b=0x200 -> 0x580 clear",
       "op 3 (matmul h[0,0] k=0 a=0x0200 b=0x0200 -> 0x0580 clear) reads as a the 8x24 tile of op "
       "1 "
       "(load w[0,0] -> 0x0200); allowed: 16x8"},
      {"matmul h[0,0] k=0 a=0 b=0 -> 0x580 clear",
       "op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0000 -> 0x0580 clear) reads as b the 16x8 tile of op "
       "0 "
       "(load x[0,0] -> 0x0000); allowed: 8x24"},
      {"matmul h[0,0] k=0 a=0 b=0x200 bias=0 -> 0x580 clear",
       "op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0200 bias=0x0000 -> 0x0580 clear) reads as bias the "
       "16x8 tile of op 0 (load x[0,0] -> 0x0000); allowed: 24 columns"},
      {"vector y[0,0] kernel=2 a=0x200 -> 0xc00",
       "op 3 (vector y[0,0] kernel=2 a=0x0200 -> 0x0c00) reads as a the 8x24 tile of op 1 (load "
       "w[0,0] -> "
       "0x0200); allowed: 16x24"},
      {step + "vector y[0,0] kernel=0 a=0x580 b=0x500 -> 0xc00",
       "op 4 (vector y[0,0] kernel=0 a=0x0580 b=0x0500 -> 0x0c00) reads as b the 1x24 tile of op 2 "
       "(load "
       "b[0,0] "
       "-> 0x0500); allowed: 16x24"},
      {step + "vector y[0,0] kernel=1 a=0x580 b=0 -> 0xc00",
       "op 4 (vector y[0,0] kernel=1 a=0x0580 b=0x0000 -> 0x0c00) reads as b the 16x8 tile of op 0 "
       "(load x[0,0] -> 0x0000); allowed: 24 columns"},
      {"store y[0,0] <- 0",
       "op 3 (store y[0,0] <- 0x0000) reads as source the 16x8 tile of op 0 (load x[0,0] -> "
       "0x0000); allowed: 16x24"},
      // results are m×n
      {"matmul x[0,0] k=0 a=0 b=0x200 -> 0x580 clear",
       "op 3 (matmul x[0,0] k=0 a=0x0000 b=0x0200 -> 0x0580 clear) reads as b the 8x24 tile of op "
       "1 "
       "(load w[0,0] -> 0x0200); allowed: 8x8"},
      // the end of the SRAM, and where a tile ends
      {"matmul h[0,0] k=0 a=0 b=0x200 -> 0x2a40 clear",
       "op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0200 -> 0x2a40 clear) has accumulator 0x2a40, which "
       "ends at 0x3040; allowed: up to the SRAM's end at 0x3000"},
      {"load b[0,0] -> 0x2fc0",
       "op 3 (load b[0,0] -> 0x2fc0) has destination 0x2fc0, which ends at 0x3020; allowed: up to "
       "the SRAM's end at 0x3000"},
      {"matmul h[0,0] k=0 a=0 b=0x200 bias=0x400 -> 0x580 clear",
       "op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0200 bias=0x0400 -> 0x0580 clear) reads bias 0x0400, "
       "where no tile begins: it overlaps the tile of op 1 (load w[0,0] -> 0x0200)"},
      // a row vector under a result
      {"matmul h[0,0] k=0 a=0 b=0x200 bias=0x500 -> 0x540 clear",
       "op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0200 bias=0x0500 -> 0x0540 clear) has an accumulator "
       "that overlaps its own bias at 0x0500"},
      {step + "vector y[0,0] kernel=1 a=0x580 b=0x580 -> 0x580",
       "op 4 (vector y[0,0] kernel=1 a=0x0580 b=0x0580 -> 0x0580) has a destination that overlaps "
       "a part of its own operand at 0x0580"},
      // overwriting: a small tile ends a large one, and the other way round
      {step + "load b[0,0] -> 0xb00",
       "op 4 (load b[0,0] -> 0x0b00) overwrites the live accumulator of " + matmul_of_3},
      {"load b[0,0] -> 0x100\nmatmul h[0,0] k=0 a=0 b=0x200 -> 0x580 clear",
       "op 4 (matmul h[0,0] k=0 a=0x0000 b=0x0200 -> 0x0580 clear) reads a 0x0000, but op 3 (load "
       "b[0,0] -> 0x0100) overwrote a part of the tile of op 0 (load x[0,0] -> 0x0000)"},
      {"load w[0,0] -> 0x240\nmatmul h[0,0] k=0 a=0 b=0x240 bias=0x500 -> 0x580 clear",
       "op 4 (matmul h[0,0] k=0 a=0x0000 b=0x0240 bias=0x0500 -> 0x0580 clear) reads bias 0x0500, "
       "but op 3 (load w[0,0] -> 0x0240) overwrote a part of the tile of op 2 (load b[0,0] -> "
       "0x0500)"},
      // after a ReLU a sum is over
      {step.substr(0, step.size() - 1) + " relu\nmatmul h[0,0] k=1 a=0 b=0x200 -> 0x580",
       "op 4 (matmul h[0,0] k=1 a=0x0000 b=0x0200 -> 0x0580) accumulates without clear into what "
       "went through the ReLU of op 3 (matmul h[0,0] k=0 a=0x0000 b=0x0200 bias=0x0500 -> 0x0580 "
       "clear relu)"},
  };
  for (const WrongProgram& wrong : table) {
    EXPECT_EQ(uneven_message(wrong.ops), "p.twp: " + wrong.message);
  }
}

TEST(ProgramVerify, AllowsTilesOfAllSizes) {
  const std::string step = kUnevenStep;
  const std::string finish = "store y[0,0] <- 0xc00\n";
  const std::vector<std::string> table = {
      // a sum from a bias to a ReLU; a bias that is the first row of a result, and of a weight tile
      "matmul y[0,0] k=0 a=0 b=0x200 bias=0x500 -> 0xc00 clear\n"
      "matmul y[0,0] k=1 a=0 b=0x200 -> 0xc00 relu\n" +
          finish,
      step + "matmul y[0,0] k=0 a=0 b=0x200 bias=0x580 -> 0xc00 clear relu\n" + finish,
      "matmul y[0,0] k=0 a=0 b=0x200 bias=0x200 -> 0xc00 clear relu\n" + finish,
      // broadcast, in place over the other operand
      step +
          "vector h[0,0] kernel=1 a=0x580 b=0x500 -> 0x580\n"
          "vector y[0,0] kernel=3 a=0x580 b=0x580 -> 0xc00\n" +
          finish,
      // a tile may land on the last bytes of the one before it, where it is dead
      "load x[0,1] -> 0x200\nload w[1,0] -> 0x400\n"
      "matmul y[0,0] k=0 a=0x200 b=0x400 -> 0xc00 clear\n" +
          finish,
  };
  for (const std::string& ops : table) {
    EXPECT_EQ(uneven_message(ops), "accepted") << ops;
  }
}

/// Of what stays in the SRAM nothing lies in DRAM.
TEST(ProgramVerify, TensorsThatAreNeverMovedMayLieAnywhere) {
  Program program = parse_program_text(kSampleText, "p");
  const std::vector<bool> moved = moved_tensors(program);
  for (std::size_t i = 0; i < moved.size(); ++i) {
    ProgramTensor& tensor = program.tensors[i];
    if (!moved[i] && tensor.role == TensorRole::kIntermediate) {
      tensor.dram_base = 0;
      EXPECT_EQ(message_of([&] { verify_program(program); }), "accepted") << tensor.name;
    }
  }
}

TEST(ProgramVerify, RefusesAWrongHeader) {
  const Program good = parse_program_text(kSampleText, "p");
  const auto message = [](const Program& program) {
    return message_of([&] { verify_program(program); });
  };
  EXPECT_EQ(message(good), "accepted");
  Program bad = good;
  bad.tile.m = 257;
  EXPECT_EQ(message(bad), "program: tile m = 257; allowed: 1 to 256");
  bad = good;
  bad.sram_bytes = kMaxSramBytes + 1;
  EXPECT_EQ(message(bad), "program: sram_bytes = 1073741825; allowed: 0 to 1073741824");
  bad = good;
  bad.tensors[1].name = "x";
  EXPECT_EQ(message(bad), "program: tensor 1 (x) has the name of tensor 0 (x)");
  bad = good;
  bad.tensors[1].dram_base = 0x20;
  EXPECT_EQ(message(bad), "program: tensor 1 (w) dram_base = 0x20; allowed: multiples of 64");
  bad = good;
  bad.tensors[1].dram_base = kMaxDramBytes - 64;
  EXPECT_EQ(message(bad),
            "program: tensor 1 (w) dram_base = 0x3ffffffc0; allowed: at most 0x3ffffff00, so that "
            "its 256 bytes end inside 16 GiB");
  bad = good;
  bad.tensors[0].dram_base = 0x4c0;
  EXPECT_EQ(message(bad),
            "program: tensor 0 (x) at DRAM 0x4c0 overlaps tensor 4 (y) at 0x400 to 0x500");
  bad = good;
  bad.tensors[2].stored.cols = 16;
  EXPECT_EQ(
      message(bad),
      "program: tensor 2 (h) stored_cols = 16; allowed: 8x8, the tensor, or 8x8, that rounded "
      "up to whole tiles");
  bad = good;
  bad.ops[0].region = 9;
  EXPECT_EQ(message(bad),
            "program: op 0 (load region 9[0,0] -> 0x0000 ping) region = 9; allowed: an index into "
            "the regions of the 6 tensors");
  bad = good;
  bad.sram_bytes = 0;
  EXPECT_EQ(message(bad),
            "program: op 0 (load x[0,0] -> 0x0000 ping) has destination 0x0000, which ends at "
            "0x0100; allowed: up to the SRAM's end at 0x0000");
}

TEST(ProgramVerify, PaddingIsNothingElseThanZero) {
  const auto message = [](const std::string& tile, const std::string& zero) {
    const std::string text =
        "tilewave-program 3\ntile 8 8 8\nsram 0x400\n"
        "tensor x input 5x5 i8 tile " +
        tile +
        " dram 0\n"
        "tensor w param 5x5 i8 tile " +
        tile +
        " dram 0x100\n"
        "tensor y output 5x5 i32 tile " +
        tile +
        " dram 0x200\nops\n"
        "load x[0,0] -> 0\nload w[0,0] -> 0x80\n"
        "matmul y[0,0] " +
        (tile == "8x8" ? "5x5x5 " : "") + "k=0 a=0:i8 b=0x80:i8" + zero +
        " -> 0x100 clear\n"
        "store y[0,0] <- 0x100\n";
    return message_of([&] { verify_program(parse_program_text(text, "p")); });
  };
  EXPECT_EQ(message("8x8", ""), "accepted");
  EXPECT_EQ(message("8x8", ":-3"), "accepted");
  EXPECT_EQ(message("8x8 padded", ""), "accepted");
  EXPECT_EQ(message("8x8 padded", ":-3"),
            "program: op 2 (matmul y[0,0] k=0 a=0x0000:i8 b=0x0080:i8:-3 -> 0x0100 clear) takes 0 "
            "and -3 for zero; allowed: 0 in a program with padded tensors, for padding is 0");
}

TEST(ProgramVerify, CountsWhatTheProgramDoes) {
  VerifyReport expected;
  expected.loads = 3;
  expected.stores = 2;
  expected.executes = 4;
  expected.bytes_loaded = 544;  // 2 · 256 + 32
  expected.bytes_stored = 512;
  expected.peak_address = 0x420;
  EXPECT_EQ(verify_program(parse_program_text(kSampleText, "p")), expected);
}

TEST(ProgramVerify, AllowsManyAccumulatorsStoredAtTheEnd) {
  std::string text =
      "tilewave-program 3\ntile 8 8 8\nsram 0x4000\ntensor x input 8x8 tile 8x8 dram 0\n"
      "tensor w param 8x256 tile 8x8 dram 0x1000\ntensor y output 8x256 tile 8x8 dram "
      "0x4000\nkernel 0 tile tile | add x0 x1\nkernel 1 tile row | add x0 x1\nkernel 2 tile | relu "
      "x0\nkernel 3 tile tile | add x0 x1; relu t0\nkernel 4 tile row | add x0 x1; relu t0\nops\n"
      "load x[0,0] -> 0\nload w[0,0] -> 0x100\n";
  std::string stores;
  for (std::uint32_t i = 0; i < 32; ++i) {
    const std::string tile = "y[0," + std::to_string(i) + "]";
    const std::string address = hex(0x200 + 0x100 * i);
    text += "matmul " + tile + " k=0 a=0 b=0x100 -> " + address + " clear\n";
    stores += "store " + tile + " <- " + address + "\n";
  }
  const VerifyReport report = verify_program(parse_program_text(text + stores, "p"));
  EXPECT_EQ(report.executes, 32U);
  EXPECT_EQ(report.stores, 32U);
  EXPECT_EQ(report.peak_address, 0x2200U);  // 0x200 + 32 · 0x100
}

TEST(ProgramVerify, AllowsUnusualButRightPrograms) {
  const std::vector<std::string> table = {
      // a copy, and a copy of the copy
      "store y[0,0] <- 0",
      "store a1[0,0] <- 0\nload a1[0,0] -> 0x240\nstore y[0,0] <- 0x240",
      // forwarding: a computed tile is an operand and is never stored
      matmul("a1[0,0]", "0x200 clear") +
          "vector y[0,0] kernel=2 a=0x200 -> 0x300\nstore y[0,0] <- 0x300",
      // ... and may be overwritten once it has been read
      matmul("a1[0,0]", "0x200 clear") +
          "vector y[0,0] kernel=2 a=0x200 -> 0x300\nload x[0,1] -> 0x200\nstore y[0,0] <- 0x300",
      // in place
      "vector y[0,0] kernel=0 a=0 b=0x100 -> 0x100\nvector y[0,0] kernel=2 a=0x100 -> 0x100\nstore "
      "y[0,0] <- 0x100",
      "vector y[0,0] kernel=0 a=0 b=0 -> 0\nstore y[0,0] <- 0",
      // one value, stored raw and through relu
      matmul("a1[0,0]", "0x200 clear") + "store a1[0,0] <- 0x200\nstore y[0,0] <- 0x200 relu",
      // the SRAM copy stays readable after its store
      matmul("y[0,0]", "0x200 clear") +
          "store y[0,0] <- 0x200\nvector a1[1,1] kernel=2 a=0x200 -> 0x300\nstore a1[1,1] <- 0x300",
      // an intermediate stored twice; an output loaded back
      "store a1[0,0] <- 0\nstore a1[0,0] <- 0x100\nstore y[0,0] <- 0\nload y[0,0] -> 0",
      // accumulation goes on in any order of k, around other work, and with steps left out
      "matmul y[0,0] k=1 a=0 b=0x100 -> 0x200 clear\nload x[1,1] -> 0\n"
      "matmul y[0,0] k=0 a=0 b=0x100 -> 0x200\nmatmul y[0,0] k=5 a=0x100 b=0x100 -> 0x200\n"
      "store y[0,0] <- 0x200",
      // a sum read before its last step, then stored
      matmul("y[0,0]", "0x200 clear") +
          "vector a1[0,0] kernel=2 a=0x200 -> 0x300\nstore a1[0,0] <- 0x300\n"
          "matmul y[0,0] k=1 a=0 b=0x100 -> 0x200\nstore y[0,0] <- 0x200",
      // loads may land on loads, in part too, and to the last byte
      "load x[0,1] -> 0x40\nload x[0,0] -> 0x700\nstore y[0,0] <- 0x700",
  };
  for (const std::string& ops : table) {
    EXPECT_EQ(verify_message(kLoads + ops), "accepted") << ops;
  }
}

TEST(ProgramVerify, ListsEveryFault) {
  const auto problems = [](const std::string& ops, std::size_t most = 10) {
    return program_problems(parse_program_text(kHeader + ops, "p"), "p", most);
  };
  EXPECT_EQ(problems(kLoads + std::string(kFinish)), std::vector<std::string>{});
  const std::vector<std::string> faults = problems("load x[0,0] -> 0x20\nload x[7,0] -> 0\n");
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_EQ(faults[0],
            "p: op 0 (load x[0,0] -> 0x0020) has destination 0x0020; allowed: multiples of 64");
  EXPECT_EQ(
      faults[1],
      "p: op 1 (load x[7,0] -> 0x0000) names a tile that does not exist; allowed: row 0 to 1, "
      "column 0 to 1");
  EXPECT_EQ(faults[2], "p: output tile y[0,0] is never stored");
  EXPECT_EQ(problems("load x[0,0] -> 0x20\nload x[7,0] -> 0\n", 1).size(), 1U);
}

}  // namespace
}  // namespace tilewave::test
