// YAML that is understood, and hostile YAML, which ends in one line.
#include "sim/base/yaml.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Yaml, TreesHaveKeysTextsAndLines) {
  const YamlDocument document =
      parse_yaml("# a comment\na: {b: 1, c: [x, 'y z']}\nd:\n  - \"q:0\"\n  - K, 32\n", "f");
  const YamlNode& root = document.root;
  ASSERT_TRUE(root.is_map());
  ASSERT_NE(root.find("a"), nullptr);
  EXPECT_EQ(root.find("a")->find("b")->text, "1");
  EXPECT_EQ(root.find("a")->find("c")->items[1].text, "y z");
  EXPECT_EQ(root.find("a")->find("c")->line, 2U);
  ASSERT_EQ(root.find("d")->items.size(), 2U);
  EXPECT_EQ(root.find("d")->key_line, 3U);
  EXPECT_EQ(root.find("d")->items[0].text, "q:0");
  EXPECT_EQ(root.find("d")->items[1].text, "K, 32");
  EXPECT_EQ(root.find("d")->items[1].line, 5U);
  EXPECT_EQ(root.find("e"), nullptr);
}

TEST(Yaml, WhatIsNotUnderstoodIsOneLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "f:1: is empty"},
      {"# nothing\n", "f:1: is empty"},
      {"a: &x 1\nb: *x\n", "f:1: anchors are not understood; write it out"},
      {"a: *x\n", "f:1: aliases are not understood; write it out"},
      {"a: !!python/object:os.system [ls]\n", "f:1: tags are not understood; leave them out"},
      {"a: 1\nb: 2\na: 3\n", "f:3: 'a' is given twice"},
      {"a: 1\n---\nb: 2\n", "f:2: a second document; allowed: one a file"},
      {"? [a, b]\n: 1\n", "f:1: a key is a list; allowed: a text"},
      {"a:\n\t- 1\n", "f:2: is not YAML: "},
      {"a: [1, 2\n", "f:2: is not YAML: "},
      {"a: 'x\n", "f:2: is not YAML: "},
      {std::string("a: 1\nb: \0", 9), "f:2: is not YAML: "},
      {"a: 1\nb: \xff\xfe\n", "f:2: is not YAML: "},
      {std::string(100, '['), "f:1: lists and mappings are nested deeper than 16"}};
  for (const auto& one : cases) {
    EXPECT_THAT(error_of([&] { parse_yaml(one.first, "f"); }), StartsWith(one.second)) << one.first;
  }
}

TEST(Yaml, SizeAndNumberAreBounded) {
  std::string many = "[";
  for (std::size_t i = 0; i <= kMaxYamlNodes; ++i) {
    many += "a,";
  }
  EXPECT_THAT(error_of([&] { parse_yaml(many + "]", "f"); }),
              HasSubstr("has more than 1000000 lists, mappings and texts"));
  EXPECT_THAT(error_of([&] { parse_yaml(std::string(kMaxYamlBytes + 1, ' '), "f"); }),
              StartsWith("f: has 16777217 bytes"));
}

}  // namespace
}  // namespace tilewave
