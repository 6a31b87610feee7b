// What is not UTF-8 is replaced, and exactly as the JSON library replaces it.
#include "sim/base/utf8.h"

#include <random>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tilewave {
namespace {

const std::string kReplaced = "\xEF\xBF\xBD";

TEST(Utf8, ValidTextStays) {
  for (const std::string text : {"", "plain", "Tücken", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF"}) {
    EXPECT_EQ(to_utf8(text), text);
  }
}

TEST(Utf8, OneReplacementForEachLongestBeginningOfACharacter) {
  EXPECT_EQ(to_utf8("a\xFFz"), "a" + kReplaced + "z");
  EXPECT_EQ(to_utf8("\xC0\xAF"), kReplaced + kReplaced);                  // a longer spelling
  EXPECT_EQ(to_utf8("\xE2\x82z"), kReplaced + "z");                       // two of three bytes
  EXPECT_EQ(to_utf8("\xF0\x9F\x98"), kReplaced);                          // the end is missing
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), kReplaced + kReplaced + kReplaced);  // a surrogate
  EXPECT_EQ(to_utf8("\xF4\x90\x80\x80").size(), 4 * kReplaced.size());    // above U+10FFFF
  EXPECT_EQ(to_utf8(std::string("\xE9\0x", 3)), kReplaced + std::string("\0x", 2));
}

TEST(Utf8, RandomBytesBecomeWhatTheJsonLibraryMakesOfThem) {
  std::mt19937 random(7);
  constexpr std::string_view kBytes =
      "a\x7F\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xE1\xED\xEF"
      "\xF0\xF1\xF4\xF5\xFF";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t length = random() % 9; length > 0; --length) {
      text += kBytes[random() % kBytes.size()];
    }
    const std::string dumped =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    ASSERT_EQ(to_utf8(text), nlohmann::json::parse(dumped).get<std::string>());
  }
}

}  // namespace
}  // namespace tilewave
