// Programs with reduces in text, binary and canonical form, and what is refused of their fields.
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_canonical.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/forms/program_text.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

/// Of x, in two tiles of 8 and 5 columns: the sum of exp of each row, and the largest of each column.
constexpr const char* kText =
    "tilewave-program 3\n"
    "tile 8 8 6\n"
    "sram 0x300\n"
    "tensor x input 6x13 tile 8x8 dram 0x0\n"
    "tensor s output 6x1 tile 8x1 dram 0x200\n"
    "tensor t output 1x13 tile 1x8 dram 0x300\n"
    "kernel 0 tile -> sum of columns | exp x0\n"
    "kernel 1 tile -> max of rows | identity x0\n"
    "kernel 2 tile | relu x0\n"
    "ops\n"
    "load   x[0,0] -> 0x0000\n"
    "load   x[0,1] -> 0x0100\n"
    "reduce s[0,0] 6x1x8 k=0 kernel=0 a=0x0000 -> 0x0200 clear ping\n"
    "reduce s[0,0] 6x1x5 k=1 kernel=0 a=0x0100 -> 0x0200\n"
    "store  s[0,0] <- 0x0200\n"
    "reduce t[0,0] k=0 kernel=1 a=0x0000 -> 0x0240 clear\n"
    "store  t[0,0] <- 0x0240\n"
    "reduce t[0,1] k=0 kernel=1 a=0x0100 -> 0x0240 clear\n"
    "store  t[0,1] <- 0x0240\n";

TEST(ReduceForms, AllSayTheSame) {
  const Program program = parse_program_text(kText, "p");
  EXPECT_EQ(to_text(program), kText);
  EXPECT_EQ(parse_binary(to_binary(program), "p"), program);
  EXPECT_EQ(program.ops[3], (Op{.opcode = Opcode::kReduce,
                                .kernel = 0,
                                .m = 6,
                                .n = 1,
                                .k = 5,
                                .region = 1,
                                .step = 1,
                                .a = 0x100,
                                .dst = 0x200}));
  EXPECT_EQ(program.ops[5].shape(), (TileShape{1, 8, 6}));
}

TEST(ReduceForms, TheCanonicalTextHasALetterOfItsOwn) {
  EXPECT_EQ(canonical_text(parse_program_text(kText, "p")),
            "L x 0 0 0 192 -\n"
            "L x 0 1 256 120 -\n"
            "R s 0 0 0 0 0 512 0\n"
            "R s 0 0 1 0 256 512 -\n"
            "S s 0 0 512 24 -\n"
            "R t 0 0 0 1 0 576 -\n"
            "S t 0 0 576 32 -\n"
            "R t 0 1 0 1 256 576 -\n"
            "S t 0 1 576 20 -\n");
}

TEST(ReduceForms, NameLineValueAndWhatIsAllowed) {
  struct Mistake {
    std::string from;
    std::string to;
    std::string message;
  };
  const std::vector<Mistake> table = {
      {"kernel=0 a=0x0000", "kernel=2 a=0x0000",
       "13: kernel = 2; allowed: a kernel with a reduction, for a reduce"},
      {"reduce s[0,0] 6x1x8 k=0 kernel=0", "vector s[0,0] kernel=0",
       "13: unknown or repeated word after the vector 'clear'; allowed: ping, pong"},
      {"0x0200\nstore  s", "0x0200\nvector s[0,0] kernel=0 a=0x0000 -> 0x0200\nstore  s",
       "15: kernel = 0; allowed: a kernel without a reduction, for a vector"},
      {"kernel=0 a=0x0000", "kernel=3 a=0x0000",
       "13: kernel = 3; allowed: an index into the 3 kernels"},
      {"6x1x8", "6x1", "13: extents = '6x1'; allowed: MxNxK, like 32x18x6"},
      {"6x1x8", "6x2x8", "13: n = 2; allowed: 1, for the kernel folds the columns of each row"},
      {"6x1x8", "9x1x8", "13: m = 9; allowed: 1 to 8"},
      {"6x1x8", "6x1x9", "13: k = 9; allowed: 1 to 8"},  // the wider of n and k
      {"t[0,0] k=0", "t[0,0] 2x8x6 k=0",
       "16: m = 2; allowed: 1, for the kernel folds the rows of each column"},
      {"t[0,0] k=0", "t[0,0] 1x9x6 k=0", "16: n = 9; allowed: 1 to 8"},
      {"t[0,0] k=0", "t[0,0] 1x8x9 k=0", "16: k = 9; allowed: 1 to 8"},
      {"clear ping", "clear relu",
       "13: unknown or repeated word after the reduce 'relu'; allowed: ping, pong"},
      {"clear ping", "relu",
       "13: unknown or repeated word after the reduce 'relu'; allowed: clear, ping, pong"},
      {"8 k=0 kernel=0", "8 kernel=0",
       "13: expected 'k=' before the reduction step, found 'kernel=0'"},
      {"8 k=0 kernel=0", "8 k=0",
       "13: expected 'kernel=' before the kernel's number, found 'a=0x0000'"},
      {"-> sum of columns", "-> sums of columns",
       "7: kernel 0: unknown type or fold 'sums' of the result; allowed: f32, bf16, f16, i8, u8, "
       "i32, "
       "sum, max, min, product; did you mean 'sum'?"},
  };
  for (const Mistake& mistake : table) {
    EXPECT_EQ(
        message_of([&] { parse_program_text(replaced(kText, mistake.from, mistake.to), "p.twp"); }),
        "p.twp:" + mistake.message);
  }
}

/// "b = 64; allowed: 0, for a reduce has none", of the op with one field changed.
template <typename Change>
std::string problem(Change&& change) {
  const Program program = parse_program_text(kText, "p");
  Op op = program.ops[2];
  change(op);
  const std::optional<FieldProblem> found = find_problem(op, program);
  return found ? found->text() : "none";
}

TEST(ReduceForms, FieldsThatAReduceHasNotAreZero) {
  EXPECT_EQ(problem([](Op&) {}), "none");
  EXPECT_EQ(problem([](Op& op) { op.k = 0; }), "k = 0; allowed: 1 to 8");
  EXPECT_EQ(problem([](Op& op) { op.b = 64; }), "b = 64; allowed: 0, for a reduce has none");
  EXPECT_EQ(problem([](Op& op) { op.d = 64; }), "d = 64; allowed: 0, for a reduce has none");
  EXPECT_EQ(problem([](Op& op) { op.relu = true; }), "relu = 1; allowed: 0, for a reduce has none");
  EXPECT_EQ(problem([](Op& op) { op.biased = true; }),
            "biased = 1; allowed: 0, for a reduce has none");
  EXPECT_EQ(problem([](Op& op) { op.a_type = ElementType::kI8; }),
            "a_type = 3; allowed: 0, for a reduce has none");
  EXPECT_EQ(problem([](Op& op) { op.a_zero = 1; }),
            "a_zero = 1; allowed: 0, for a reduce has none");
}

/// Wherever the kernel folds, in whatever extents: the binary form of a kernel is its text.
TEST(ReduceForms, OfRandomProgramsComeBackEqual) {
  std::size_t reduces = 0;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    const Program program = random_program(seed);
    for (const Op& op : program.ops) {
      reduces += op.opcode == Opcode::kReduce ? 1 : 0;
    }
    ASSERT_EQ(parse_program_text(to_text(program), "p"), program) << seed;
    ASSERT_EQ(parse_binary(to_binary(program), "p"), program) << seed;
  }
  EXPECT_GT(reduces, 200U);
}

}  // namespace
}  // namespace tilewave::test
