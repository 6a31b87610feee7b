// The binary form: round trips, and every way in which a file can be damaged or dishonest.
#include "compiler/program/forms/program_binary.h"

#include <random>

#include <boost/crc.hpp>
#include <gtest/gtest.h>

#include "compiler/program/forms/program_text.h"
#include "compiler/program/opcodes.h"
#include "tests/compiler/program/program_samples.h"

namespace tilewave::test {
namespace {

using Bytes = std::vector<std::byte>;

Bytes sample_bytes() { return to_binary(parse_program_text(kSampleText, "sample")); }

std::string parse_message(const Bytes& bytes) {
  return message_of([&] { parse_binary(bytes, "p.twb"); });
}

/// Overwrites `size` bytes at `offset` and makes the checksum right again.
Bytes patched(Bytes bytes, std::size_t offset, std::uint64_t value, int size) {
  const auto put = [&](std::size_t at, std::uint64_t number, int count) {
    for (int i = 0; i < count; ++i) {
      bytes.at(at + static_cast<std::size_t>(i)) = static_cast<std::byte>(number >> (8 * i));
    }
  };
  put(offset, value, size);
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size() - 4);
  put(bytes.size() - 4, crc.checksum(), 4);
  return bytes;
}

TEST(ProgramBinary, RoundTripsRandomPrograms) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    const Program program = random_program(seed);
    const Bytes bytes = to_binary(program);
    ASSERT_EQ(parse_binary(bytes, "p.twb"), program) << "seed " << seed;
    const Program from_text = parse_program_text(to_text(program), "p.twp");
    ASSERT_EQ(to_binary(from_text), bytes) << "seed " << seed;
  }
}

TEST(ProgramBinary, HasTheDocumentedLayout) {
  const Bytes bytes = sample_bytes();
  // 64 + 6 · (48 + 1) + 9 · 40 + 4 = 722
  ASSERT_EQ(bytes.size(), 722U);
  const auto at = [&](std::size_t offset) { return std::to_integer<int>(bytes[offset]); };
  EXPECT_EQ(at(0), 0x89);
  EXPECT_EQ(at(8), 2);                    // version
  EXPECT_EQ(at(16), 8);                   // tile m
  EXPECT_EQ(at(33), 0x04);                // sram_bytes = 0x440, second byte
  EXPECT_EQ(at(40), 6);                   // tensors
  EXPECT_EQ(at(48) + 256 * at(49), 294);  // 6 · 49
  EXPECT_EQ(at(56), 9);                   // ops
  EXPECT_EQ(at(112), 'x');                // 64 + 48
  EXPECT_EQ(at(64 + 5 * 49 + 42), 1);     // b: rows of a tile
  EXPECT_EQ(at(64 + 5 * 49 + 44), 8);     // and columns
  const std::size_t matmul = 358 + 3 * 40;
  EXPECT_EQ(at(matmul), 2);            // opcode
  EXPECT_EQ(at(matmul + 1), 1);        // clear
  EXPECT_EQ(at(matmul + 2), 1);        // relu
  EXPECT_EQ(at(matmul + 3), 1);        // ping
  EXPECT_EQ(at(matmul + 4), 1);        // biased
  EXPECT_EQ(at(matmul + 8), 2);        // tensor
  EXPECT_EQ(at(matmul + 33), 4);       // bias = 0x400, second byte
  EXPECT_EQ(at(matmul + 37), 2);       // dst = 0x200, second byte
  EXPECT_EQ(at(358 + 6 * 40 + 5), 1);  // the second add: broadcast
}

TEST(ProgramBinary, RefusesEveryFlippedBit) {
  const Bytes good = sample_bytes();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    ASSERT_NE(parse_message(bad), "accepted") << "bit " << bit;
  }
}

TEST(ProgramBinary, RefusesEveryTruncationAndTrailingByte) {
  const Bytes good = sample_bytes();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const Bytes bad(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_NE(parse_message(bad), "accepted") << size << " bytes";
  }
  Bytes longer = good;
  longer.resize(good.size() + 3);
  EXPECT_EQ(parse_message(longer),
            "p.twb: byte 722: 3 trailing bytes; allowed: none after the 722 that the header "
            "announces");
}

TEST(ProgramBinary, SaysWhatIsDamaged) {
  const Bytes good = sample_bytes();
  EXPECT_EQ(parse_message({}),
            "p.twb: byte 0: magic = ''; allowed: '\\x89TWP\\x0d\\x0a\\x1a\\x0a', the start of a "
            "tilewave program");
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 10)),
            "p.twb: byte 10: truncated: a program has at least 68 bytes, this has 10");
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 67)),
            "p.twb: byte 67: truncated: a program has at least 68 bytes, this has 67");
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 700)),
            "p.twb: byte 700: truncated: the header announces 722 bytes, this has 700");
  Bytes flipped = good;
  flipped[370] ^= std::byte{4};
  const std::string message = parse_message(flipped);
  EXPECT_EQ(message.substr(0, 28), "p.twb: byte 718: checksum = ");
  EXPECT_NE(message.find("the file is damaged"), std::string::npos);
}

