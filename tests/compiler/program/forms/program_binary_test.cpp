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

/// Where the sample's kernels and ops begin: behind the header and 6 tensors with names of one byte and
/// their regions; behind 124 bytes of kernels.
constexpr std::size_t kKernels = 96 + 6 * (49 + 72);
constexpr std::size_t kOps = kKernels + 124;
constexpr std::size_t kOpBytes = 56;

TEST(ProgramBinary, HasTheDocumentedLayout) {
  const Bytes bytes = sample_bytes();
  // 96 + 6 · (48 + 1) + 6 · 72 + (2 + 21) + (2 + 20) + (2 + 14) + (2 + 30) + (2 + 29) + 9 · 56 + 4 = 1454
  ASSERT_EQ(bytes.size(), 1454U);
  const auto at = [&](std::size_t offset) { return std::to_integer<int>(bytes[offset]); };
  EXPECT_EQ(at(0), 0x89);
  EXPECT_EQ(at(8), 3);                    // version
  EXPECT_EQ(at(12), 96);                  // header_bytes
  EXPECT_EQ(at(16), 8);                   // tile m
  EXPECT_EQ(at(33), 0x04);                // sram_bytes = 0x440, second byte
  EXPECT_EQ(at(40), 6);                   // tensors
  EXPECT_EQ(at(48) + 256 * at(49), 294);  // 6 · 49
  EXPECT_EQ(at(56), 9);                   // ops
  EXPECT_EQ(at(64), 5);                   // kernels
  EXPECT_EQ(at(72), 124);                 // 23 + 22 + 16 + 32 + 31
  EXPECT_EQ(at(80), 6);                   // regions
  EXPECT_EQ(at(88) + 256 * at(89), 432);  // 6 · 72
  EXPECT_EQ(at(96 + 27), 2);              // axes
  EXPECT_EQ(at(96 + 32), 8);              // rows
  EXPECT_EQ(at(96 + 48), 'x');
  const std::size_t region = 96 + 294 + 5 * 72;
  EXPECT_EQ(at(region), 5);       // tensor b
  EXPECT_EQ(at(region + 4), 2);   // axes
  EXPECT_EQ(at(region + 16), 1);  // end of its rows
  EXPECT_EQ(at(region + 24), 1);  // step
  EXPECT_EQ(at(region + 32), 1);  // extent
  EXPECT_EQ(at(region + 36), 1);  // stride
  EXPECT_EQ(at(region + 48), 8);  // end of its columns
  EXPECT_EQ(at(region + 56), 8);  // step
  EXPECT_EQ(at(region + 64), 8);  // extent
  EXPECT_EQ(at(kKernels), 21);    // size of the first kernel's text
  EXPECT_EQ(at(kKernels + 1), 0);
  std::string text;
  for (std::size_t i = 0; i < 21; ++i) {
    text += static_cast<char>(at(kKernels + 2 + i));
  }
  EXPECT_EQ(text, "tile tile | add x0 x1");
  EXPECT_EQ(at(kKernels + 23), 20);  // and of the second's
  const std::size_t matmul = kOps + 3 * kOpBytes;
  EXPECT_EQ(at(matmul), 2);       // opcode
  EXPECT_EQ(at(matmul + 1), 1);   // clear
  EXPECT_EQ(at(matmul + 2), 1);   // relu
  EXPECT_EQ(at(matmul + 3), 1);   // ping
  EXPECT_EQ(at(matmul + 4), 1);   // biased
  EXPECT_EQ(at(matmul + 8), 8);   // m
  EXPECT_EQ(at(matmul + 10), 8);  // n
  EXPECT_EQ(at(matmul + 12), 8);  // k
  EXPECT_EQ(at(matmul + 20), 2);  // region
  EXPECT_EQ(at(matmul + 45), 4);  // c, the bias = 0x400, second byte
  EXPECT_EQ(at(matmul + 53), 2);  // dst = 0x200, second byte
  const std::size_t vector = kOps + 6 * kOpBytes;
  EXPECT_EQ(at(vector), 3);       // opcode
  EXPECT_EQ(at(vector + 6), 4);   // kernel
  EXPECT_EQ(at(vector + 20), 3);  // tensor s
  EXPECT_EQ(at(vector + 37), 3);  // a = 0x300, second byte
  EXPECT_EQ(at(vector + 41), 4);  // b = 0x400
  EXPECT_EQ(at(vector + 53), 3);  // dst = 0x300
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
            "p.twb: byte 1454: 3 trailing bytes; allowed: none after the 1454 that the header "
            "announces");
}

