// The register of folds, by definitions of its own.
#include "compiler/program/folds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kValues[] = {-kInf, -1e30, -3.5, -0.0, 0.0, 0.25, 7, 1e30, kInf};

TEST(Folds, HaveAWordEach) {
  std::set<std::string_view> words;
  ASSERT_EQ(folds().size(), kFoldCount);
  for (std::size_t i = 0; i < kFoldCount; ++i) {
    const auto fold = static_cast<Fold>(i);
    EXPECT_TRUE(words.insert(fold_info(fold).word).second);
    EXPECT_EQ(find_fold(fold_info(fold).word), fold);
    EXPECT_EQ(by_fold(
                  fold, [] { return 0U; }, [] { return 1U; }, [] { return 2U; }, [] { return 3U; }),
              i);
  }
  EXPECT_EQ(find_fold("mean"), std::nullopt);
  EXPECT_EQ(find_fold(""), std::nullopt);
  EXPECT_THROW(fold_info(static_cast<Fold>(kFoldCount)), InternalError);
  const auto nothing = [] {};
  EXPECT_THROW(by_fold(static_cast<Fold>(kFoldCount), nothing, nothing, nothing, nothing),
               InternalError);
}

TEST(Folds, MeanWhatTheyAreCalled) {
  const std::map<std::string_view, double (*)(double, double)> meant = {
      {"sum", [](double a, double b) { return a + b; }},
      {"max", [](double a, double b) { return std::fmax(a, b); }},
      {"min", [](double a, double b) { return std::fmin(a, b); }},
      {"product", [](double a, double b) { return a * b; }}};
  for (const FoldInfo& fold : folds()) {
    for (const double a : kValues) {
      for (const double b : kValues) {
        const double expected = meant.at(fold.word)(a, b);
        const double folded = fold.combine(a, b);
        EXPECT_TRUE(folded == expected || (std::isnan(folded) && std::isnan(expected)))
            << fold.word << " " << a << " " << b;
      }
    }
  }
}

TEST(Folds, KeepWhatIsCombinedWithTheIdentity) {
  for (const FoldInfo& fold : folds()) {
    for (const double value : kValues) {
      EXPECT_EQ(fold.combine(fold.identity, value), value) << fold.word;
      EXPECT_EQ(fold.combine(value, fold.identity), value) << fold.word;
    }
  }
}

TEST(Folds, KeepNaN) {
  for (const FoldInfo& fold : folds()) {
    for (const double value : kValues) {
      EXPECT_TRUE(std::isnan(fold.combine(kNaN, value))) << fold.word << " " << value;
      EXPECT_TRUE(std::isnan(fold.combine(value, kNaN))) << fold.word << " " << value;
    }
  }
}

}  // namespace
}  // namespace tilewave
