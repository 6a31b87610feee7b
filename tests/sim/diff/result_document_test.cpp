// Results read back: what their figures are called, and what is refused.
#include "sim/diff/result_document.h"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::ElementsAre;

constexpr std::array<DocumentKind, 2> kKinds = {{{"tilewave-run", 1}, {"tilewave-other", 3}}};

ResultDocument parse(const std::string& text) {
  return parse_result_document("r.json", text, kKinds);
}

std::string document(const std::string& members) {
  return R"({"schema": "tilewave-run", "version": 1, )" + members + "}";
}

std::vector<std::string> names_of(const ResultDocument& document) {
  std::vector<std::string> names;
  for (const Figure& figure : document.figures) {
    names.push_back(figure.name);
  }
  return names;
}

TEST(ResultDocument, FiguresGoByTheirPlace) {
  const ResultDocument read =
      parse(document(R"("cycles": 7, "dram": {"read_bytes": 64, "more": {"a": null}}, "empty": {},
                  "warnings": ["one", "two"], "none": [])"));
  EXPECT_THAT(names_of(read),
              ElementsAre("cycles", "dram.read_bytes", "dram.more.a", "warnings", "none"));
  EXPECT_EQ(read.figures[0].group(), "");
  EXPECT_EQ(read.figures[2].group(), "dram");
  EXPECT_EQ(read.figures[3].value, "one, two");
  EXPECT_EQ(read.figures[4].value, "");
}

TEST(ResultDocument, ObjectsOfAListGoByTheirNameIfEachHasOne) {
  const ResultDocument named =
      parse(document(R"("layers": [{"layer": "a", "m": 1}, {"layer": "b", "m": 2}])"));
  EXPECT_THAT(names_of(named),
              ElementsAre("layers[a].layer", "layers[a].m", "layers[b].layer", "layers[b].m"));
  EXPECT_EQ(named.figures[0].group(), "layers");
  for (const char* layers :
       {R"([{"layer": "a"}, {"layer": "a"}])", R"([{"layer": 1}, {"x": 2}])", R"([{"x": 1}, 5])"}) {
    EXPECT_EQ(parse(document(R"("layers": )" + std::string(layers))).figures[0].name.substr(0, 9),
              "layers[0]");
  }
}

TEST(ResultDocument, HostileNamesArePrintableAndUnique) {
  const ResultDocument read = parse(document(R"("a\nb": 1, "x": {"y": 2}, "x.y": 3, "x.y": 4)"));
  EXPECT_THAT(names_of(read), ElementsAre("a\\x0ab", "x.y"));
}

TEST(ResultDocument, Refuses) {
  const std::string deep =
      document(R"("a": )" + std::string(100'000, '[') + "1" + std::string(100'000, ']'));
  std::string many = "\"k\": 0";
  for (int i = 0; i < 512; ++i) {
    many += ", \"k" + std::to_string(i) + "\": 1";
  }
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "r.json:1: is no JSON from byte 0 on; results are written by --json"},
      {"{\"schema\":\n\n oops}",
       "r.json:3: is no JSON from byte 14 on; results are written by --json"},
      {document("\"cycles\": 1") + "x",
       "r.json:1: is no JSON from byte 54 on; results are written by --json"},
      {document("\"cycles\": \"\xff\""),
       "r.json:1: is no JSON from byte 53 on; results are written by --json"},
      {document("\"cycles\": 1e999"),
       "r.json: is no JSON that can be read: a number in it is out of range"},
      {"[1, 2]", "r.json: is JSON, but no result: it does not say of which \"schema\" it is"},
      {"{}", "r.json: is JSON, but no result: it does not say of which \"schema\" it is"},
      {R"({"schema": 7})",
       "r.json: is JSON, but no result: it does not say of which \"schema\" it is"},
      {R"({"schema": "tilewave-sweep", "version": 1})",
       "r.json: has schema 'tilewave-sweep', version 1; allowed: tilewave-run 1 and tilewave-other "
       "3"},
      {R"({"schema": "tilewave-run", "version": 2})",
       "r.json: has schema 'tilewave-run', version 2; allowed: tilewave-run 1 and tilewave-other "
       "3"},
      {R"({"schema": "tilewave-run"})",
       "r.json: has schema 'tilewave-run', version none; allowed: tilewave-run 1 and "
       "tilewave-other 3"},
      {R"({"schema": "tilewave-other", "version": "3"})",
       "r.json: has schema 'tilewave-other', version \"3\"; allowed: tilewave-run 1 and "
       "tilewave-other 3"},
      {document(many), "r.json: has an object of more than 512 members, which no result has"},
      {document(R"("a": [{"b": 1}, {)" + many + "}]"),
       "r.json: has an object of more than 512 members, which no result has"},
      {deep, "r.json: is nested more than 32 deep, which no result is"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(test::error_of([&text = text] { parse(text); }), message);
  }
}

}  // namespace
}  // namespace tilewave
