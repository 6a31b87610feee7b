// Products of 8-bit integers, against sums in 64 bits of which the lower 32 are kept.
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "models/compute/kernel.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using Sums = std::vector<std::int32_t>;

/// A matrix of 8-bit integers: what they are, and how they lie in memory.
struct Factor {
  ElementType type = ElementType::kI8;
  std::vector<int> values;
  std::vector<std::uint8_t> bytes;

  int value_of(std::uint8_t byte) const {
    return type == ElementType::kU8 ? int{byte} : int{static_cast<std::int8_t>(byte)};
  }
};

int lowest(ElementType type) { return type == ElementType::kU8 ? 0 : -128; }
int highest(ElementType type) { return type == ElementType::kU8 ? 255 : 127; }

Factor factor(ElementType type, std::vector<int> values) {
  Factor result{type, std::move(values), {}};
  for (const int value : result.values) {
    result.bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return result;
}

/// One in four is an extreme value.
int random_value(ElementType type, std::mt19937& random) {
  switch (random() % 8) {
    case 0: return lowest(type);
    case 1: return highest(type);
    default: return lowest(type) + static_cast<int>(random() % 256);
  }
}

Factor random_factor(ElementType type, std::size_t count, std::mt19937& random) {
  std::vector<int> values(count);
  for (int& value : values) {
    value = random_value(type, random);
  }
  return factor(type, std::move(values));
}

std::int32_t wrapped(std::int64_t sum) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
}

struct Product {
  TileShape tile;
  Factor a;
  Factor b;
  std::int32_t a_zero = 0;
  std::int32_t b_zero = 0;
  Sums b_zeros = {};  // if not empty

  IntegerFactors factors() const {
    return {a.bytes.data(),
            b.bytes.data(),
            a.type,
            b.type,
            a_zero,
            b_zero,
            b_zeros.empty() ? nullptr : b_zeros.data()};
  }
  /// Added to what is in `before`.
  Sums expected(const Sums& before) const {
    Sums result = before;
    for (std::size_t i = 0; i < result.size(); ++i) {
      const std::size_t row = i / tile.n;
      const std::size_t col = i % tile.n;
      const std::int64_t zero = b_zeros.empty() ? b_zero : b_zeros[col];
      std::int64_t sum = before[i];
      for (std::size_t step = 0; step < tile.k; ++step) {
        sum += (std::int64_t{a.values[row * tile.k + step]} - a_zero) *
               (b.values[step * tile.n + col] - zero);
      }
      result[i] = wrapped(sum);
    }
    return result;
  }
};

class IntegerMatmulTest : public ::testing::TestWithParam<const Kernel*> {
 protected:
  /// With and without clear and with a bias; c in memory that ends right behind it.
  static void check(const Product& product, std::mt19937& random) {
    const TileShape& tile = product.tile;
    const std::string what =
        std::string(to_string(product.a.type)) + " x " + std::string(to_string(product.b.type)) +
        ", " + std::to_string(tile.m) + "x" + std::to_string(tile.n) + "x" + std::to_string(tile.k);
    Sums before(tile.result().elements());
    for (std::int32_t& sum : before) {
      sum = static_cast<std::int32_t>(random());
    }
    Sums c = before;
    GetParam()->matmul_integer(c.data(), product.factors(), tile, false);
    ASSERT_EQ(c, product.expected(before)) << what;

    GetParam()->matmul_integer(c.data(), product.factors(), tile, true);
    ASSERT_EQ(c, product.expected(Sums(before.size(), 0))) << what;

    const Sums bias(before.begin(), before.begin() + tile.n);
    Sums biased(before.size());
    for (std::size_t i = 0; i < biased.size(); ++i) {
      biased[i] = bias[i % tile.n];
    }
    GetParam()->matmul_integer_bias(c.data(), product.factors(), bias.data(), tile);
    ASSERT_EQ(c, product.expected(biased)) << what;
  }

  static Sums multiply(const Product& product) {
    Sums c(product.tile.result().elements(), -1);
    GetParam()->matmul_integer(c.data(), product.factors(), product.tile, true);
    return c;
  }
};

