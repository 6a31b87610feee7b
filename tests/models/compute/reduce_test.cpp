// Folds of strips and reductions of tiles: every extent, both axes, accumulating or not, in all kernels
// against plain loops.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "models/compute/run_vector_kernel.h"
#include "tests/support/kernels.h"

namespace tilewave {
namespace {

using Values = std::vector<float>;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Values random_values(std::size_t count, std::mt19937& random, float from = -2, float to = 2) {
  std::uniform_real_distribution<float> uniform(from, to);
  Values values(count);
  std::ranges::generate(values, [&] { return uniform(random); });
  return values;
}

/// The bits, so that NaN equals NaN.
std::vector<std::uint32_t> bits(const Values& values) {
  std::vector<std::uint32_t> all(values.size());
  std::ranges::transform(values, all.begin(),
                         [](float value) { return std::bit_cast<std::uint32_t>(value); });
  return all;
}

class Reduce : public ::testing::TestWithParam<const Kernel*> {};

INSTANTIATE_TEST_SUITE_P(All, Reduce, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

/// In double, from `before` on.
double folded(const FoldInfo& fold, const Values& values, double before) {
  for (const float value : values) {
    before = fold.combine(before, static_cast<double>(value));
  }
  return before;
}

TEST_P(Reduce, FoldsEveryCountUpTo100AlongBothAxes) {
  std::mt19937 random(1);
  ASSERT_EQ(GetParam()->folds.size(), kFoldCount);
  for (std::size_t id = 0; id < kFoldCount; ++id) {
    const FoldInfo& info = folds()[id];
    const StripFold& fold = GetParam()->folds[id];
    for (std::uint32_t count = 1; count <= 100; ++count) {
      const Values values = random_values(std::size_t{3} * count, random, 0.5F, 1.5F);
      for (const bool clear : {true, false}) {
        Values columns(4, 0.75F);
        fold.columns(columns.data(), values.data(), {3, count}, clear);
        Values rows(4, clear ? static_cast<float>(info.identity) : 0.75F);
        fold.rows(rows.data(), values.data(), {count, 3});
        for (std::size_t i = 0; i < 3; ++i) {
          const double before = clear ? info.identity : 0.75;
          const Values row(values.begin() + static_cast<std::ptrdiff_t>(i * count),
                           values.begin() + static_cast<std::ptrdiff_t>((i + 1) * count));
          Values column;
          for (std::size_t j = i; j < values.size(); j += 3) {
            column.push_back(values[j]);
          }
          const double expected = folded(info, row, before);
          ASSERT_NEAR(columns[i], expected, 1e-5 * std::abs(expected)) << info.word << " " << count;
          const double other = folded(info, column, before);
          ASSERT_NEAR(rows[i], other, 1e-5 * std::abs(other)) << info.word << " " << count;
        }
        ASSERT_EQ(columns[3], 0.75F);  // nothing is written behind
        ASSERT_EQ(rows[3], clear ? static_cast<float>(info.identity) : 0.75F);
      }
    }
  }
}

TEST_P(Reduce, NothingIsReadBehindARow) {
  // An infinity behind the last column would show in every fold.
  for (std::uint32_t count = 1; count <= 40; ++count) {
    for (std::size_t id = 0; id < kFoldCount; ++id) {
      Values values(count + 8, kNaN);
      std::fill_n(values.begin(), count, 1.0F);
      float result = 0;
      GetParam()->folds[id].columns(&result, values.data(), {1, count}, true);
      ASSERT_EQ(result, folds()[id].word == "sum" ? static_cast<float>(count) : 1.0F);
    }
  }
}

TEST_P(Reduce, NaNAndInfinitiesGoThroughAtEveryPlace) {
  const StripFold& max = GetParam()->folds[static_cast<std::size_t>(Fold::kMax)];
  const StripFold& min = GetParam()->folds[static_cast<std::size_t>(Fold::kMin)];
  for (std::uint32_t count = 1; count <= 40; ++count) {
    for (std::uint32_t at = 0; at < count; ++at) {
      for (std::size_t id = 0; id < kFoldCount; ++id) {
        Values values(count, 1.0F);
        values[at] = kNaN;
        float column = 0;
        GetParam()->folds[id].columns(&column, values.data(), {1, count}, true);
        float row = 1;
        GetParam()->folds[id].rows(&row, values.data(), {count, 1});
        ASSERT_TRUE(std::isnan(column) && std::isnan(row)) << folds()[id].word << " " << at;
      }
      Values values(count, -kInf);
      values[at] = -5;
      float result = 7;
      max.columns(&result, values.data(), {1, count}, true);
      ASSERT_EQ(result, -5);
      std::ranges::fill(values, kInf);
      values[at] = 5;
      min.columns(&result, values.data(), {1, count}, true);
      ASSERT_EQ(result, 5);
    }
    const Values masked(count, -kInf);  // nothing but what is masked
    float result = 7;
    max.columns(&result, masked.data(), {1, count}, true);
    ASSERT_EQ(result, -kInf);
  }
  float before = kNaN;
  const float one = 1;
  max.columns(&before, &one, {1, 1}, false);
  EXPECT_TRUE(std::isnan(before));
}

TEST_P(Reduce, OverRowsAllKernelsAgreeInEveryBit) {
  std::mt19937 random(2);
  for (std::size_t id = 0; id < kFoldCount; ++id) {
    for (const TileExtent tile : {TileExtent{7, 5}, {32, 32}, {256, 256}, {3, 100}}) {
      const Values values = random_values(tile.elements(), random);
      Values ours = random_values(tile.cols, random);
      Values others = ours;
      GetParam()->folds[id].rows(ours.data(), values.data(), tile);
      reference_kernel().folds[id].rows(others.data(), values.data(), tile);
      ASSERT_EQ(bits(ours), bits(others)) << folds()[id].word;
    }
  }
}

/// What a value's place in memory is makes no difference, nor what lies in its other rows.
TEST_P(Reduce, DependsOnTheValuesAlone) {
  std::mt19937 random(3);
  for (std::uint32_t count = 1; count <= 70; ++count) {
    const Values row = random_values(count, random);
    for (std::size_t id = 0; id < kFoldCount; ++id) {
      float alone = 0;
      GetParam()->folds[id].columns(&alone, row.data(), {1, count}, true);
      Values many(1, 9.0F);
      for (int copies = 0; copies < 3; ++copies) {
        many.insert(many.end(), row.begin(), row.end());
      }
      Values all(3);
      GetParam()->folds[id].columns(all.data(), many.data() + 1, {3, count}, true);
      ASSERT_EQ(bits(all), bits(Values(3, alone))) << folds()[id].word << " " << count;
    }
  }
}

/// What element (row, col) of the work tile needs of an operand.
float element(OperandForm form, const Values& operand, const TileExtent& work, std::size_t row,
              std::size_t col) {
  switch (form) {
    case OperandForm::kTile: return operand[row * work.cols + col];
    case OperandForm::kRow: return operand[col];
    case OperandForm::kColumn: return operand[row];
    case OperandForm::kFirstColumn: return operand[row * work.cols];
    case OperandForm::kValue: return operand[0];
  }
  return kNaN;
}

/// In double; from `before` on unless that is empty.
std::vector<double> expected_result(const VectorKernel& vector, const TileExtent& work,
                                    const std::vector<Values>& operands, const Values& before) {
  const FoldInfo& fold = fold_info(vector.reduction->fold);
  const bool columns = vector.reduction->over == FoldAxis::kColumns;
  std::vector<double> result(columns ? work.rows : work.cols, fold.identity);
  std::ranges::copy(before, result.begin());
  for (std::size_t row = 0; row < work.rows; ++row) {
    for (std::size_t col = 0; col < work.cols; ++col) {
      std::vector<double> values;
      for (std::size_t i = 0; i < operands.size(); ++i) {
        values.push_back(element(vector.operands[i].form, operands[i], work, row, col));
      }
      double& at = result[columns ? row : col];
      at = fold.combine(at, evaluate(vector.expression, values));
    }
  }
  return result;
}

TEST_P(Reduce, EveryFormOnEveryExtentAndOnManyStrips) {
  std::mt19937 random(4);
  std::vector<TileExtent> extents = {{256, 256}, {1, 256}, {256, 1},
                                     {100, 257}, {3, 600}, {600, 3}};
  for (std::uint32_t rows = 1; rows <= 19; rows += 2) {
    for (std::uint32_t cols = 1; cols <= 19; ++cols) {
      extents.push_back({rows, cols});
    }
  }
  for (const char* text :
       {"tile -> sum of columns | identity x0", "tile -> sum of rows | identity x0",
        "tile column -> sum of columns | sub x0 x1; exp t0", "tile row -> max of rows | sub x0 x1",
        "tile first_column -> min of columns | mul x0 x1", "row column -> sum of rows | mul x0 x1",
        "value tile -> max of columns | add x0 x1", "column -> sum of columns | abs x0",
        "tile -> product of columns | mul x0 0.01; add t0 1",
        "tile row column value -> sum of columns | add x0 x1; mul t0 x2; sub t1 x3"}) {
    const VectorKernel vector = parse_vector_kernel(text);
    PreparedVectorKernel prepared(*GetParam(), vector);
    for (const TileExtent& work : extents) {
      std::vector<Values> operands;
      std::vector<const void*> pointers;
      for (const KernelOperand& operand : vector.operands) {
        operands.push_back(random_values(operand_extent(operand, work).elements(), random));
      }
      std::ranges::transform(operands, std::back_inserter(pointers),
                             [](const Values& values) { return values.data(); });
      const std::size_t results =
          vector.reduction->over == FoldAxis::kColumns ? work.rows : work.cols;
      for (const bool clear : {true, false}) {
        const Values before = random_values(results, random);
        const std::vector<double> expected =
            expected_result(vector, work, operands, clear ? Values() : before);
        Values values = clear ? Values(results, kNaN) : before;
        values.push_back(kNaN);
        prepared.reduce(work, pointers, values.data(), clear);
        for (std::size_t i = 0; i < results; ++i) {
          const double bound =
              1e-5 * std::abs(expected[i]) +
              1e-5 * static_cast<double>(work.elements()) / static_cast<double>(results);
          ASSERT_NEAR(values[i], expected[i], bound) << text << " " << to_string(work) << " " << i;
        }
        ASSERT_TRUE(std::isnan(values.back())) << text;
      }
    }
  }
}

TEST_P(Reduce, TakesOperandsOfAllTypes) {
  const VectorKernel vector =
      parse_vector_kernel("tile:i8 row:i32 column:u8 -> sum of columns | mul x0 x1; add t0 x2");
  const TileExtent work{5, 19};
  std::mt19937 random(5);
  std::vector<std::int8_t> tile(work.elements());
  std::ranges::generate(tile, [&] { return static_cast<std::int8_t>(random()); });
  std::vector<std::int32_t> row(work.cols);
  std::ranges::generate(row, [&] { return static_cast<std::int32_t>(random() % 100); });
  std::vector<std::uint8_t> column(work.rows);
  std::ranges::generate(column, [&] { return static_cast<std::uint8_t>(random()); });
  Values sums(work.rows);
  PreparedVectorKernel prepared(*GetParam(), vector);
  prepared.reduce(work, std::vector<const void*>{tile.data(), row.data(), column.data()},
                  sums.data(), true);
  for (std::size_t i = 0; i < work.rows; ++i) {
    std::int64_t expected = 0;
    for (std::size_t j = 0; j < work.cols; ++j) {
      expected += std::int64_t{tile[i * work.cols + j]} * row[j] + column[i];
    }
    ASSERT_EQ(sums[i], static_cast<float>(expected)) << i;  // below 2^24: exact in any order
  }
}

TEST_P(Reduce, NothingIllegalIsRun) {
  PreparedVectorKernel plain(*GetParam(), parse_vector_kernel("tile | relu x0"));
  PreparedVectorKernel folding(*GetParam(), parse_vector_kernel("tile -> sum of rows | relu x0"));
  float value = 1;
  const std::vector<const void*> one = {&value};
  EXPECT_THROW(plain.reduce({1, 1}, one, &value, true), InternalError);
  EXPECT_THROW(folding.run({1, 1}, one, &value), InternalError);
  EXPECT_THROW(folding.reduce({1, 1}, {}, &value, true), InternalError);
}

}  // namespace
}  // namespace tilewave
