// The text form: what it prints, what it reads, what it says about mistakes; and the canonical op
// list.
#include "compiler/program/forms/program_text.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "compiler/program/forms/program_canonical.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

std::string parse_message(const std::string& text) {
  return message_of([&] { parse_program_text(text, "p.twp"); });
}

TEST(ProgramText, PrintsWhatItRead) {
  EXPECT_EQ(to_text(parse_program_text(kSampleText, "p.twp")), kSampleText);
}

TEST(ProgramText, RoundTripsRandomPrograms) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    const Program program = random_program(seed);
    ASSERT_EQ(parse_program_text(to_text(program), "p.twp"), program) << "seed " << seed;
  }
}

TEST(ProgramText, ReadsWhatAPersonWrites) {
  const Program program = parse_program_text(
      "# by hand\r\n\n  tilewave-program 0x3 # version\n\ttile 32 0x20 32\nsram 12288\n"
      "tensor ops output 33x1 tile 32x32 padded dram 0x10000 # a tensor may be called ops\n"
      "tensor x input 128x128 tile 1x32 dram 0\n"
      "kernel 0x0 column\tvalue|add x1  x0 ;leakyrelu t0 alpha=2.5e-1 # two steps\nops\n"
      "load x [ 1 , 0x2 ]->8192\nmatmul ops[1,0] k=3 a=0 b=4096->0x2000 pong clear\n"
      "vector ops[1,0] kernel=0x0 a=64 b=0x40->128 ping",
      "p.twp");
  EXPECT_EQ(program.tile, TileShape{});
  EXPECT_EQ(program.sram_bytes, 12288U);
  ASSERT_EQ(program.tensors.size(), 2U);
  EXPECT_EQ(program.tensors[0].name, "ops");
  EXPECT_EQ(program.tensors[0].stored, (Shape{64, 32}));
  EXPECT_EQ(program.tensors[1].stored, (Shape{128, 128}));
  ASSERT_EQ(program.kernels.size(), 1U);
  EXPECT_EQ(to_text(program.kernels[0]), "column value | add x1 x0; leakyrelu t0 alpha=0.25");
  ASSERT_EQ(program.ops.size(), 3U);
  EXPECT_EQ(program.ops[0], (Op{.region = 1, .row = 1, .col = 2, .dst = 8192}));
  EXPECT_EQ(program.ops[1], (Op{.opcode = Opcode::kMatmul,
                                .clear = true,
                                .tag = BufferTag::kPong,
                                .m = 32,
                                .n = 32,
                                .k = 32,
                                .region = 0,
                                .row = 1,
                                .step = 3,
                                .b = 4096,
                                .dst = 8192}));
  EXPECT_EQ(program.ops[2], (Op{.opcode = Opcode::kVector,
                                .tag = BufferTag::kPing,
                                .m = 32,
                                .n = 32,
                                .region = 0,
                                .row = 1,
                                .a = 64,
                                .b = 64,
                                .dst = 128}));
}

TEST(ProgramText, ReadsTheGrammarByExample) {
  std::ifstream header(std::string(TILEWAVE_SOURCE_DIR) + "/compiler/program/forms/program_text.h");
  ASSERT_TRUE(header);
  const std::string prefix = "//   ";
  std::string text;
  for (std::string line; std::getline(header, line) && line != "// clang-format on";) {
    text += line.starts_with(prefix) ? line.substr(prefix.size()) + "\n" : "";
  }
  const Program program = parse_program_text(text, "program_text.h");
  EXPECT_EQ(program.tile, TileShape{});
  EXPECT_EQ(program.sram_bytes, 0xd000U);
  EXPECT_EQ(program.tensors.size(), 5U);
  ASSERT_EQ(program.kernels.size(), 3U);
  EXPECT_EQ(to_text(program.kernels[1]), "tile row | add x0 x1; relu t0");
  EXPECT_EQ(program.windows, (std::vector<Window>{{0, 0, 64, {128, 64}, {32, 32}}}));
  ASSERT_EQ(program.ops.size(), 10U);
  EXPECT_EQ(program.ops[2].region, 5U);
  // every opcode and flag, an op with a tag
  for (std::size_t opcode = 0; opcode < kOpcodeCount; ++opcode) {
    EXPECT_TRUE(std::ranges::any_of(program.ops, [&](const Op& op) {
      return op.opcode == static_cast<Opcode>(opcode);
    })) << opcode;
  }
  EXPECT_TRUE(program.ops[4].clear && program.ops[4].biased);
  EXPECT_TRUE(program.ops[5].relu && program.ops[9].relu);
  EXPECT_TRUE(program.ops[5].b_transposed && !program.ops[5].a_transposed);
  EXPECT_EQ(program.ops[1].tag, BufferTag::kPing);
  EXPECT_EQ(parse_program_text(to_text(program), "again"), program);
}

