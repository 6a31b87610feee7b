// Trimming, and what is shown of bytes that no terminal should get.
#include "compiler/base/text.h"

#include <gtest/gtest.h>

namespace tilewave {
namespace {

TEST(Text, TrimsBlanksAtBothEnds) {
  EXPECT_EQ(trim(" \t a b\r "), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \r\t"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, PrintableEscapesAndCuts) {
  EXPECT_EQ(in_quotes("a b"), "'a b'");
  EXPECT_EQ(printable(std::string_view("a\0\n\x7f\xff", 5)), "a\\x00\\x0a\\x7f\\xff");
  EXPECT_EQ(printable(std::string(80, 'a')), std::string(80, 'a'));
  EXPECT_EQ(printable(std::string(81, 'a')), std::string(80, 'a') + "...");
  EXPECT_EQ(printable("abcd", 3), "abc...");
}

}  // namespace
}  // namespace tilewave
