// The tile kernels, each against numbers worked out by hand and against double accumulation.
#include "models/compute/kernel.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using Values = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

Values random_values(std::size_t count, std::mt19937& random) {
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  Values values(count);
  for (float& value : values) {
    value = uniform(random);
  }
  return values;
}

std::vector<std::uint32_t> bits(const Values& values) {
  std::vector<std::uint32_t> result(values.size());
  std::memcpy(result.data(), values.data(), values.size() * sizeof(float));
  return result;
}

class KernelTest : public ::testing::TestWithParam<const Kernel*> {
 protected:
  Values multiply(const TileShape& tile, const Values& a, const Values& b) const {
    Values c(std::size_t{tile.m} * tile.n, kNaN);
    GetParam()->matmul(c.data(), a.data(), b.data(), tile, true);
    return c;
  }
  Values relu(const Values& values) const {
    Values result(values.size(), 7.0F);
    GetParam()->relu(result.data(), values.data(), values.size());
    return result;
  }
};

INSTANTIATE_TEST_SUITE_P(All, KernelTest, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

TEST_P(KernelTest, IdentityReturnsTheOtherOperand) {
  std::mt19937 random(1);
  const TileShape tile{32, 32, 32};
  const Values values = random_values(tile.result().elements(), random);
  Values identity(tile.result().elements(), 0.0F);
  for (std::size_t i = 0; i < tile.m; ++i) {
    identity[i * tile.n + i] = 1.0F;
  }
  EXPECT_EQ(multiply(tile, identity, values), values);
  EXPECT_EQ(multiply(tile, values, identity), values);
}

TEST_P(KernelTest, SmallProductIsRowsTimesColumns) {
  // [1 2 3]   [ 7  8]   [1·7 + 2·9 + 3·11  1·8 + 2·10 + 3·12]   [ 58  64]
  // [4 5 6] · [ 9 10] = [4·7 + 5·9 + 6·11  4·8 + 5·10 + 6·12] = [139 154]
  //           [11 12]
  EXPECT_THAT(multiply({2, 2, 3}, {1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}),
              ElementsAre(58, 64, 139, 154));
}

TEST_P(KernelTest, ConstantTilesGiveDepthTimesProduct) {
  const TileShape tile{32, 32, 32};
  const Values a(tile.result().elements(), 2.0F);
  const Values b(tile.result().elements(), -3.0F);
  EXPECT_THAT(multiply(tile, a, b), Each(-192.0F));  // 32 · 2 · (-3) = -192
}

TEST_P(KernelTest, AccumulatesOverSteps) {
  const TileShape tile{32, 32, 32};
  const Values a(tile.result().elements(), 0.5F);
  const Values b(tile.result().elements(), 3.0F);
  Values c(tile.result().elements(), 1000.0F);
  for (int step = 0; step < 4; ++step) {
    GetParam()->matmul(c.data(), a.data(), b.data(), tile, step == 0);
  }
  EXPECT_THAT(c, Each(192.0F));  // cleared once, then 4 steps · 32 · 0.5 · 3 = 192
  GetParam()->matmul(c.data(), a.data(), b.data(), tile, false);
  EXPECT_THAT(c, Each(240.0F));  // 192 + 32 · 0.5 · 3 = 240
}

TEST_P(KernelTest, ClearIgnoresWhatWasThere) {
  const TileShape tile{9, 19, 2};  // every kind of block and panel tail
  const Values a(std::size_t{tile.m} * tile.k, 1.0F);
  const Values b(std::size_t{tile.k} * tile.n, 1.0F);
  for (const float garbage : {kNaN, kInf, -kInf, 1e38F}) {
    Values c(tile.result().elements(), garbage);
    GetParam()->matmul(c.data(), a.data(), b.data(), tile, true);
    EXPECT_THAT(c, Each(2.0F));  // 1·1 + 1·1 = 2
  }
}

void expect_close_to_double(const Kernel& kernel, const TileShape& tile, std::mt19937& random) {
  const Values a = random_values(std::size_t{tile.m} * tile.k, random);
  const Values b = random_values(std::size_t{tile.k} * tile.n, random);
  const Values before = random_values(std::size_t{tile.m} * tile.n, random);
  for (const bool clear : {false, true}) {
    constexpr float kGuard = 123.0F;  // behind the tile: must survive
    Values c = before;
    c.resize(before.size() + 16, kGuard);
    kernel.matmul(c.data(), a.data(), b.data(), tile, clear);
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::size_t row = i / tile.n;
      const std::size_t col = i % tile.n;
      double expected = clear ? 0.0 : double{before[i]};
      for (std::size_t step = 0; step < tile.k; ++step) {
        expected += double{a[row * tile.k + step]} * double{b[step * tile.n + col]};
      }
      ASSERT_NEAR(c[i], expected, 1e-5 + 1e-4 * std::abs(expected))
          << kernel.name << ' ' << tile.m << 'x' << tile.n << 'x' << tile.k << " at (" << row
          << ", " << col << "), clear " << clear;
    }
    for (std::size_t i = before.size(); i < c.size(); ++i) {
      ASSERT_EQ(c[i], kGuard) << tile.m << 'x' << tile.n << 'x' << tile.k;
    }
  }
}