struct Mistake {
  std::string from;
  std::string to;
  std::string message;
};

TEST(ProgramText, NamesLineValueAndWhatIsAllowed) {
  const std::string tiles =
      "m x n = 8x8, m x k = 8x8, k x n = 8x8, k x m = 8x8, n x k = 8x8, 1 x n = 1x8, m x 1 = 8x1 "
      "or 1x1";
  const std::vector<Mistake> table = {
      {"tilewave-program", "tileflow", "1: expected 'tilewave-program 3', found 'tileflow'"},
      {"program 3", "program 7", "1: format version 7; this tilewave reads 3"},
      {"program 3", "program 1",
       "1: format version 1; this tilewave reads 3: compile the model again"},
      {"program 3", "program 2",
       "1: format version 2; this tilewave reads 3: compile the model again"},
      {"program 3", "program",
       "1: expected a number for format version, decimal or 0x hex, found "
       "the end of the line"},
      {"program 3", "program 3 3", "1: expected the end of the line, found '3'"},
      {"tile 8", "tiel 8", "2: unknown word 'tiel'; allowed: tile; did you mean 'tile'?"},
      {"tile 8", "tile 257", "2: tile m = 257; allowed: 1 to 256"},
      {"8 8 8", "8 8 0", "2: tile k = 0; allowed: 1 to 256"},
      {"tile 8", "tile -8", "2: expected a number for tile m, decimal or 0x hex, found '-8'"},
      {"sram 0x440", "sram 0x40000001", "3: sram = 0x40000001; allowed: 0 to 1073741824"},
      {"sram 0x440", "sram 99999999999999999999",
       "3: sram = 99999999999999999999; allowed: 0 to 1073741824"},
      {"sram 0x440", "sram 0x", "3: expected a number for sram, decimal or 0x hex, found '0x'"},
      {"sram 0x440", "sram 4k", "3: expected a number for sram, decimal or 0x hex, found '4k'"},
      {"x input", "x inptu",
       "4: unknown role 'inptu'; allowed: input, param, intermediate, output; did you mean "
       "'input'?"},
      {"tensor x", "tensr x",
       "4: unknown word 'tensr'; allowed: tensor, region, kernel, ops; did you mean 'tensor'?"},
      {"x input 8x8", "x input 0x8", "4: tensor rows = 0; allowed: 1 to 4294967296"},
      {"x input 8x8", "x input 8", "4: shape = '8'; allowed: ROWSxCOLS in decimal, like 128x64"},
      {"x input 8x8", "x input 8x99999999999999999999",
       "4: shape = '8x99999999999999999999'; allowed: ROWSxCOLS in decimal, like 128x64"},
      {"x input 8x8", "x input 65536x65537",
       "4: tensor cols = 65537; allowed: at most 4294967296 elements in a tensor, padding "
       "included"},
      {"x input 8x8", "x input 8x8 at",
       "4: unknown word 'at'; allowed: f32, bf16, f16, i8, u8, i32, tile"},
      {"tile 8x8 dram", "tile 8x8 at",
       "4: expected 'dram' before the DRAM base address, found 'at'"},
      {"tile 8x8", "tile 8", "4: shape = '8'; allowed: ROWSxCOLS in decimal, like 128x64"},
      {"tile 8x8", "tile 0x8", "4: tensor tile = 0x8; allowed: " + tiles},
      {"tile 8x8", "tile 8x4294967304", "4: tensor tile = 8x4294967295; allowed: " + tiles},
      {"8 8 8", "16 24 8",
       "4: tensor tile = 8x8; allowed: m x n = 16x24, m x k = 16x8, k x n = 8x24, k x m = 8x16, n "
       "x k = 24x8, 1 x n = 1x24, m x 1 = 16x1 or 1x1"},
      {"dram 0x0", "dram 0x7", "4: tensor dram_base = 0x7; allowed: multiples of 64"},
      {"tensor w", "tensor x",
       "5: tensor name = 'x'; allowed: a name of its own, tensor 0 has this one"},
      {"tensor w", "tensor w[]",
       "5: tensor name = 'w[]'; allowed: 1 to 255 printable ASCII characters without space, '#', "
       "'@', '[' and ']'"},
      {"load ", "laod ",
       "16: unknown op 'laod'; allowed: load, store, matmul, vector, reduce; did you mean 'load'?"},
      {"load   x", "load   xx",
       "16: unknown tensor 'xx'; allowed: x, w, h, s, y, b; did you mean 'x'?"},
      {"load   x[0,0]", "load   x", "16: expected '[' before the tile row, found '->'"},
      {"load   x[0,0]", "load   x[0]", "16: expected ',' before the tile column, found ']'"},
      {"load   x[0,0]", "load   x[0,4294967296]", "16: col = 4294967296; allowed: 0 to 4294967295"},
      {"-> 0x0000 ping", "",
       "16: expected '->' before the destination address, found the end of "
       "the line"},
      {"0x0000 ping", "0x0000 pimg",
       "16: unknown or repeated word after the load 'pimg'; allowed: ping, pong; did you mean "
       "'ping'?"},
      {"0x0000 ping", "0x0000 ping pong",
       "16: unknown or repeated word after the load 'pong'; allowed: none"},
      {"0x0000 ping", "0x0000 clear",
       "16: unknown or repeated word after the load 'clear'; allowed: ping, pong"},
      {"k=0", "k=99999999999", "19: k = 99999999999; allowed: 0 to 4294967295"},
      {"k=0", "", "19: expected 'k=' before the reduction step, found 'a=0x0000'"},
      {"<- 0x0200", "-> 0x0200", "20: expected '<-' before the source's address, found '->'"},
      {"b=0x0200 ", "", "21: expected 'b=' before the second operand's address, found '->'"},
      {"<- 0x0200 relu", "<- 0x0200 \x01\xff",
       "20: unknown or repeated word after the store '\\x01\\xff'; allowed: relu, ping, pong"},
      {"clear relu ping", "clear clear",
       "19: unknown or repeated word after the matmul 'clear'; allowed: relu, ping, pong"},
      {"clear relu ping", "broadcast",
       "19: unknown or repeated word after the matmul 'broadcast'; allowed: clear, relu, ping, "
       "pong"},
      {"clear relu ping", "relu",
       "19: biased = 1; allowed: 0, for only a matmul that clears starts from a bias"},
      {"bias=0x0400", "bias 0x0400",
       "19: expected 'bias=' before the bias's address, found 'bias'"},
      {"bias=0x0400", "bias=", "19: expected a number for bias, decimal or 0x hex, found '->'"},
      // transposed operands
      {"a=0x0000 b", "a=0x0000:transpose b",
       "19: unknown type 'transpose'; allowed: f32, bf16, f16, i8, u8, i32, transposed; did you "
       "mean 'transposed'?"},
      {"a=0x0000 b", "a=0x0000:transposed:i8 b",
       "19: operand a is transposed before its end; allowed: once, behind type and zero"},
      {"b=0x0100", "b=0x0100:transposed:transposed",
       "19: operand b is transposed before its end; allowed: once, behind type and zero"},
      {"b=0x0100", "b=0x0100::transposed",
       "19: unknown type ''; allowed: f32, bf16, f16, i8, u8, i32"},
      {"b=0x0100", "b=0x0100:i8:1:2:transposed",
       "19: zero = '1:2'; allowed: a value of the type of a matmul's operand"},
      {"bias=0x0400", "bias=0x0400:transposed",
       "19: expected '->' before the destination address, found ':transposed'"},
      {"<- 0x0200 relu", "<- 0x0200:transposed",
       "20: unknown or repeated word after the store ':transposed'; allowed: relu, ping, pong"},
      {"kernel=2 a=0x0300", "kernel=2 a=0x0300:transposed",
       "23: expected '->' before the destination address, found ':transposed'"},
      // regions
      {"kernel 0", "region 1 x 0:8 0:8 tile 8x8\nkernel 0",
       "10: region = 1; allowed: 0, regions are numbered in order"},
      {"kernel 0", "region 0 v 0:8 0:8 tile 8x8\nkernel 0",
       "10: unknown tensor 'v'; allowed: x, w, h, s, y, b"},
      {"kernel 0", "region 0 x 0:8 8:0 tile 8x8\nkernel 0",
       "10: columns = '8:0'; allowed: FIRST:END in decimal, like 64:128, without the end"},
      {"kernel 0", "region 0 x 1:9 0:8 tile 8x8\nkernel 0",
       "10: region rows = 1:9; allowed: a part of 0:8, the tensor's"},
      {"kernel 0", "region 0 x 0:8 0:8 tile 7x8\nkernel 0",
       "10: region tile = 7x8; allowed: " + tiles},
      {"kernel 0", "region 0 y 0:7 0:5 tile 8x8\nkernel 0",
       "10: region tensor = 4; allowed: a tensor without padding, which windows would read"},
      {"kernel 0", "region 0 x 0:8 0:8 tile 8x8\ntensor z input 8x8 tile 8x8 dram 0x1000\nkernel 0",
       "11: a tensor behind a region; allowed: tensors, then regions, then kernels, then ops"},
      {"ops\n", "region 0 x 0:8 0:8 tile 8x8\nops\n",
       "15: a region behind a kernel; allowed: tensors, then regions, then kernels, then ops"},
      {"load   x[", "load   x@0[",
       "16: region = '0'; allowed: a number below 0, the number of regions"},
      // kernels
      {"kernel 0 tile", "kernle 0 tile",
       "10: unknown word 'kernle'; allowed: tensor, region, kernel, ops; did you mean 'kernel'?"},
      {"kernel 0 tile", "kernel tile",
       "10: expected a number for kernel, decimal or 0x hex, found 'tile'"},
      {"kernel 0 tile", "kernel 1 tile",
       "10: kernel = 1; allowed: 0, kernels are numbered in order"},
      {"kernel 2 tile", "kernel 1 tile",
       "12: kernel = 1; allowed: 2, kernels are numbered in order"},
      {"kernel 2 tile | relu x0", "kernel 2 tiel | relu x0",
       "12: kernel 2: unknown form 'tiel' of operand x0; allowed: tile, row, column, first_column, "
       "value; did you mean 'tile'?"},
      {"kernel 2 tile | relu x0", "kernel 2 | add 1 2",
       "12: kernel 2: a vector kernel of 0 operands; allowed: 1 to 4"},
      {"kernel 2 tile | relu x0", "kernel 2 tile tile tile tile tile | relu x0",
       "12: kernel 2: a vector kernel of more than 4 operands; allowed: 1 to 4"},
      {"| relu x0", "| relu x1", "12: kernel 2: step t0: no operand x1; there are 1"},
      {"kernel 2 tile |", "kernel 2 tile row |", "12: kernel 2: no step reads operand x1"},
      {"ops\n", "tensor z input 8x8 tile 8x8 dram 0x1000\nops\n",
       "15: a tensor behind a kernel; allowed: tensors, then regions, then kernels, then ops"},
      // vector ops
      {"kernel=2", "kernel=5", "23: kernel = 5; allowed: an index into the 5 kernels"},
      {"kernel=2", "kernel=65536", "23: kernel = 65536; allowed: an index into the 5 kernels"},
      {"kernel=2 ", "", "23: expected 'kernel=' before the kernel's number, found 'a=0x0300'"},
      {"kernel=2", "kernel=1", "23: expected 'b=' before the second operand's address, found '->'"},
      {"kernel=0", "kernel=2",
       "21: expected '->' before the destination address, found 'b=0x0200'"},
      {"b=0x0400 -> 0x0300", "b=0x0400 -> 0x0300 clear",
       "22: unknown or repeated word after the vector 'clear'; allowed: ping, pong"},
      {"b=0x0400 -> 0x0300", "b=0x0400 -> 0x0300 ping relu",
       "22: unknown or repeated word after the vector 'relu'; allowed: none"},
  };
  for (const Mistake& mistake : table) {
    EXPECT_EQ(parse_message(replaced(kSampleText, mistake.from, mistake.to)),
              "p.twp:" + mistake.message);
  }
}

