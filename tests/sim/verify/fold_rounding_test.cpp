// How far folds may be off by rounding: enough for any order, and no more than that takes.
#include "sim/verify/fold_rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "models/compute/kernel.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Of one result, all values of equal uncertainty, from the identity on.
double units_of(Fold fold, const std::vector<UncertainValue>& values) {
  UncertainFolds folds;
  std::vector<UncertainFolds::Element> element(1);
  const double identity = fold_info(fold).identity;
  folds.begin(fold, {&identity, 1}, element);
  for (const UncertainValue& value : values) {
    folds.add(&value.value, &value.units);
  }
  folds.end(element);
  return element[0].units();
}

TEST(FoldRounding, ASumIsOffByItsRoundingsAndByWhatItsValuesAre) {
  // two additions of at most 3, √(1 + 4), and 5 + 7 brought along
  EXPECT_NEAR(units_of(Fold::kSum, {{1, 5}, {2, 7}}), 2 * (3 + std::sqrt(5)) + 12, 1e-9);
  EXPECT_EQ(units_of(Fold::kSum, {{1, kInf}, {2, 0}}), kInf);
  EXPECT_EQ(units_of(Fold::kSum, {{3e38, 0}, {-3e38, 0}, {3e38, 0}}),
            kInf);  // too large in some order
}

TEST(FoldRounding, ALargestValueIsNotRounded) {
  EXPECT_EQ(units_of(Fold::kMax, {{1, 0}, {0.3, 0}, {-7, 0}}), 0);
  EXPECT_NEAR(units_of(Fold::kMax, {{1, 5}, {0.3, 9}, {-7, 100}}), 5, 1e-6);
  EXPECT_NEAR(units_of(Fold::kMin, {{1, 5}, {0.3, 9}, {-7, 100}}), 100, 1e-6);
  // another value may be the largest
  EXPECT_NEAR(units_of(Fold::kMax, {{1, 0}, {1, 9}}), 9, 1e-6);
  EXPECT_EQ(units_of(Fold::kMax, {{1, 0}, {-5, kInf}}), kInf);
  EXPECT_EQ(units_of(Fold::kMax, {{-kInf, 0}, {-kInf, 0}}), 0);
  EXPECT_EQ(units_of(Fold::kMax, {{1, 3}, {kNaN, 0}}), 0);
}

TEST(FoldRounding, AProductIsOffByItsMultiplications) {
  // 1·3: 3; ·2: 2·3 + 6
  EXPECT_NEAR(units_of(Fold::kProduct, {{3, 0}, {2, 0}}), 12, 1e-6);
  EXPECT_NEAR(units_of(Fold::kProduct, {{3, 4}, {2, 0}}), 20, 1e-3);
  EXPECT_EQ(units_of(Fold::kProduct, {{1e30, 0}, {1e-30, 0}, {1e30, 0}}), kInf);
  EXPECT_LT(units_of(Fold::kProduct, {{1e20, 0}, {1e-20, 0}}), 10);
  // 1e-40 has not all digits: lost, as a part of a product that 1e30 follows
  EXPECT_GT(units_of(Fold::kProduct, {{1e-20, 0}, {1e-20, 0}, {1e30, 0}}),
            1e-10 * 1e-7 / kRoundingUnit);
  EXPECT_EQ(units_of(Fold::kProduct, {{0, 0}, {kInf, 0}}), 0);  // NaN in any order
  EXPECT_EQ(units_of(Fold::kProduct, {{2, kInf}, {0, 0}}), kInf);
}

/// Kernels stay within the bound, on values that cancel and on those that do not.
TEST(FoldRounding, RandomFoldsOfAllKernelsAreWithin) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t count = 1 + random() % 256;
    std::uniform_real_distribution<float> uniform(round % 2 == 0 ? -1.0F : 0.9F, 1.1F);
    std::vector<float> values(count);
    std::ranges::generate(values, [&] { return uniform(random); });
    std::vector<UncertainValue> exact;
    for (const float value : values) {
      exact.push_back({static_cast<double>(value), 0});
    }
    for (std::size_t id = 0; id < kFoldCount; ++id) {
      const auto fold = static_cast<Fold>(id);
      double expected = fold_info(fold).identity;
      for (const float value : values) {
        expected = fold_info(fold).combine(expected, static_cast<double>(value));
      }
      for (const Kernel* kernel : runnable_kernels()) {
        float result = 0;
        kernel->folds[id].columns(&result, values.data(), {1, static_cast<std::uint32_t>(count)},
                                  true);
        ASSERT_LE(std::abs(static_cast<double>(result) - expected),
                  rounding_difference(units_of(fold, exact)))
            << kernel->name << " " << fold_info(fold).word << " " << count;
      }
    }
  }
}

}  // namespace
}  // namespace tilewave