TEST(ProgramBinary, SaysWhatIsDamaged) {
  const Bytes good = sample_bytes();
  EXPECT_EQ(parse_message({}),
            "p.twb: byte 0: magic = ''; allowed: '\\x89TWP\\x0d\\x0a\\x1a\\x0a', the start of a "
            "tilewave program");
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 10)),
            "p.twb: byte 10: truncated: a program has at least 100 bytes, this has 10");
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 99)),
            "p.twb: byte 99: truncated: a program has at least 100 bytes, this has 99");
  EXPECT_EQ(parse_message(Bytes(good.begin(), good.begin() + 700)),
            "p.twb: byte 700: truncated: the header announces 1454 bytes, this has 700");
  Bytes flipped = good;
  flipped[370] ^= std::byte{4};
  const std::string message = parse_message(flipped);
  EXPECT_EQ(message.substr(0, 29), "p.twb: byte 1450: checksum = ");
  EXPECT_NE(message.find("the file is damaged"), std::string::npos);
  // A file of an earlier version is called that, even one shorter than ours can be.
  Bytes earlier(good.begin(), good.begin() + 68);
  earlier[8] = std::byte{2};
  EXPECT_EQ(parse_message(earlier),
            "p.twb: byte 8: format version 2; this tilewave reads 3: compile the model again");
}

struct WrongField {
  std::size_t offset;
  std::uint64_t value;
  int size;
  std::string message;
};