TEST(ProgramText, AnOperandSaysThatItIsTransposedAtItsEnd) {
  const auto with_operands = [](const std::string& operands) {
    return parse_program_text(
        replaced(kSampleText, "a=0x0000 b=0x0100 bias=0x0400", operands + " bias=0x0400"), "p.twp");
  };
  for (const std::string a : {"a=0x0000", "a=0x0000:transposed", "a=0x0000:u8:128:transposed"}) {
    for (const std::string b : {"b=0x0100", "b=0x0100:i8", "b=0x0100:i8:-3:transposed"}) {
      const bool bytes = a.find("u8") != std::string::npos;
      if (bytes == (b.find("i8") != std::string::npos)) {
        const Program program = with_operands(a + " " + b);
        const Op& op = program.ops[3];
        EXPECT_EQ(op.a_transposed, a.ends_with(":transposed")) << a;
        EXPECT_EQ(op.b_transposed, b.ends_with(":transposed")) << b;
        EXPECT_EQ(op.a_zero, bytes ? 128 : 0) << a;
        EXPECT_THAT(op_text(program, op), ::testing::HasSubstr(" " + a + " " + b + " bias"));
      }
    }
  }
  EXPECT_EQ(with_operands("a=0 :transposed b=0x0100 :f32:transposed").ops[3],
            with_operands("a=0x0000:transposed b=0x0100:transposed").ops[3]);
}

