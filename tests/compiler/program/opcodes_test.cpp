// The register of opcodes: complete, without doubles, and what an op reads and writes by it.
#include "compiler/program/opcodes.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave {
namespace {

constexpr Opcode kOpcodes[] = {Opcode::kLoad, Opcode::kStore, Opcode::kMatmul, Opcode::kVector,
                               Opcode::kReduce};
static_assert(std::size(kOpcodes) == kOpcodeCount);

std::span<const OperandRule> operands_of(Opcode opcode) {
  return std::span(rule_of(opcode).operands).first(rule_of(opcode).operand_count);
}

std::span<const FlagRule> flags_of(Opcode opcode) {
  return std::span(rule_of(opcode).flags).first(rule_of(opcode).flag_count);
}

TEST(Opcodes, HaveAWordAndAnEngineEach) {
  std::set<std::string_view> words;
  std::set<Engine> engines;
  for (const Opcode opcode : kOpcodes) {
    EXPECT_FALSE(rule_of(opcode).word.empty());
    EXPECT_TRUE(words.insert(rule_of(opcode).word).second) << rule_of(opcode).word;
    EXPECT_EQ(to_string(opcode), rule_of(opcode).word);
    engines.insert(engine_of(opcode));
  }
  EXPECT_EQ(engines.size(), kEngineCount);  // every unit has something to do
  EXPECT_EQ(engine_of(Opcode::kLoad), Engine::kLoadDma);
  EXPECT_EQ(engine_of(Opcode::kStore), Engine::kStoreDma);
  EXPECT_EQ(engine_of(Opcode::kMatmul), Engine::kCompute);
  EXPECT_EQ(engine_of(Opcode::kVector), Engine::kVector);
  EXPECT_EQ(engine_of(Opcode::kReduce), Engine::kVector);
}

TEST(Opcodes, HaveOperandsThatNobodyTakesForAnother) {
  const std::uint32_t Op::*addresses[] = {&Op::a, &Op::b, &Op::c, &Op::d};
  for (const Opcode opcode : kOpcodes) {
    const std::span<const OperandRule> operands = operands_of(opcode);
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      // in the order of the fields, so each is another one, and none is dst
      EXPECT_EQ(operands[i].address, addresses[i]) << rule_of(opcode).word;
      EXPECT_TRUE(keys.insert(operands[i].key).second) << rule_of(opcode).word;
      EXPECT_FALSE(operands[i].what.empty());
      // In the text only the source of an op without a destination comes behind an arrow.
      EXPECT_EQ(operands[i].key.empty(), !rule_of(opcode).has_dst);
    }
    for (std::size_t i = operands.size(); i < kMostOperands; ++i) {
      EXPECT_EQ(rule_of(opcode).operands[i].address, nullptr) << rule_of(opcode).word;
    }
    std::set<std::string_view> flags;
    for (const FlagRule& flag : flags_of(opcode)) {
      EXPECT_TRUE(flag.field != nullptr && flags.insert(flag.word).second) << flag.word;
    }
  }
  EXPECT_EQ(operands_of(Opcode::kVector).size(), kMaxMapOperands);
  EXPECT_EQ(operands_of(Opcode::kReduce).size(), kMaxMapOperands);
}

TEST(Opcodes, AreMovesSumsOrNeither) {
  for (const Opcode opcode : kOpcodes) {
    Op op;
    op.opcode = opcode;
    EXPECT_EQ(is_load(op), opcode == Opcode::kLoad);
    EXPECT_EQ(is_store(op), opcode == Opcode::kStore);
    EXPECT_EQ(moves_tile(op), is_load(op) || is_store(op));
    EXPECT_EQ(computes(op), !moves_tile(op));
    EXPECT_EQ(is_sum_step(op), opcode == Opcode::kMatmul);
    EXPECT_EQ(rule_of(opcode).folds, opcode == Opcode::kReduce);
    EXPECT_EQ(is_reduction_step(op), is_sum_step(op) || rule_of(opcode).folds);
    EXPECT_EQ(rule_of(opcode).has_kernel, opcode == Opcode::kVector || rule_of(opcode).folds);
    for (const OperandRule& operand : operands_of(opcode)) {  // the factors
      EXPECT_EQ(operand.transposed != nullptr,
                operand.size == OperandSize::kLeft || operand.size == OperandSize::kRight);
    }
    EXPECT_EQ(accumulates(op), is_reduction_step(op));
    op.m = op.n = op.k = 3;
    EXPECT_EQ(step_products(op), is_sum_step(op) ? 27U : 0U);
    op.clear = true;
    EXPECT_FALSE(accumulates(op));
    const int index = by_opcode(
        opcode, [] { return 0; }, [] { return 1; }, [] { return 2; }, [] { return 3; },
        [] { return 4; });
    EXPECT_EQ(index, static_cast<int>(opcode));
  }
}

/// "a 16x8 at 0; b 8x24 at 512": what an op is said to read and then, behind a bar, the SRAM.
std::string accesses(const Program& program, const Op& op) {
  std::string text;
  visit_operands(
      program, op,
      [&](std::size_t, const OperandRule& rule, std::uint32_t address, const TileExtent& extent) {
        text += std::string(rule.key) + " " + to_string(extent) + " at " + std::to_string(address) +
                "; ";
      });
  const auto piece = [&](const char* what) {
    return [&text, what](std::uint32_t address, std::uint64_t bytes) {
      text +=
          std::string(" ") + what + " " + std::to_string(bytes) + " at " + std::to_string(address);
    };
  };
  text += "|";
  visit_sram(program, op, piece("read"), piece("write"));
  return text;
}