TEST_P(KernelTest, EveryRowAndColumnCountMatchesDouble) {
  std::mt19937 random(2);
  for (std::uint32_t m = 1; m <= 20; ++m) {
    for (std::uint32_t n = 1; n <= 50; ++n) {
      ASSERT_NO_FATAL_FAILURE(expect_close_to_double(*GetParam(), {m, n, 3}, random));
    }
  }
}

TEST_P(KernelTest, RandomShapesMatchDouble) {
  std::mt19937 random(3);
  std::uniform_int_distribution<std::uint32_t> extent(1, 70);
  for (int round = 0; round < 200; ++round) {
    const TileShape tile{extent(random), extent(random), extent(random)};
    ASSERT_NO_FATAL_FAILURE(expect_close_to_double(*GetParam(), tile, random));
  }
}

TEST_P(KernelTest, TileEdgesMatchDouble) {
  std::mt19937 random(4);
  for (const std::uint32_t edge : {8U, 16U, 24U, 32U, 40U, 64U, 128U}) {
    ASSERT_NO_FATAL_FAILURE(expect_close_to_double(*GetParam(), {edge, edge, edge}, random));
  }
}

TEST_P(KernelTest, UnequalEdgesMatchDouble) {
  std::mt19937 random(8);
  for (const std::uint32_t m : {8U, 24U, 104U}) {
    for (const std::uint32_t n : {8U, 40U, 64U, 256U}) {
      for (const std::uint32_t k : {8U, 56U, 248U}) {
        ASSERT_NO_FATAL_FAILURE(expect_close_to_double(*GetParam(), {m, n, k}, random));
      }
    }
  }
}

TEST_P(KernelTest, BiasIsAddedToEveryRow) {
  std::mt19937 random(9);
  for (const TileShape tile : {TileShape{8, 8, 8}, {32, 32, 32}, {5, 19, 3}, {64, 24, 8}}) {
    const Values a = random_values(tile.left().elements(), random);
    const Values b = random_values(tile.right().elements(), random);
    const Values bias = random_values(tile.n, random);
    Values filled(tile.result().elements());
    for (std::size_t i = 0; i < filled.size(); ++i) {
      filled[i] = bias[i % tile.n];
    }
    GetParam()->matmul(filled.data(), a.data(), b.data(), tile, false);
    Values c(tile.result().elements() + 1, kNaN);
    GetParam()->matmul_bias(c.data(), a.data(), b.data(), bias.data(), tile);
    EXPECT_TRUE(std::isnan(c.back()));
    c.pop_back();
    EXPECT_EQ(c, filled);
  }
}

TEST_P(KernelTest, AddRowAddsItToEveryRow) {
  std::mt19937 random(10);
  for (const TileExtent tile : {TileExtent{8, 8}, {1, 24}, {7, 19}, {256, 64}}) {
    const Values a = random_values(tile.elements(), random);
    const Values row = random_values(tile.cols, random);
    Values expected(tile.elements());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = a[i] + row[i % tile.cols];
    }
    Values apart(tile.elements());
    GetParam()->add_row(apart.data(), a.data(), row.data(), tile);
    EXPECT_EQ(apart, expected);
    Values over = a;
    GetParam()->add_row(over.data(), over.data(), row.data(), tile);
    EXPECT_EQ(over, expected);
  }
}

TEST_P(KernelTest, MatmulCarriesNaNAndInfinity) {
  // Zeros are multiplied, not skipped: 0 · inf and inf - inf are NaN. 7 rows and 19 columns reach
  // the tails; columns repeat with period 4.
  const TileShape tile{7, 19, 2};
  Values a;
  for (std::uint32_t row = 0; row < tile.m; ++row) {
    a.insert(a.end(), {1.0F, 0.0F});
  }
  Values b(std::size_t{tile.k} * tile.n);
  for (std::uint32_t col = 0; col < tile.n; ++col) {
    b[col] = Values{kInf, kNaN, 5.0F, -kInf}[col % 4];
    b[tile.n + col] = Values{1.0F, 1.0F, kInf, -1.0F}[col % 4];
  }
  const Values c = multiply(tile, a, b);
  for (std::size_t i = 0; i < c.size(); ++i) {
    switch (i % tile.n % 4) {
      case 0: EXPECT_EQ(c[i], kInf); break;          // 1 · inf + 0 · 1
      case 1: EXPECT_TRUE(std::isnan(c[i])); break;  // 1 · NaN + 0 · 1
      case 2: EXPECT_TRUE(std::isnan(c[i])); break;  // 1 · 5 + 0 · inf
      default: EXPECT_EQ(c[i], -kInf); break;        // 1 · -inf + 0 · -1
    }
  }
}