TEST(ProgramBinary, NamesTheWrongField) {
  // tensor i begins at 96 + 49·i, region i at 390 + 72·i, the kernels at 822, 845, 867, 883 and 915, op
  // i at 946 + 56·i
  const std::vector<WrongField> table = {
      {8, 7, 4, "byte 8: format version 7; this tilewave reads 3"},
      {8, 2, 4, "byte 8: format version 2; this tilewave reads 3: compile the model again"},
      {8, 1, 4, "byte 8: format version 1; this tilewave reads 3: compile the model again"},
      {12, 65, 4, "byte 12: header_bytes = 65; allowed: 96"},
      {16, 0, 4, "byte 16: tile m = 0; allowed: 1 to 256"},
      {20, 264, 4, "byte 20: tile n = 264; allowed: 1 to 256"},
      {24, 257, 4, "byte 24: tile k = 257; allowed: 1 to 256"},
      {28, 1, 4, "byte 28: reserved = 1; allowed: 0"},
      {32, (1ULL << 30) + 1, 8, "byte 32: sram_bytes = 1073741825; allowed: 0 to 1073741824"},
      {40, 65537, 8, "byte 40: tensor_count = 65537; allowed: 0 to 65536"},
      {48, 3, 8, "byte 48: tensor_bytes = 3; allowed: 294 to 1818 for 6 tensors"},
      {48, 1819, 8, "byte 48: tensor_bytes = 1819; allowed: 294 to 1818 for 6 tensors"},
      {56, (1ULL << 27) + 1, 8, "byte 56: op_count = 134217729; allowed: 0 to 134217728"},
      {56, 1ULL << 27, 8,  // 1454 + (2^27 - 9) · 56
       "byte 1454: truncated: the header announces 7516193718 bytes, this has 1454"},
      {64, 65537, 8, "byte 64: kernel_count = 65537; allowed: 0 to 65536"},
      {64, 0, 8, "byte 72: kernel_bytes = 124; allowed: 0 to 0 for 0 kernels"},
      {72, 9, 8, "byte 72: kernel_bytes = 9; allowed: 10 to 20490 for 5 kernels"},
      {72, 20491, 8, "byte 72: kernel_bytes = 20491; allowed: 10 to 20490 for 5 kernels"},
      {72, 1ULL << 63, 8,
       "byte 72: kernel_bytes = 9223372036854775808; allowed: 10 to 20490 for 5 kernels"},
      {80, 5, 8,
       "byte 80: region_count = 5; allowed: 6, one for each tensor, and up to 1048576 windows"},
      {88, 1ULL << 63, 8,
       "byte 88: region_bytes = 9223372036854775808; allowed: 432 for 6 regions"},
      // tensors
      {96, 3, 8, "byte 96: tensor 0 dram_base = 0x3; allowed: multiples of 64"},
      {96, 0xffffffffffffffc0, 8,
       "byte 96: tensor 0 dram_base = 0xffffffffffffffc0; allowed: at most 0x3ffffff00, so that "
       "its 256 bytes end inside 16 GiB"},
      {104, 16, 8,
       "byte 104: tensor 0 stored_rows = 16; allowed: 8x8, the tensor, or 8x8, that rounded up to "
       "whole tiles"},
      {112, 0, 8,
       "byte 112: tensor 0 stored_cols = 0; allowed: 8x8, the tensor, or 8x8, that rounded up to "
       "whole tiles"},
      {120, 4, 1,
       "byte 120: tensor 0 role = 4; allowed: 0 input, 1 param, 2 intermediate, 3 output"},
      {121, 0, 1,
       "byte 144: tensor 0 name = ''; allowed: 1 to 255 printable ASCII characters without space, "
       "'#', '@', '[' and ']'"},
      {121, 255, 1,
       "byte 121: tensor 0 name_bytes = 255; allowed: at most 246, what is left of the tensor "
       "table"},
      {122, 6, 1, "byte 122: tensor 0 type = 6; allowed: 0 f32, 1 bf16, 2 f16, 3 i8, 4 u8, 5 i32"},
      {123, 3, 1, "byte 123: tensor 0 axes = 3; allowed: 2"},
      {124, 9, 4, "byte 124: tensor 0 reserved = 9; allowed: 0"},
      {128, 0, 8, "byte 128: tensor 0 rows = 0; allowed: 1 to 4294967296"},
      {136, 1ULL << 63, 8,
       "byte 136: tensor 0 cols = 9223372036854775808; allowed: 1 to 4294967296"},
      {144, ' ', 1,
       "byte 144: tensor 0 name = ' '; allowed: 1 to 255 printable ASCII characters without "
       "space, '#', '@', '[' and ']'"},
      {144 + 49, 'x', 1,
       "byte 193: tensor 1 name = 'x'; allowed: a name of its own, tensor 0 has this one"},
      // regions
      {390, 1, 4, "byte 390: region 0 tensor = 1; allowed: 0"},
      {394, 1, 1, "byte 394: region 0 axes = 1; allowed: 2"},
      {395, 1, 1, "byte 395: region 0 outside = 1; allowed: 0"},
      {396, 1, 2, "byte 396: region 0 reserved = 1; allowed: 0"},
      {398, 8, 8, "byte 398: region 0 origin = 8; allowed: 0"},
      {406, 7, 8, "byte 406: region 0 end = 7; allowed: 8"},
      {414, 4, 8, "byte 414: region 0 step = 4; allowed: 8"},
      {426, 2, 4, "byte 426: region 0 stride = 2; allowed: 1"},
      {430, 1, 8, "byte 430: region 0 origin = 1; allowed: 0"},
      {438, 9, 8, "byte 438: region 0 end = 9; allowed: 8"},
      {446, 0, 8, "byte 446: region 0 step = 0; allowed: 8"},
      {454, 9, 4, "byte 446: region 0 step = 8; allowed: 9"},
      {458, 0, 4, "byte 458: region 0 stride = 0; allowed: 1"},
      // kernels
      {822, 0, 2,
       "byte 824: kernel 0 a vector kernel is the forms of its operands, '|' and an expression, "
       "such as 'tile row | add x0 x1', not ''"},
      {822, 123, 2, "byte 822: kernel 0 text_bytes = 123; allowed: at most 122"},
      {822, 65535, 2, "byte 822: kernel 0 text_bytes = 65535; allowed: at most 122"},
      {824, 'k', 1,
       "byte 824: kernel 0 unknown form 'kile' of operand x0; allowed: tile, row, column, "
       "first_column, value; did you mean 'tile'?"},
      {828, '\t', 1,
       "byte 824: kernel 0 text = 'tile\\x09tile | add x0 x1'; allowed: 'tile tile | add x0 x1'"},
      {844, '0', 1, "byte 824: kernel 0 no step reads operand x1"},
      {867 + 2 + 13, '1', 1, "byte 869: kernel 2 step t0: no operand x1; there are 1"},
      // ops
      {946, 5, 1,
       "byte 946: op 0 opcode = 5; allowed: 0 load, 1 store, 2 matmul, 3 vector, 4 reduce"},
      {946 + 1, 1, 1, "byte 947: op 0 clear = 1; allowed: 0, for a load has none"},
      {946 + 1, 2, 1, "byte 947: op 0 clear = 2; allowed: 0 or 1"},
      {946 + 2, 1, 1, "byte 948: op 0 relu = 1; allowed: 0, for a load has none"},
      {1002 + 2, 255, 1, "byte 1004: op 1 relu = 255; allowed: 0 or 1"},
      {946 + 3, 3, 1, "byte 949: op 0 tag = 3; allowed: 0 none, 1 ping, 2 pong"},
      {946 + 4, 1, 1, "byte 950: op 0 biased = 1; allowed: 0, for a load has none"},
      {946 + 4, 2, 1, "byte 950: op 0 biased = 2; allowed: 0 or 1"},
      {946 + 5, 1, 1, "byte 951: op 0 a_type = 1; allowed: 0, for a load has none"},
      {946 + 6, 1, 2, "byte 952: op 0 kernel = 1; allowed: 0, for a load has none"},
      {946 + 15, 1, 1, "byte 961: op 0 a_transposed = 1; allowed: 0, for a load has none"},
      {946 + 15, 3, 1, "byte 961: op 0 a_transposed = 1; allowed: 0, for a load has none"},
      {946 + 15, 2, 1, "byte 961: op 0 b_transposed = 1; allowed: 0, for a load has none"},
      {946 + 15, 4, 1, "byte 961: op 0 transposed = 4; allowed: 0 none, 1 a, 2 b, 3 both"},
      {946 + 20, 6, 4,
       "byte 966: op 0 region = 6; allowed: an index into the regions of the 6 tensors"},
      {946 + 32, 1, 4, "byte 978: op 0 step = 1; allowed: 0, for a load has none"},
      {946 + 36, 64, 4, "byte 982: op 0 a = 64; allowed: 0, for a load has none"},
      {946 + 40, 64, 4, "byte 986: op 0 b = 64; allowed: 0, for a load has none"},
      {946 + 44, 64, 4, "byte 990: op 0 c = 64; allowed: 0, for a load has none"},
      {946 + 48, 64, 4, "byte 994: op 0 d = 64; allowed: 0, for a load has none"},
      // the matmul, at 1114
      {1114 + 1, 0, 1,
       "byte 1118: op 3 biased = 1; allowed: 0, for only a matmul that clears starts from a bias"},
      {1114 + 4, 0, 1, "byte 1158: op 3 c = 1024; allowed: 0, for the op is not biased"},
      {1114 + 6, 1, 2, "byte 1120: op 3 kernel = 1; allowed: 0, for a matmul has none"},
      {1114 + 15, 255, 1, "byte 1129: op 3 transposed = 255; allowed: 0 none, 1 a, 2 b, 3 both"},
      {1114 + 48, 64, 4, "byte 1162: op 3 d = 64; allowed: 0, for a matmul has none"},
      // the store, at 1170
      {1170 + 1, 1, 1, "byte 1171: op 4 clear = 1; allowed: 0, for a store has none"},
      {1170 + 52, 64, 4, "byte 1222: op 4 dst = 64; allowed: 0, for a store has none"},
      // vector ops, of two operands at 1226, of one at 1338
      {1226 + 6, 2, 2, "byte 1266: op 5 b = 512; allowed: 0, for a vector has none"},
      {1226 + 44, 64, 4, "byte 1270: op 5 c = 64; allowed: 0, for a vector has none"},
      {1338 + 1, 1, 1, "byte 1339: op 7 clear = 1; allowed: 0, for a vector has none"},
      {1338 + 2, 1, 1, "byte 1340: op 7 relu = 1; allowed: 0, for a vector has none"},
      {1338 + 4, 1, 1, "byte 1342: op 7 biased = 1; allowed: 0, for a vector has none"},
      {1338 + 6, 5, 2, "byte 1344: op 7 kernel = 5; allowed: an index into the 5 kernels"},
      {1338 + 15, 1, 1, "byte 1353: op 7 a_transposed = 1; allowed: 0, for a vector has none"},
      {1338 + 32, 1, 4, "byte 1370: op 7 step = 1; allowed: 0, for a vector has none"},
      {1338 + 40, 64, 4, "byte 1378: op 7 b = 64; allowed: 0, for a vector has none"},
      {1338 + 48, 64, 4, "byte 1386: op 7 d = 64; allowed: 0, for a vector has none"},
  };
  for (const WrongField& wrong : table) {
    EXPECT_EQ(parse_message(patched(sample_bytes(), wrong.offset, wrong.value, wrong.size)),
              "p.twb: " + wrong.message);
  }
}

