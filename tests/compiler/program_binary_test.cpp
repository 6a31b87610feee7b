// The binary form: round trips, and every way in which a file can be damaged or dishonest.
#include "compiler/program_binary.h"

#include <random>

#include <boost/crc.hpp>
#include <gtest/gtest.h>

#include "compiler/program_text.h"
#include "tests/compiler/program_samples.h"

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
  // 64 + 5 · (48 + 1) + 7 · 32 + 4 = 537
  ASSERT_EQ(bytes.size(), 537U);
  const auto at = [&](std::size_t offset) { return std::to_integer<int>(bytes[offset]); };
  EXPECT_EQ(at(0), 0x89);
  EXPECT_EQ(at(8), 1);              // version
  EXPECT_EQ(at(16), 8);             // tile m
  EXPECT_EQ(at(33), 0x04);          // sram_bytes = 0x400, second byte
  EXPECT_EQ(at(40), 5);             // tensors
  EXPECT_EQ(at(48), 245);           // 5 · 49
  EXPECT_EQ(at(56), 7);             // ops
  EXPECT_EQ(at(112), 'x');          // 64 + 48
  EXPECT_EQ(at(309 + 64), 2);       // third op: matmul
  EXPECT_EQ(at(309 + 64 + 1), 1);   // clear
  EXPECT_EQ(at(309 + 64 + 3), 1);   // ping
  EXPECT_EQ(at(309 + 64 + 29), 2);  // dst = 0x200, second byte
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
            "p.twb: byte 537: 3 trailing bytes; allowed: none after the 537 that the header "
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
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 500)),
            "p.twb: byte 500: truncated: the header announces 537 bytes, this has 500");
  Bytes flipped = good;
  flipped[320] ^= std::byte{4};
  const std::string message = parse_message(flipped);
  EXPECT_EQ(message.substr(0, 28), "p.twb: byte 533: checksum = ");
  EXPECT_NE(message.find("the file is damaged"), std::string::npos);
}

struct WrongField {
  std::size_t offset;
  std::uint64_t value;
  int size;
  std::string message;
};

TEST(ProgramBinary, NamesTheWrongField) {
  // tensor i begins at 64 + 49·i, op i at 309 + 32·i
  const std::vector<WrongField> table = {
      {8, 7, 4, "byte 8: format version 7; this tilewave reads 1"},
      {12, 65, 4, "byte 12: header_bytes = 65; allowed: 64"},
      {16, 0, 4, "byte 16: tile m = 0; allowed: multiples of 8 from 8 to 256"},
      {16, 12, 4, "byte 16: tile m = 12; allowed: multiples of 8 from 8 to 256"},
      {16, 264, 4, "byte 16: tile m = 264; allowed: multiples of 8 from 8 to 256"},
      {20, 16, 4, "byte 20: tile n = 16; allowed: 8, for version 1 has square tiles only"},
      {24, 16, 4, "byte 24: tile k = 16; allowed: 8, for version 1 has square tiles only"},
      {28, 1, 4, "byte 28: reserved = 1; allowed: 0"},
      {32, (1ULL << 30) + 1, 8, "byte 32: sram_bytes = 1073741825; allowed: 0 to 1073741824"},
      {40, 65537, 8, "byte 40: tensor_count = 65537; allowed: 0 to 65536"},
      {48, 3, 8, "byte 48: tensor_bytes = 3; allowed: 245 to 1515 for 5 tensors"},
      {48, 1516, 8, "byte 48: tensor_bytes = 1516; allowed: 245 to 1515 for 5 tensors"},
      {56, (1ULL << 27) + 1, 8, "byte 56: op_count = 134217729; allowed: 0 to 134217728"},
      {56, 1ULL << 27, 8,
       "byte 537: truncated: the header announces 4294967609 bytes, this has 537"},
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
       "byte 105: tensor 0 name_bytes = 255; allowed: at most 197, what is left of the tensor "
       "table"},
      {111, 9, 1, "byte 111: tensor 0 reserved = 9; allowed: 0"},
      {112, ' ', 1,
       "byte 112: tensor 0 name = ' '; allowed: 1 to 255 printable ASCII characters without "
       "space, '#', '[' and ']'"},
      {112 + 49, 'x', 1,
       "byte 161: tensor 1 name = 'x'; allowed: a name of its own, tensor 0 has this one"},
      {309, 5, 1, "byte 309: op 0 opcode = 5; allowed: 0 load, 1 store, 2 matmul, 3 add, 4 relu"},
      {310, 1, 1, "byte 310: op 0 clear = 1; allowed: 0, for a load has none"},
      {310, 2, 1, "byte 310: op 0 clear = 2; allowed: 0 or 1"},
      {311, 1, 1, "byte 311: op 0 relu = 1; allowed: 0, for a load has none"},
      {343, 255, 1, "byte 343: op 1 relu = 255; allowed: 0 or 1"},
      {312, 3, 1, "byte 312: op 0 tag = 3; allowed: 0 none, 1 ping, 2 pong"},
      {313, 5, 4, "byte 313: op 0 tensor = 5; allowed: an index into the 5 tensors"},
      {325, 1, 4, "byte 325: op 0 k = 1; allowed: 0, for a load has none"},
      {329, 64, 4, "byte 329: op 0 a = 64; allowed: 0, for a load has none"},
      {333, 64, 4, "byte 333: op 0 b = 64; allowed: 0, for a load has none"},
      {309 + 96 + 28, 64, 4, "byte 433: op 3 dst = 64; allowed: 0, for a store has none"},
  };
  for (const WrongField& wrong : table) {
    EXPECT_EQ(parse_message(patched(sample_bytes(), wrong.offset, wrong.value, wrong.size)),
              "p.twb: " + wrong.message);
  }
}

TEST(ProgramBinary, RefusesATensorTableOfAnotherSize) {
  // One op less, its 32 bytes to the tensor table.
  const Bytes longer = patched(patched(sample_bytes(), 48, 245 + 32, 8), 56, 6, 8);
  EXPECT_EQ(parse_message(longer),
            "p.twb: byte 48: tensor_bytes = 277; allowed: 245, what the tensors take");

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
  bad.tile.k = 16;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.sram_bytes = kMaxSramBytes + 1;
  EXPECT_THROW(to_binary(bad), InternalError);
}

TEST(Program, NamesAndDramBytes) {
  EXPECT_STREQ(to_string(Opcode::kLoad), "load");
  EXPECT_STREQ(to_string(Opcode::kStore), "store");
  EXPECT_STREQ(to_string(Opcode::kMatmul), "matmul");
  EXPECT_STREQ(to_string(Opcode::kAdd), "add");
  EXPECT_STREQ(to_string(Opcode::kRelu), "relu");
  EXPECT_STREQ(to_string(Engine::kLoadDma), "load_dma");
  EXPECT_STREQ(to_string(Engine::kStoreDma), "store_dma");
  EXPECT_STREQ(to_string(Engine::kCompute), "compute");
  EXPECT_EQ(Program{}.dram_bytes(), 0U);
  // the last tensor begins at 0x400 and has 8·8·4 = 256 bytes
  EXPECT_EQ(parse_program_text(kSampleText, "sample").dram_bytes(), 0x500U);
}

}  // namespace
}  // namespace tilewave::test