// m = 16, n = 24, k = 8: tiles of 16×8 are 512 bytes, of 8×24 768, of 16×24 1536, a row 96, a column
// 64, a value 4.
TEST(Opcodes, SayWhatIsReadAndWritten) {
  const Program program = parse_program_text(
      "tilewave-program 3\ntile 16 24 8\nsram 0x8000\ntensor x input 16x8 tile 16x8 dram 0\n"
      "tensor y output 16x24 tile 16x24 dram 0x1000\n"
      "tensor s output 16x1 tile 16x1 dram 0x2000\ntensor t output 1x24 tile 1x24 dram 0x3000\n"
      "kernel 0 first_column | relu x0\n"
      "kernel 1 tile row column value | add x0 x1; add t0 x2; add t1 x3\n"
      "kernel 2 tile:i8 row column first_column -> sum of columns | add x0 x1; add x2 x3; mul t0 "
      "t1\n"
      "kernel 3 tile column -> max of rows | sub x0 x1\nops\n"
      "load x[0,0] -> 64\n"
      "store y[0,0] <- 128\n"
      "matmul y[0,0] k=0 a=0 b=512 -> 2048 clear\n"
      "matmul y[0,0] k=0 a=0 b=512 -> 2048\n"
      "matmul y[0,0] k=0 a=0 b=512 bias=1280 -> 2048 clear relu\n"
      "matmul y[0,0] k=0 a=0:transposed b=512 -> 2048 clear\n"
      "matmul y[0,0] k=0 a=0 b=512:transposed -> 2048\n"
      "vector y[0,0] kernel=0 a=4096 -> 4096\n"
      "vector y[0,0] kernel=1 a=64 b=128 c=192 d=256 -> 4096\n"
      "reduce s[0,0] 16x1x20 k=0 kernel=2 a=64 b=512 c=640 d=1024 -> 4096 clear\n"
      "reduce s[0,0] 16x1x8 k=0 kernel=2 a=64 b=512 c=640 d=1024 -> 4096\n"
      "reduce t[0,0] 1x24x8 k=0 kernel=3 a=64 b=1024 -> 4096\n",
      "p");
  const char* const expected[] = {
      "| write 512 at 64",
      " 16x24 at 128; | read 1536 at 128",
      "a 16x8 at 0; b 8x24 at 512; | read 512 at 0 read 768 at 512 write 1536 at 2048",
      "a 16x8 at 0; b 8x24 at 512; | read 512 at 0 read 768 at 512 read 1536 at 2048 write 1536 at "
      "2048",
      "a 16x8 at 0; b 8x24 at 512; bias 1x24 at 1280; | read 512 at 0 read 768 at 512 read 96 at "
      "1280 write 1536 at 2048",
      "a 8x16 at 0; b 8x24 at 512; | read 512 at 0 read 768 at 512 write 1536 at 2048",
      "a 16x8 at 0; b 24x8 at 512; | read 512 at 0 read 768 at 512 read 1536 at 2048 write 1536 at "
      "2048",
      "a 16x24 at 4096; | read 1536 at 4096 write 1536 at 4096",
      "a 16x24 at 64; b 1x24 at 128; c 16x1 at 192; d 1x1 at 256; | read 1536 at 64 read 96 at 128 "
      "read 64 at 192 read 4 at 256 write 1536 at 4096",
      "a 16x20 i8 at 64; b 1x20 at 512; c 16x1 at 640; d 16x20 at 1024; | read 320 at 64 read 80 "
      "at "
      "512 read 64 at 640 read 1280 at 1024 write 64 at 4096",
      "a 16x8 i8 at 64; b 1x8 at 512; c 16x1 at 640; d 16x8 at 1024; | read 128 at 64 read 32 at "
      "512 read 64 at 640 read 512 at 1024 read 64 at 4096 write 64 at 4096",
      "a 8x24 at 64; b 8x1 at 1024; | read 768 at 64 read 32 at 1024 read 96 at 4096 write 96 at "
      "4096",
  };
  ASSERT_EQ(program.ops.size(), std::size(expected));
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    EXPECT_EQ(accesses(program, program.ops[i]), expected[i]) << op_text(program, program.ops[i]);
  }
}

TEST(Opcodes, OfRandomProgramsReadNoMoreThanTheMost) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    const Program program = test::random_program(seed);
    for (const Op& op : program.ops) {
      std::size_t reads = 0;
      std::size_t writes = 0;
      visit_sram(
          program, op, [&](std::uint32_t, std::uint64_t) { ++reads; },
          [&](std::uint32_t, std::uint64_t) { ++writes; });
      EXPECT_LE(reads, kMostReads);
      EXPECT_EQ(writes, is_store(op) ? 0U : 1U);
      if (rule_of(op.opcode).has_kernel) {
        EXPECT_EQ(reads, program.kernels[op.kernel].operands.size() + (accumulates(op) ? 1 : 0));
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