TEST_P(KernelTest, ReluKeepsNaNInfinityAndSignedZeroBitByBit) {
  // Repeated to 11 lengths so that each value meets both the vector and the tail path.
  Values odd_nan(1);
  const std::uint32_t pattern = 0xFFC12345;  // a negative NaN with a payload
  std::memcpy(odd_nan.data(), &pattern, sizeof pattern);
  const Values in{kNaN, odd_nan[0], kInf, -kInf, 0.0F, -0.0F, 1e-45F, -1e-45F, 2.5F, -2.5F, 3e38F};
  const Values out{kNaN, odd_nan[0], kInf, 0.0F, 0.0F, -0.0F, 1e-45F, 0.0F, 2.5F, 0.0F, 3e38F};
  Values values;
  Values expected;
  for (int repeat = 0; repeat < 11; ++repeat) {
    values.insert(values.end(), in.begin(), in.end());
    expected.insert(expected.end(), out.begin(), out.end());
    EXPECT_EQ(bits(relu(values)), bits(expected));
  }
  GetParam()->relu(values.data(), values.data(), values.size());  // in place
  EXPECT_EQ(bits(values), bits(expected));
}

TEST_P(KernelTest, ReluIsTheReferenceBitByBit) {
  std::mt19937 random(5);
  std::uniform_int_distribution<std::uint32_t> any_bits;
  std::vector<std::uint32_t> patterns(100003);
  for (std::uint32_t& pattern : patterns) {
    pattern = any_bits(random);
  }
  Values values(patterns.size());
  std::memcpy(values.data(), patterns.data(), patterns.size() * sizeof(float));
  Values expected(values.size());
  reference_kernel().relu(expected.data(), values.data(), values.size());
  EXPECT_EQ(bits(relu(values)), bits(expected));
}

TEST_P(KernelTest, AddWritesOverEitherOperand) {
  for (const std::size_t count : {1U, 7U, 8U, 9U, 1024U, 1027U}) {
    Values a(count);
    Values b(count);
    Values expected(count);
    for (std::size_t i = 0; i < count; ++i) {
      a[i] = static_cast<float>(i);
      b[i] = static_cast<float>(2 * i + 1);
      expected[i] = static_cast<float>(3 * i + 1);  // i + 2i + 1
    }
    Values apart(count);
    GetParam()->add(apart.data(), a.data(), b.data(), count);
    EXPECT_EQ(apart, expected);
    Values over_a = a;
    GetParam()->add(over_a.data(), over_a.data(), b.data(), count);
    EXPECT_EQ(over_a, expected);
    Values over_b = b;
    GetParam()->add(over_b.data(), a.data(), over_b.data(), count);
    EXPECT_EQ(over_b, expected);
    GetParam()->add(a.data(), a.data(), a.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(a[i], static_cast<float>(2 * i));  // i + i
    }
  }
}

TEST_P(KernelTest, EveryElementIsOneChainOfFusedProductsInOrderOfK) {
  if (GetParam() == &reference_kernel()) {
    return;  // rounds twice
  }
  std::mt19937 random(11);
  std::vector<TileShape> tiles = {{23, 64, 64}, {24, 64, 64}, {24, 16, 256}, {256, 17, 255}};
  std::uniform_int_distribution<std::uint32_t> extent(1, 110);
  while (tiles.size() < 40) {
    tiles.push_back({extent(random), extent(random), extent(random)});
  }
  for (const TileShape& tile : tiles) {
    const Values a = random_values(tile.left().elements(), random);
    const Values b = random_values(tile.right().elements(), random);
    Values c = random_values(tile.result().elements(), random);
    Values expected = c;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      for (std::size_t step = 0; step < tile.k; ++step) {
        expected[i] =
            std::fma(a[i / tile.n * tile.k + step], b[step * tile.n + i % tile.n], expected[i]);
      }
    }
    GetParam()->matmul(c.data(), a.data(), b.data(), tile, false);
    EXPECT_EQ(bits(c), bits(expected)) << tile.m << 'x' << tile.n << 'x' << tile.k;
  }
}

TEST(KernelSelection, ReferenceIsAlwaysThere) {
  EXPECT_EQ(&select_kernel(KernelKind::kReference), &reference_kernel());
  EXPECT_STREQ(reference_kernel().name, "reference");
}

TEST(KernelSelection, AutoIsTheFastestThisCpuRuns) {
  const char* expected = cpu_has_avx2_fma() && avx2_kernel() != nullptr ? "avx2" : "reference";
  EXPECT_STREQ(select_kernel(KernelKind::kAuto).name, expected);
}

TEST(KernelSelection, Avx2IsRefusedOnACpuWithoutIt) {
  if (cpu_has_avx2_fma() && avx2_kernel() != nullptr) {
    EXPECT_EQ(&select_kernel(KernelKind::kAvx2), avx2_kernel());
    return;
  }
  try {
    select_kernel(KernelKind::kAvx2);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_STREQ(
        error.what(),
        "kernel 'avx2' needs a CPU with AVX2, FMA and F16C; allowed here: auto, reference");
  }
}

}  // namespace
}  // namespace tilewave
