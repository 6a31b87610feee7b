// The register of element types: words, sizes, and the way back from a word.
#include "compiler/program/element_type.h"

#include <iterator>
#include <optional>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

struct Expected {
  ElementType type;
  const char* word;
  std::uint64_t bytes;
};

constexpr Expected kExpected[] = {{ElementType::kF32, "f32", 4}, {ElementType::kBf16, "bf16", 2},
                                  {ElementType::kF16, "f16", 2}, {ElementType::kI8, "i8", 1},
                                  {ElementType::kU8, "u8", 1},   {ElementType::kI32, "i32", 4}};
static_assert(std::size(kExpected) == kElementTypeCount);

TEST(ElementTypes, HaveAWordAndASizeEach) {
  for (const Expected& expected : kExpected) {
    EXPECT_EQ(to_string(expected.type), expected.word);
    EXPECT_EQ(element_bytes(expected.type), expected.bytes) << expected.word;
    EXPECT_EQ(parse_element_type(expected.word), expected.type);
  }
}

TEST(ElementTypes, OtherWordsAreNone) {
  for (const char* word :
       {"", "f", "f64", "F32", "f32 ", " f32", "f3", "bf", "i16", "int8", "u32"}) {
    EXPECT_EQ(parse_element_type(word), std::nullopt) << word;
  }
}

TEST(ElementTypes, SumsAndZeros) {
  EXPECT_EQ(sum_type(ElementType::kU8), ElementType::kI32);
  EXPECT_EQ(sum_type(ElementType::kBf16), ElementType::kF32);
  EXPECT_TRUE(is_zero_of(ElementType::kI8, -128));
  EXPECT_FALSE(is_zero_of(ElementType::kI8, 128));
  EXPECT_TRUE(is_zero_of(ElementType::kU8, 255));
  EXPECT_FALSE(is_zero_of(ElementType::kU8, -1));
  EXPECT_TRUE(is_zero_of(ElementType::kF32, 0));
  EXPECT_FALSE(is_zero_of(ElementType::kF32, 1));
}

}  // namespace
}  // namespace tilewave
