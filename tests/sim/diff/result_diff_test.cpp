// Figures in pairs: which differ, by how much, and how a table and a document say it.
#include "sim/diff/result_diff.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr DocumentKind kRun{"tilewave-run", 1};

ResultDocument document(const std::string& file, const std::string& members) {
  return parse_result_document(file, R"({"schema": "tilewave-run", "version": 1, )" + members + "}",
                               std::span(&kRun, 1));
}

ResultDiff compare(const std::string& a, const std::string& b, const DiffChoice& choice = {}) {
  return compare_documents(document("a.json", a), document("b.json", b), choice);
}

TEST(ResultDiff, WholeText) {
  const ResultDiff diff = compare(
      R"("cycles": 10000, "same": 1, "verdict": "verified", "share": 0.25, "max_abs_error": null,
         "dram": {"reads": 0, "gone": 3}, "config": {"sram.size": "64KiB"}, "host": {"wall": 1})",
      R"("cycles": 8000, "same": 1.0, "verdict": "wrong", "share": 0.2500001, "max_abs_error": 2e-7,
         "dram": {"reads": 5, "new": true}, "config": {"sram.size": "64KiB"}, "host": {"wall": 2})");
  EXPECT_EQ(diff_text(diff),
            "A          a.json\n"
            "B          b.json\n"
            "\n"
            "                        A          B   B - A\n"
            "  cycles           10,000      8,000  -2,000  -20.0 %\n"
            "  verdict        verified      wrong\n"
            "  share              0.25  0.2500001  +1e-07  <0.01 %\n"
            "  max_abs_error      null      2e-07\n"
            "  dram\n"
            "    dram.reads          0          5      +5\n"
            "    dram.gone           3          -  only A\n"
            "    dram.new            -       true  only B\n"
            "\n"
            "7 figures differ, of 9\n");
  EXPECT_THAT(
      diff_text(diff, {.all = true, .host = false}),
      AllOf(HasSubstr("\n  same                       1          1\n"),
            HasSubstr("\n    config.sram.size     64KiB      64KiB\n"), Not(HasSubstr("host"))));
}

TEST(ResultDiff, EqualResultsSaySo) {
  const std::string members = R"("cycles": 5, "host": {"wall": 1})";
  EXPECT_EQ(diff_text(compare(members, R"("cycles": 5, "host": {"wall": 2})")),
            "A          a.json\nB          b.json\n\nno figure differs, of 1\n");
  EXPECT_EQ(compare(members, R"("cycles": 5, "host": {"wall": 2})", {.all = false, .host = true})
                .different(),
            1U);
}

TEST(ResultDiff, LargeIntegersAreExact) {
  const ResultDiff diff = compare(R"("a": 18446744073709551615, "b": -9223372036854775808)",
                                  R"("a": 18446744073709551614, "b": 9223372036854775807)");
  EXPECT_EQ(diff.different(), 2U);
  EXPECT_THAT(diff_text(diff), HasSubstr("18,446,744,073,709,551,614          -1   <0.01 %"));
  EXPECT_THAT(diff_text(diff), HasSubstr("-9,223,372,036,854,775,808"));
}

TEST(ResultDiff, ChangesOfAllSizes) {
  const ResultDiff diff =
      compare(R"("a": 1, "b": 3, "c": 2.0, "d": -2, "e": 1e-300, "f": 100000)",
              R"("a": 5000, "b": "3", "c": 2, "d": -1, "e": 1e300, "f": 100050)");
  const std::string text = diff_text(diff);
  EXPECT_THAT(text, HasSubstr("+4,999  +4999 times\n"));
  EXPECT_THAT(text, HasSubstr("b        3        3\n"));  // a number and a text
  EXPECT_THAT(text, Not(HasSubstr("  c ")));
  EXPECT_THAT(text, HasSubstr("+1      +50.0 %\n"));
  EXPECT_THAT(text, HasSubstr("+50      +0.05 %\n"));
  EXPECT_EQ(diff.pairs[4].relative_change(), std::nullopt);  // 1e600
}

TEST(ResultDiff, AsJson) {
  const nlohmann::ordered_json json =
      diff_json(compare(R"("cycles": 10, "x": 0, "only": 1)", R"("cycles": 5, "x": 2)"));
  EXPECT_EQ(json["schema"], "tilewave-diff");
  EXPECT_EQ(json["compares"], "tilewave-run");
  EXPECT_EQ(json["compared"], 3);
  EXPECT_EQ(json["different"], 3);
  EXPECT_EQ(json["figures"].dump(),
            R"([{"name":"cycles","a":10,"b":5,"change":-5.0,"relative_change":-0.5},)"
            R"({"name":"x","a":0,"b":2,"change":2.0,"relative_change":null},)"
            R"({"name":"only","a":1}])");
}

TEST(ResultDiff, OfTwoKindsIsRefused) {
  ResultDocument other = document("b.json", R"("cycles": 1)");
  other.kind.schema = "tilewave-dram-trace";
  EXPECT_EQ(
      test::error_of([&] { compare_documents(document("a.json", R"("cycles": 1)"), other); }),
      "b.json: is a tilewave-dram-trace, and a.json a tilewave-run; both have to be of one kind");
}

}  // namespace
}  // namespace tilewave