TEST(ProgramText, RefusesWhatEndsTooEarly) {
  EXPECT_EQ(parse_message(""), "p.twp:1: the text ends before the line 'tilewave-program 3'");
  EXPECT_EQ(parse_message("tilewave-program 3\n"),
            "p.twp:1: the text ends before the line 'tile M N K'");
  EXPECT_EQ(parse_message("tilewave-program 3\ntile 8 8 8\nsram 0\n\n"),
            "p.twp:4: the text ends before the line 'ops'");
}

TEST(ProgramText, RefusesLongLinesAndHugeFiles) {
  const std::string comment = "#" + std::string(kMaxProgramLineBytes - 1, '-') + "\n";
  EXPECT_EQ(parse_message(comment + kSampleText), "accepted");
  EXPECT_EQ(parse_message("#" + comment + kSampleText),
            "p.twp:1: line of 4097 bytes; allowed: at most 4096");

  const std::size_t size = kMaxProgramTextBytes + 1;  // address space only, no memory
  void* huge = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(huge, MAP_FAILED);
  EXPECT_EQ(message_of([&] {
              parse_program_text({static_cast<const char*>(huge), size}, "p.twp");
            }),
            "p.twp: program text of 1073741825 bytes; allowed: at most 1073741824, larger programs "
            "have the binary form");
  munmap(huge, size);
}