INSTANTIATE_TEST_SUITE_P(All, IntegerMatmulTest, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

constexpr ElementType kFactorTypes[] = {ElementType::kI8, ElementType::kU8};

TEST_P(IntegerMatmulTest, SmallProductIsRowsTimesColumns) {
  // [1 -2 3]   [ 7  8]   [1·7 - 2·9 + 3·11  1·8 - 2·10 + 3·12]   [ 22  24]
  // [4 5 -6] · [ 9 10] = [4·7 + 5·9 - 6·11  4·8 + 5·10 - 6·12] = [  7  10]
  //            [11 12]
  const Product product{{2, 2, 3},
                        factor(ElementType::kI8, {1, -2, 3, 4, 5, -6}),
                        factor(ElementType::kU8, {7, 8, 9, 10, 11, 12})};
  EXPECT_THAT(multiply(product), ElementsAre(22, 24, 7, 10));
}

TEST_P(IntegerMatmulTest, ZeroPointsAreTakenOff) {
  // [1 - 3  2 - 3] · [5 - 4  6 - 7] = [-2 -1] · [1 -1] = [-2·1 - 1·3  -2·-1 - 1·1] = [-5 1]
  //                  [7 - 4  8 - 7]             [3  1]
  Product product{
      {1, 2, 2}, factor(ElementType::kU8, {1, 2}), factor(ElementType::kU8, {5, 6, 7, 8}), 3, 99,
      {4, 7}};
  EXPECT_THAT(multiply(product), ElementsAre(-5, 1));
  product.b_zeros.clear();
  product.b_zero = 5;  // [-2 -1] · [0 1] = [-2·0 - 1·2  -2·1 - 1·3] = [-2 -5]
  EXPECT_THAT(multiply(product), ElementsAre(-2, -5));  //         [2 3]
}

TEST_P(IntegerMatmulTest, ExtremesDoNotSaturate) {
  const TileShape tile{7, 19, 256};
  const std::size_t a = tile.left().elements();
  const std::size_t b = tile.right().elements();
  const auto product = [&](ElementType a_type, int a_value, std::int32_t a_zero, ElementType b_type,
                           int b_value, std::int32_t b_zero) {
    return multiply({tile, factor(a_type, std::vector(a, a_value)),
                     factor(b_type, std::vector(b, b_value)), a_zero, b_zero});
  };
  constexpr auto kI8 = ElementType::kI8;
  constexpr auto kU8 = ElementType::kU8;
  EXPECT_THAT(product(kI8, -128, 0, kI8, -128, 0), Each(4194304));       // 256 · 2^14
  EXPECT_THAT(product(kU8, 255, 0, kU8, 255, 0), Each(16646400));        // 256 · 255²
  EXPECT_THAT(product(kU8, 255, 0, kI8, -128, 0), Each(-8355840));       // 256 · 255 · -128
  EXPECT_THAT(product(kI8, -128, 127, kI8, -128, 127), Each(16646400));  // 256 · (-255)²
  EXPECT_THAT(product(kI8, 127, -128, kU8, 0, 255), Each(-16646400));    // 256 · 255 · -255
}

TEST_P(IntegerMatmulTest, SumsWrapAround) {
  const Product product{{1, 1, 1}, factor(ElementType::kU8, {255}), factor(ElementType::kU8, {1})};
  Sums c = {std::numeric_limits<std::int32_t>::max()};
  GetParam()->matmul_integer(c.data(), product.factors(), product.tile, false);
  EXPECT_THAT(c, ElementsAre(std::numeric_limits<std::int32_t>::min() + 254));
}

TEST_P(IntegerMatmulTest, EveryRowAndColumnCount) {
  std::mt19937 random(1);
  for (std::uint32_t m = 1; m <= 14; ++m) {
    for (std::uint32_t n = 1; n <= 34; ++n) {
      const TileShape tile{m, n, 1 + (m + n) % 5};
      const Product product{tile, random_factor(ElementType::kI8, tile.left().elements(), random),
                            random_factor(ElementType::kI8, tile.right().elements(), random)};
      ASSERT_NO_FATAL_FAILURE(check(product, random));
    }
  }
}

TEST_P(IntegerMatmulTest, AnyTypesZeroPointsAndExtents) {
  std::mt19937 random(2);
  std::vector<TileShape> tiles = {{256, 256, 256}, {256, 255, 255}, {1, 1, 256}, {1, 256, 1}};
  std::uniform_int_distribution<std::uint32_t> extent(1, 80);
  while (tiles.size() < 60) {
    tiles.push_back({extent(random), extent(random), extent(random)});
  }
  for (const TileShape& tile : tiles) {
    for (const ElementType a : kFactorTypes) {
      for (const ElementType b : kFactorTypes) {
        Product product{tile, random_factor(a, tile.left().elements(), random),
                        random_factor(b, tile.right().elements(), random), random_value(a, random),
                        random_value(b, random)};
        if (random() % 2 == 0) {
          for (std::uint32_t col = 0; col < tile.n; ++col) {
            product.b_zeros.push_back(random_value(b, random));
          }
        }
        ASSERT_NO_FATAL_FAILURE(check(product, random));
      }
    }
  }
}

TEST_P(IntegerMatmulTest, OtherTypesAreAMistakeOfOurs) {
  const Product product{{1, 1, 1}, factor(ElementType::kI8, {1}), factor(ElementType::kI8, {1})};
  Sums c = {0};
  for (const ElementType type :
       {ElementType::kF32, ElementType::kBf16, ElementType::kF16, ElementType::kI32}) {
    IntegerFactors factors = product.factors();
    factors.a_type = type;
    EXPECT_THROW(GetParam()->matmul_integer(c.data(), factors, product.tile, true), InternalError);
    factors = product.factors();
    factors.b_type = type;
    EXPECT_THROW(GetParam()->matmul_integer(c.data(), factors, product.tile, true), InternalError);
  }
}

}  // namespace
}  // namespace tilewave