TEST(ProgramBinary, TransposedOperandsAreTwoBitsOfOneByte) {
  for (const std::uint32_t bits : {0U, 1U, 2U, 3U}) {
    const Program program = parse_binary(patched(sample_bytes(), 1114 + 15, bits, 1), "p.twb");
    EXPECT_EQ(program.ops[3].a_transposed, (bits & 1U) != 0);
    EXPECT_EQ(program.ops[3].b_transposed, (bits & 2U) != 0);
    EXPECT_EQ(to_binary(program), patched(sample_bytes(), 1114 + 15, bits, 1));
  }
}

TEST(ProgramBinary, RefusesTilesThatNoOpHas) {
  const Bytes other = patched(patched(sample_bytes(), 414, 7, 8), 422, 7, 4);
  EXPECT_EQ(parse_message(other),
            "p.twb: byte 422: region 0 tile = 7x8; allowed: m x n = 8x8, m x k = 8x8, k x n = 8x8, "
            "k x m = 8x8, n x k = 8x8, 1 x n = 1x8, m x 1 = 8x1 or 1x1");
}

TEST(ProgramBinary, NamesTheWrongFieldOfAWindow) {
  Program program = parse_program_text(kSampleText, "sample");
  program.windows.push_back({0, 2, 3, {6, 5}, {8, 8}});
  const Bytes good = to_binary(program);
  EXPECT_EQ(parse_binary(good, "p.twb"), program);
  const std::vector<WrongField> table = {
      // region 6, at 390 + 6 · 72 = 822
      {822, 6, 4, "byte 822: region 6 tensor = 6; allowed: an index into the 6 tensors"},
      {830, 9, 8, "byte 830: region 6 rows = 9:8; allowed: a part of 0:8, the tensor's"},
      {838, 9, 8, "byte 830: region 6 rows = 2:9; allowed: a part of 0:8, the tensor's"},
      {870, 3, 8, "byte 862: region 6 cols = 3:3; allowed: a part of 0:8, the tensor's"},
      {846, 9, 8, "byte 846: region 6 step = 9; allowed: 8"},
  };
  for (const WrongField& wrong : table) {
    EXPECT_EQ(parse_message(patched(good, wrong.offset, wrong.value, wrong.size)),
              "p.twb: " + wrong.message);
  }
}