TEST(ProgramText, SurvivesRandomDamage) {
  std::mt19937 random(2);
  const std::string good = kSampleText;
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    for (auto edits = random() % 3 + 1; edits > 0; --edits) {
      const std::size_t at = random() % bad.size();
      switch (random() % 3) {
        case 0: bad[at] = static_cast<char>(random()); break;
        case 1: bad.erase(at, random() % 8); break;
        default: bad.insert(at, bad.substr(random() % bad.size(), random() % 8)); break;
      }
    }
    message_of([&] {
      const Program program = parse_program_text(bad, "p.twp");
      ASSERT_EQ(parse_program_text(to_text(program), "p.twp"), program) << bad;
    });
  }
}

TEST(ProgramText, SniffsItsFirstWord) {
  EXPECT_TRUE(is_text_program(kSampleText));
  EXPECT_TRUE(is_text_program("tilewave-program"));
  EXPECT_TRUE(is_text_program("\n # tilewave\r\n#\n\ttilewave-program 7\n"));
  EXPECT_FALSE(is_text_program(""));
  EXPECT_FALSE(is_text_program("# tilewave-program 3"));
  EXPECT_FALSE(is_text_program("tilewave-programme 1"));
  EXPECT_FALSE(is_text_program("graph mlp"));
}

TEST(ProgramText, PrintsOpsThatNoVerifierHasSeen) {
  const Program program;
  EXPECT_EQ(op_text(program, Op{.region = 7, .row = 1, .dst = 64}), "load region 7[1,0] -> 0x0040");
}

TEST(CanonicalText, NamesTransposedOperands) {
  const Program program = parse_program_text(
      replaced(kSampleText, "a=0x0000 b=0x0100", "a=0x0000:transposed b=0x0100:transposed"),
      "p.twp");
  EXPECT_THAT(
      canonical_text(program),
      ::testing::HasSubstr("\nE 0 0 0 0 256 512 0 a:transposed b:transposed bias 1024 relu\n"));
}

TEST(CanonicalText, PrintsOneLinePerOp) {
  EXPECT_EQ(canonical_text(parse_program_text(kSampleText, "p.twp")),
            "L x 0 0 0 256 0\n"
            "L w 0 0 256 256 1\n"
            "L b 0 0 1024 32 -\n"
            "E 0 0 0 0 256 512 0 bias 1024 relu\n"
            "S h 0 0 512 256 relu\n"
            "V s 0 0 0 512 512 768 -\n"
            "V s 0 0 4 768 1024 768 -\n"
            "V y 0 0 2 768 0 -\n"
            "S y 0 0 0 256 -\n");
}

}  // namespace
}  // namespace tilewave::test
