// Vector kernels on tiles: every form of operand, extents up to and past a strip, in place, against
// the expression evaluated element by element.
#include "models/compute/run_vector_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
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

using Values = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Values random_values(std::size_t count, std::mt19937& random) {
  std::uniform_real_distribution<float> uniform(-2.0F, 2.0F);
  Values values(count);
  for (float& value : values) {
    value = uniform(random);
  }
  return values;
}

/// What element (row, col) of the result needs of an operand.
float element(OperandForm form, const Values& operand, const TileExtent& result, std::size_t row,
              std::size_t col) {
  switch (form) {
    case OperandForm::kTile: return operand[row * result.cols + col];
    case OperandForm::kRow: return operand[col];
    case OperandForm::kColumn: return operand[row];
    case OperandForm::kFirstColumn: return operand[row * result.cols];
    case OperandForm::kValue: return operand[0];
  }
  return kNaN;
}

std::vector<Values> random_operands(const VectorKernel& vector, const TileExtent& result,
                                    std::mt19937& random) {
  std::vector<Values> operands;
  for (const KernelOperand& operand : vector.operands) {
    operands.push_back(random_values(operand_extent(operand, result).elements(), random));
  }
  return operands;
}

std::vector<double> expected_result(const VectorKernel& vector, const TileExtent& result,
                                    const std::vector<Values>& operands) {
  std::vector<double> expected;
  for (std::size_t row = 0; row < result.rows; ++row) {
    for (std::size_t col = 0; col < result.cols; ++col) {
      std::vector<double> values;
      for (std::size_t i = 0; i < operands.size(); ++i) {
        values.push_back(element(vector.operands[i].form, operands[i], result, row, col));
      }
      expected.push_back(evaluate(vector.expression, values));
    }
  }
  return expected;
}

std::vector<const void*> pointers(const std::vector<Values>& operands) {
  std::vector<const void*> result;
  for (const Values& operand : operands) {
    result.push_back(operand.data());
  }
  return result;
}

void expect_close(const Values& values, const std::vector<double>& expected,
                  const std::string& what) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(values[i], expected[i], 1e-5 * std::fabs(expected[i]) + 1e-5)
        << what << ", element " << i;
  }
}