TEST(ProgramBinary, RefusesATensorTableOfAnotherSize) {
  // One op less, its 56 bytes to the tensor table.
  const Bytes longer = patched(patched(sample_bytes(), 48, 294 + 56, 8), 56, 8, 8);
  EXPECT_EQ(parse_message(longer),
            "p.twb: byte 48: tensor_bytes = 350; allowed: 294, what the tensors take");

  Program program = parse_program_text(kSampleText, "sample");
  program.tensors.resize(1);
  program.tensors[0].name = std::string(100, 'x');
  program.ops.assign(9, program.ops[0]);
  // Two tensors, with seven regions more, 72 bytes each, in the place of nine ops of 56.
  Bytes two = patched(patched(to_binary(program), 40, 2, 8), 56, 0, 8);
  two = patched(patched(two, 80, 8, 8), 88, 576, 8);
  EXPECT_EQ(parse_message(two),
            "p.twb: byte 244: tensor 1 does not fit into the tensor table, which ends at byte 244");
}

TEST(ProgramBinary, RefusesATableOfKernelsOfAnotherSize) {
  // One op less, its 56 bytes to the kernels.
  const Bytes longer = patched(patched(sample_bytes(), 72, 124 + 56, 8), 56, 8, 8);
  EXPECT_EQ(parse_message(longer),
            "p.twb: byte 72: kernel_bytes = 180; allowed: 124, what the kernels take");

  Program program = parse_program_text(kSampleText, "sample");
  program.kernels.resize(1);
  program.ops.clear();
  EXPECT_EQ(parse_message(patched(to_binary(program), 64, 2, 8)),
            "p.twb: byte 845: kernel 1 does not fit into the table of kernels, which ends at byte "
            "845");
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
  bad.tensors[1].stored.rows += 8;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.tile.k = 257;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.tensors[0].tile.rows = 1U << 16;  // does not fit its field
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.sram_bytes = kMaxSramBytes + 1;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.kernels[0].operands.pop_back();
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.kernels[1].expression.steps.clear();
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.ops[5].kernel = 5;
  EXPECT_THROW(to_binary(bad), InternalError);
  bad = good;
  bad.ops[0].kernel = 1;
  EXPECT_THROW(to_binary(bad), InternalError);
}

TEST(Program, NamesAndDramBytes) {
  EXPECT_STREQ(to_string(Opcode::kLoad), "load");
  EXPECT_STREQ(to_string(Opcode::kStore), "store");
  EXPECT_STREQ(to_string(Opcode::kMatmul), "matmul");
  EXPECT_STREQ(to_string(Opcode::kVector), "vector");
  EXPECT_STREQ(to_string(Opcode::kReduce), "reduce");
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
