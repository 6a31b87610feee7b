// What messages call a file: one line of UTF-8, and not a screenful.
#include "sim/base/files.h"

#include <string>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

TEST(Files, NamesOnOneLine) {
  EXPECT_EQ(one_line("a/b c.graph"), "a/b c.graph");
  EXPECT_EQ(one_line("a\nb\x1b[1m\x7f"), "a?b?[1m?");
  EXPECT_EQ(one_line("caf\xE9"), "caf\xEF\xBF\xBD");
  EXPECT_EQ(input_name("-"), "standard input");
  EXPECT_EQ(input_name("./-"), "./-");
}

TEST(Files, LongNamesLoseTheirMiddle) {
  const std::string fits(400, 'x');
  EXPECT_EQ(one_line(fits), fits);
  const std::string cut = one_line("begin" + std::string(100'000, 'x') + "end");
  EXPECT_EQ(cut.size(), 266U + 3 + 133);  // two thirds, "..." and one third of 400
  EXPECT_TRUE(cut.starts_with("beginx"));
  EXPECT_TRUE(cut.ends_with("xend"));
  // 401 euro signs of three bytes: the cuts are between characters.
  std::string euros;
  for (int i = 0; i < 401; ++i) {
    euros += "\u20AC";
  }
  EXPECT_EQ(one_line(euros).find("\uFFFD"), std::string::npos);
  EXPECT_EQ(message_line(fits + fits), fits + fits);
  EXPECT_LT(message_line(std::string(100'000, 'x')).size(), 4100U);
}

}  // namespace
}  // namespace tilewave