class RunVectorKernel : public ::testing::TestWithParam<const Kernel*> {
 protected:
  /// Apart from its operands, then over each operand that may be written over.
  void expect_right(const VectorKernel& vector, const TileExtent& result, std::mt19937& random) {
    PreparedVectorKernel prepared(*GetParam(), vector);
    ASSERT_NO_FATAL_FAILURE(expect_right(prepared, vector, result, random));
  }
  void expect_right(PreparedVectorKernel& prepared, const VectorKernel& vector,
                    const TileExtent& result, std::mt19937& random) {
    const std::string what = to_text(vector) + " on " + to_string(result);
    const std::vector<Values> operands = random_operands(vector, result, random);
    const std::vector<double> expected = expected_result(vector, result, operands);
    Values apart(result.elements() + 1, kNaN);
    prepared.run(result, pointers(operands), apart.data());
    ASSERT_NO_FATAL_FAILURE(expect_close(apart, expected, what));
    ASSERT_TRUE(std::isnan(apart.back())) << what;
    for (std::size_t over = 0; over < operands.size(); ++over) {
      if (operand_extent(vector.operands[over], result) == result) {
        std::vector<Values> copies = operands;
        prepared.run(result, pointers(copies), copies[over].data());
        ASSERT_NO_FATAL_FAILURE(
            expect_close(copies[over], expected, what + " over operand " + std::to_string(over)));
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(All, RunVectorKernel, ::testing::ValuesIn(runnable_kernels()),
                         [](const auto& kernel) { return std::string(kernel.param->name); });

TEST_P(RunVectorKernel, EveryFormOnEveryExtentUpTo33) {
  std::mt19937 random(1);
  for (const char* text :
       {"tile | tanh x0", "tile tile | add x0 x1", "tile row | add x0 x1; relu t0",
        "tile column | mul x1 x0", "tile first_column | sub x0 x1", "tile value | mul x0 x1",
        "row column | add x0 x1", "value | exp x0", "row | neg x0", "first_column | abs x0",
        "tile row column first_column | mul x0 x1; sub t0 x2; mul t1 x3; add t2 x0"}) {
    const VectorKernel vector = parse_vector_kernel(text);
    PreparedVectorKernel prepared(*GetParam(), vector);
    for (std::uint32_t rows = 1; rows <= 33; ++rows) {
      for (std::uint32_t cols = 1; cols <= 33; ++cols) {
        ASSERT_NO_FATAL_FAILURE(expect_right(prepared, vector, {rows, cols}, random));
      }
    }
  }
}

TEST_P(RunVectorKernel, ExtentsOfManyStrips) {
  std::mt19937 random(2);
  for (const char* text : {"tile tile | add x0 x1", "tile tile | mul x0 x1; add t0 x0; sub t1 x1",
                           "tile row column value | add x0 x1; add t0 x2; mul t1 x3; mul t2 0.5",
                           "first_column tile | sub x1 x0; mul t0 t0"}) {
    for (const TileExtent extent : {TileExtent{256, 256},
                                    {3, 511},
                                    {3, 512},
                                    {3, 513},
                                    {2, 3000},
                                    {513, 1},
                                    {1, 513},
                                    {256, 40},
                                    {100, 257}}) {
      ASSERT_NO_FATAL_FAILURE(expect_right(parse_vector_kernel(text), extent, random));
    }
  }
}

TEST_P(RunVectorKernel, OneTileMayBeSeveralOperandsAndTheResult) {
  std::mt19937 random(3);
  const VectorKernel vector =
      parse_vector_kernel("tile first_column row value | sub x0 x1; mul t0 x2; add t1 x3");
  for (const TileExtent extent : {TileExtent{1, 1}, {5, 7}, {32, 32}, {64, 40}, {3, 600}}) {
    const Values tile = random_values(extent.elements(), random);
    const std::vector<double> expected = expected_result(vector, extent, {tile, tile, tile, tile});
    Values over = tile;
    const std::vector<const void*> operands(4, over.data());
    run_vector_kernel(*GetParam(), vector, extent, operands, over.data());
    ASSERT_NO_FATAL_FAILURE(expect_close(over, expected, to_string(extent)));
  }
}

/// Values stay bounded, so that the bound of the comparison is meaningful.
VectorKernel random_kernel(std::mt19937& random) {
  VectorKernel vector;
  const std::size_t operands = 1 + random() % kMaxMapOperands;
  for (std::size_t i = 0; i < operands; ++i) {
    vector.operands.push_back(static_cast<OperandForm>(random() % kOperandFormCount));
  }
  const std::size_t steps = operands + random() % (random() % 8 == 0 ? 60 : 8);
  for (std::size_t i = 0; i < steps; ++i) {
    const auto any = [&] {
      const std::size_t choice = random() % (operands + i + 1);
      return choice < operands       ? Argument::operand(choice)
             : choice < operands + i ? Argument::step(choice - operands)
                                     : Argument::number(static_cast<float>(random() % 8) / 4 - 1);
    };
    if (i < operands) {  // every operand is read
      vector.expression.steps.push_back(make_step("max", {Argument::operand(i), any()}));
    } else if (random() % 2 == 0) {
      vector.expression.steps.push_back(make_step("clip", {any()}, {-3.0F, 2.5F}));
    } else {
      vector.expression.steps.push_back(
          make_step(random() % 2 == 0 ? "min" : "max", {any(), any()}));
    }
  }
  return vector;
}

TEST_P(RunVectorKernel, RandomExpressionsAreExact) {
  // Only of functions that do not round: a strip handed on too early would show.
  std::mt19937 random(4);
  for (int round = 0; round < 500; ++round) {
    const VectorKernel vector = random_kernel(random);
    ASSERT_EQ(kernel_problem(vector), "");
    const TileExtent extent{static_cast<std::uint32_t>(1 + random() % 40),
                            static_cast<std::uint32_t>(1 + random() % 40)};
    const std::vector<Values> operands = random_operands(vector, extent, random);
    const std::vector<double> expected = expected_result(vector, extent, operands);
    Values values(extent.elements());
    run_vector_kernel(*GetParam(), vector, extent, pointers(operands), values.data());
    ASSERT_EQ(std::vector<double>(values.begin(), values.end()), expected) << to_text(vector);
  }
}

TEST_P(RunVectorKernel, FunctionsOfIntegersReadThemAsTheyAre) {
  // A tile is read in both ways, and so are constants; a sum of f32 would lose the lower bits.
  const VectorKernel vector = parse_vector_kernel(
      "tile:i32 row:u8 column:i8 value:i32 -> i32 | rescale x0 x1 x2 div=8; rescale x3 2 -5; "
      "mul x0 0; add t0 t1; add t3 t2");
  const TileExtent extent{37, 45};
  std::mt19937 random(6);
  std::vector<std::int32_t> tile(extent.elements());
  std::ranges::generate(tile, [&random] { return static_cast<std::int32_t>(random()) >> 10; });
  std::vector<std::uint8_t> row(extent.cols);
  std::ranges::generate(row, [&random] { return static_cast<std::uint8_t>(random()); });
  std::vector<std::int8_t> column(extent.rows);
  std::ranges::generate(column, [&random] { return static_cast<std::int8_t>(random()); });
  const std::int32_t value = 16777217;  // no number of f32
  std::vector<std::int32_t> result(extent.elements());
  run_vector_kernel(*GetParam(), vector, extent,
                    std::vector<const void*>{tile.data(), row.data(), column.data(), &value},
                    result.data());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t scaled =
        std::int64_t{tile[i]} * row[i % extent.cols] + column[i / extent.cols] + 4;
    const std::int64_t first = std::clamp<std::int64_t>(scaled >> 3U, -16777216, 16777216);
    ASSERT_EQ(result[i], static_cast<std::int32_t>(static_cast<float>(first) + 16777216.0F))
        << i;  // 2 · 16777217 − 5, clipped
  }
}

TEST_P(RunVectorKernel, MayBeCopiedAndGrow) {
  std::mt19937 random(5);
  const VectorKernel vector = parse_vector_kernel("tile row | mul x0 0.5; add t0 x1; add t1 2");
  PreparedVectorKernel first(*GetParam(), vector);
  ASSERT_NO_FATAL_FAILURE(expect_right(first, vector, {4, 4}, random));
  PreparedVectorKernel second = first;
  ASSERT_NO_FATAL_FAILURE(expect_right(second, vector, {2, 5000}, random));
  ASSERT_NO_FATAL_FAILURE(expect_right(first, vector, {40, 40}, random));
  ASSERT_NO_FATAL_FAILURE(expect_right(second, vector, {9, 9}, random));
}

TEST_P(RunVectorKernel, NothingIllegalIsRun) {
  VectorKernel vector = parse_vector_kernel("tile | relu x0");
  PreparedVectorKernel prepared(*GetParam(), vector);
  EXPECT_THROW(prepared.run({1, 1}, {}, nullptr), InternalError);
  vector.operands.push_back(OperandForm::kRow);
  EXPECT_THROW(PreparedVectorKernel(*GetParam(), vector), InternalError);
  prepared.run({0, 5}, std::vector<const void*>{nullptr}, nullptr);
}

}  // namespace
}  // namespace tilewave
