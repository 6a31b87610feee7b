// The verifier's idea of what lies in SRAM against a model that remembers every byte.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

/// Loads and stores of four sizes at any 64-byte address, against a model that remembers every
/// byte.
TEST(ProgramVerify, AgreesWithAByteByByteModelForTilesOfAllSizes) {
  const Program empty = parse_program_text(
      "tilewave-program 3\ntile 24 16 8\nsram 0x1800\ntensor a input 24x8 tile 24x8 dram 0\n"
      "tensor b input 8x16 tile 8x16 dram 0x400\ntensor c input 24x16 tile 24x16 dram 0x1000\n"
      "tensor d input 1x16 tile 1x16 dram 0x2000\n"
      "tensor sa intermediate 24x8 tile 24x8 dram 0x3000\n"
      "tensor sb intermediate 8x16 tile 8x16 dram 0x4000\n"
      "tensor sc intermediate 24x16 tile 24x16 dram 0x5000\n"
      "tensor sd intermediate 1x16 tile 1x16 dram 0x6000\nops\n",
      "p");
  int accepted = 0;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    std::mt19937 random(seed);
    std::vector<int> writer(0x1800, -1);  // per byte of SRAM: the last op
    bool legal = true;
    Program program = empty;
    for (int i = 0; i < 8; ++i) {
      const auto address = static_cast<std::uint32_t>(random() % 64 * 64);  // up to 0xfc0
      const auto kind = static_cast<std::uint32_t>(random() % 4);
      const std::uint64_t bytes = program.tensors[kind].tile.bytes();
      if (i >= 4 && random() % 2 == 0) {
        // Often what some op wrote, at its place or beside it.
        const Op& guess = program.ops[random() % program.ops.size()];
        const bool guessed = guess.opcode == Opcode::kLoad && random() % 4 != 0;
        Op op{.opcode = Opcode::kStore,
              .region = 4 + (guessed ? guess.region : kind),
              .a = guessed ? guess.dst : address};
        const std::uint64_t size = program.tensors[op.region].tile.bytes();
        const int first = writer[op.a];
        for (std::size_t byte = 0; byte < size; ++byte) {
          legal = legal && writer[op.a + byte] == first;
        }
        if (legal && first >= 0) {
          const Op& source = program.ops[static_cast<std::size_t>(first)];
          legal = source.dst == op.a && source.region + 4 == op.region;
        }
        legal = legal && first >= 0;
        program.ops.push_back(op);
      } else {
        std::fill_n(writer.begin() + address, bytes, i);
        program.ops.push_back(Op{.region = kind, .dst = address});
      }
    }
    const std::string message = message_of([&] { verify_program(program); });
    ASSERT_EQ(message == "accepted", legal) << "seed " << seed << ": " << message;
    accepted += legal ? 1 : 0;
  }
  EXPECT_GT(accepted, 400);
  EXPECT_LT(accepted, 3600);
}

/// Random writes and reads at any 64-byte address, against a model that remembers every byte.
TEST(ProgramVerify, AgreesWithAByteByByteModel) {
  int accepted = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    std::vector<int> writer(0x800, -1);  // per byte of SRAM: the last op
    std::vector<std::uint32_t> start(8);
    bool legal = true;
    Program program = parse_program_text(
        "tilewave-program 3\ntile 8 8 8\nsram 0x800\ntensor x input 16x16 tile 8x8 dram 0\n"
        "tensor w param 16x16 tile 8x8 dram 0x400\ntensor a1 intermediate 16x16 tile 8x8 dram "
        "0x800\n"
        "tensor y output 8x8 tile 8x8 dram 0xc00\nops\n",
        "p");
    for (int i = 0; i < 8; ++i) {
      const auto address = static_cast<std::uint32_t>(random() % 29 * 64);  // up to 0x700
      Op op{.region = 0, .dst = address};
      if (i >= 3 && random() % 2 == 0) {
        op = {.opcode = Opcode::kStore, .region = 2, .a = address};
        const int first = writer[address];
        for (std::size_t byte = 0; byte < 256; ++byte) {
          legal = legal && writer[address + byte] == first;
        }
        legal = legal && first >= 0 && start[static_cast<std::size_t>(first)] == address;
      } else {
        start[static_cast<std::size_t>(i)] = address;
        std::fill_n(writer.begin() + address, 256, i);
      }
      program.ops.push_back(op);
    }
    program.tensors[3].role = TensorRole::kIntermediate;  // no outputs to miss
    const std::string message = message_of([&] { verify_program(program); });
    ASSERT_EQ(message == "accepted", legal) << "seed " << seed << ": " << message;
    accepted += legal ? 1 : 0;
  }
  EXPECT_GT(accepted, 100);
  EXPECT_LT(accepted, 2900);
}

}  // namespace
}  // namespace tilewave::test