struct WrongField {
  std::size_t offset;
  std::uint64_t value;
  int size;
  std::string message;
};

TEST(ProgramBinary, NamesTheWrongField) {
  // tensor i begins at 64 + 49·i, op i at 358 + 40·i
  const std::vector<WrongField> table = {
      {8, 7, 4, "byte 8: format version 7; this tilewave reads 2"},
      {8, 1, 4, "byte 8: format version 1; this tilewave reads 2: compile the model again"},
      {12, 65, 4, "byte 12: header_bytes = 65; allowed: 64"},
      {16, 0, 4, "byte 16: tile m = 0; allowed: multiples of 8 from 8 to 256"},
      {16, 12, 4, "byte 16: tile m = 12; allowed: multiples of 8 from 8 to 256"},
      {20, 264, 4, "byte 20: tile n = 264; allowed: multiples of 8 from 8 to 256"},
      {24, 9, 4, "byte 24: tile k = 9; allowed: multiples of 8 from 8 to 256"},
      {28, 1, 4, "byte 28: reserved = 1; allowed: 0"},
      {32, (1ULL << 30) + 1, 8, "byte 32: sram_bytes = 1073741825; allowed: 0 to 1073741824"},
      {40, 65537, 8, "byte 40: tensor_count = 65537; allowed: 0 to 65536"},
      {48, 3, 8, "byte 48: tensor_bytes = 3; allowed: 294 to 1818 for 6 tensors"},
      {48, 1819, 8, "byte 48: tensor_bytes = 1819; allowed: 294 to 1818 for 6 tensors"},
      {56, (1ULL << 27) + 1, 8, "byte 56: op_count = 134217729; allowed: 0 to 134217728"},
      {56, 1ULL << 27, 8,
       "byte 722: truncated: the header announces 5368709482 bytes, this has 722"},
      {64, 0, 8, "byte 64: tensor 0 rows = 0; allowed: 1 to 4294967296"},
      {72, 1ULL << 63, 8, "byte 72: tensor 0 cols = 9223372036854775808; allowed: 1 to 4294967296"},
      {80, 16, 8,
       "byte 80: tensor 0 padded_rows = 16; allowed: 8, the rows rounded up to whole tiles"},
      {88, 0, 8,
       "byte 88: tensor 0 padded_cols = 0; allowed: 8, the cols rounded up to whole tiles"},
      {96, 3, 8, "byte 96: tensor 0 dram_base = 0x3; allowed: multiples of 64"},
      {96, 0xffffffffffffffc0, 8,
       "byte 96: tensor 0 dram_base = 0xffffffffffffffc0; allowed: at most 0x3ffffff00, so that "
       "its 256 bytes end inside 16 GiB"},
      {104, 4, 1,
       "byte 104: tensor 0 role = 4; allowed: 0 input, 1 param, 2 intermediate, 3 output"},
      {105, 0, 1,
       "byte 112: tensor 0 name = ''; allowed: 1 to 255 printable ASCII characters without space, "
       "'#', '[' and ']'"},
      {105, 255, 1,
       "byte 105: tensor 0 name_bytes = 255; allowed: at most 246, what is left of the tensor "
       "table"},
      {106, 0, 2,
       "byte 106: tensor 0 tile = 0x8; allowed: m x n = 8x8, m x k = 8x8, k x n = 8x8 or 1 x n = "
       "1x8"},
      {108, 65535, 2,
       "byte 106: tensor 0 tile = 8x65535; allowed: m x n = 8x8, m x k = 8x8, k x n = 8x8 or 1 x n "
       "= 1x8"},
      {111, 9, 1, "byte 110: tensor 0 reserved = 2304; allowed: 0"},
      {112, ' ', 1,
       "byte 112: tensor 0 name = ' '; allowed: 1 to 255 printable ASCII characters without "
       "space, '#', '[' and ']'"},
      {112 + 49, 'x', 1,
       "byte 161: tensor 1 name = 'x'; allowed: a name of its own, tensor 0 has this one"},
      {358, 5, 1, "byte 358: op 0 opcode = 5; allowed: 0 load, 1 store, 2 matmul, 3 add, 4 relu"},
      {359, 1, 1, "byte 359: op 0 clear = 1; allowed: 0, for a load has none"},
      {359, 2, 1, "byte 359: op 0 clear = 2; allowed: 0 or 1"},
      {360, 1, 1, "byte 360: op 0 relu = 1; allowed: 0, for a load has none"},
      {400, 255, 1, "byte 400: op 1 relu = 255; allowed: 0 or 1"},
      {361, 3, 1, "byte 361: op 0 tag = 3; allowed: 0 none, 1 ping, 2 pong"},
      {362, 1, 1, "byte 362: op 0 biased = 1; allowed: 0, for a load has none"},
      {362, 2, 1, "byte 362: op 0 biased = 2; allowed: 0 or 1"},
      {363, 1, 1, "byte 363: op 0 broadcast = 1; allowed: 0, for a load has none"},
      {363, 2, 1, "byte 363: op 0 broadcast = 2; allowed: 0 or 1"},
      {365, 1, 1, "byte 364: op 0 reserved = 256; allowed: 0"},
      {366, 6, 4, "byte 366: op 0 tensor = 6; allowed: an index into the 6 tensors"},
      {378, 1, 4, "byte 378: op 0 k = 1; allowed: 0, for a load has none"},
      {382, 64, 4, "byte 382: op 0 a = 64; allowed: 0, for a load has none"},
      {386, 64, 4, "byte 386: op 0 b = 64; allowed: 0, for a load has none"},
      {390, 64, 4, "byte 390: op 0 bias = 64; allowed: 0, for the op is not biased"},
      {358 + 120 + 1, 0, 1,
       "byte 482: op 3 biased = 1; allowed: 0, for only a matmul that clears starts from a bias"},
      {358 + 120 + 4, 0, 1, "byte 510: op 3 bias = 1024; allowed: 0, for the op is not biased"},
      {358 + 160 + 36, 64, 4, "byte 554: op 4 dst = 64; allowed: 0, for a store has none"},
  };
  for (const WrongField& wrong : table) {
    EXPECT_EQ(parse_message(patched(sample_bytes(), wrong.offset, wrong.value, wrong.size)),
              "p.twb: " + wrong.message);
  }
}

