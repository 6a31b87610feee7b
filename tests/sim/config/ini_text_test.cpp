// Values that an INI file could not hold as they are, in quotes and out of them again.
#include "sim/config/ini_text.h"

#include <string>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "sim/config/reader.h"

namespace tilewave {
namespace {

TEST(IniText, PlainValuesStayPlain) {
  for (const std::string value : {"256KiB", "./a b.ini", "a;b", "a\\b", "it's", "a\"b", "\xE9"}) {
    EXPECT_EQ(ini_text(value), value);
    EXPECT_EQ(ini_value(value), value);
  }
}

TEST(IniText, OthersAreQuotedAndReadBack) {
  EXPECT_EQ(ini_text("./a #b.ini"), "\"./a #b.ini\"");
  EXPECT_EQ(ini_text("\"x\\\n"), "\"\\\"x\\\\\\x0a\"");
  EXPECT_EQ(ini_text(""), "\"\"");
  for (const std::string value :
       {"", " a", "a ", "#", "\"", "\"a\" # b", "\\\"#", "\t\x01\x7f\r\n"}) {
    const std::string text = ini_text(value);
    EXPECT_EQ(ini_value(text), value);
    EXPECT_EQ(without_comment("  key = " + text + " # \"comment\" "), "key = " + text);
  }
}

TEST(IniText, CommentsEndALineButNotInQuotes) {
  EXPECT_EQ(without_comment("  a = b # c "), "a = b");
  EXPECT_EQ(without_comment("# a = \"b\""), "");
  EXPECT_EQ(without_comment("a # = \"b # c\""), "a");
  EXPECT_EQ(without_comment("a = b\" # c\""), "a = b\"");  // no quotes: they do not begin the value
}

TEST(IniText, Refuses) {
  const auto error_of = [](const std::string& text) -> std::string {
    try {
      parse_config_text("f.ini", "[dram]\npreset = " + text + "\n");
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(error_of("\"a"), "f.ini:2: dram.preset=\"a has no quote at its end alone");
  EXPECT_EQ(error_of("\"a\" b"), "f.ini:2: dram.preset=\"a\" b has no quote at its end alone");
  EXPECT_EQ(error_of("\"a\\\""), "f.ini:2: dram.preset=\"a\\\" has no quote at its end alone");
  EXPECT_EQ(error_of("\"\\n\""),
            "f.ini:2: dram.preset=\"\\n\" has an escape other than \\\", \\\\ and \\xNN");
  EXPECT_EQ(error_of("\"\\x4\""), "f.ini:2: dram.preset=\"\\x4\" has a \\x without two digits");
}

}  // namespace
}  // namespace tilewave