TEST(ProgramBinary, RefusesATensorTableOfAnotherSize) {
  // One op less, its 40 bytes to the tensor table.
  const Bytes longer = patched(patched(sample_bytes(), 48, 294 + 40, 8), 56, 8, 8);
  EXPECT_EQ(parse_message(longer),
            "p.twb: byte 48: tensor_bytes = 334; allowed: 294, what the tensors take");

  Program program = parse_program_text(kSampleText, "sample");
  program.tensors.resize(1);
  program.tensors[0].name = std::string(100, 'x');
  program.ops.clear();
  EXPECT_EQ(parse_message(patched(to_binary(program), 40, 2, 8)),
            "p.twb: byte 212: tensor 1 does not fit into the tensor table, which ends at byte 212");
}

TEST(ProgramBinary, SurvivesResealedRandomDamage) {
  const Bytes good = sample_bytes();
  std::mt19937 random(1);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::size_t offset = 8 + random() % (good.size() - 12);
    const Bytes bad = patched(good, offset, random() >> (random() % 32), 1);
    // Whatever is accepted is one program with one binary form.
    const std::string message = message_of(
        [&] { ASSERT_EQ(to_binary(parse_binary(bad, "p.twb")), bad) << "offset " << offset; });
    accepted += message == "accepted" ? 1 : 0;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 20000);
}

TEST(ProgramBinary, SniffsItsMagic) {
  const Bytes good = sample_bytes();
  EXPECT_TRUE(is_binary_program(good));
  EXPECT_TRUE(is_binary_program(std::span(good).first(3)));
  EXPECT_FALSE(is_binary_program({}));
  EXPECT_FALSE(is_binary_program(std::span(good).subspan(1)));
}

TEST(ProgramBinary, WritesOnlyWhatItReads) {
  const Program good = parse_program_text(kSampleText, "sample");
  Program bad = good;
  bad.ops[0].b = 64;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.tensors[1].name = "x";
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.tensors[1].padded.rows += 8;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.tile.k = 12;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.tensors[0].tile.rows = 1U << 16;  // does not fit its field
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.sram_bytes = kMaxSramBytes + 1;
  EXPECT_THROW(to_binary(bad), InternalError);
}

TEST(Program, NamesAndDramBytes) {
  EXPECT_STREQ(to_string(Opcode::kLoad), "load");
  EXPECT_STREQ(to_string(Opcode::kStore), "store");
  EXPECT_STREQ(to_string(Opcode::kMatmul), "matmul");
  EXPECT_STREQ(to_string(Opcode::kVector), "vector");
  EXPECT_STREQ(to_string(Engine::kLoadDma), "load_dma");
  EXPECT_STREQ(to_string(Engine::kStoreDma), "store_dma");
  EXPECT_STREQ(to_string(Engine::kCompute), "compute");
  EXPECT_STREQ(to_string(Engine::kVector), "vector");
  EXPECT_EQ(Program{}.dram_bytes(), 0U);
  // the last tensor begins at 0x500 and has 8·4 = 32 bytes
  EXPECT_EQ(parse_program_text(kSampleText, "sample").dram_bytes(), 0x520U);
}

}  // namespace
}  // namespace tilewave::test
