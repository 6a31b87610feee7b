// Vector kernels: text, check and extents.
#include "compiler/program/vector_kernel.h"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

using enum OperandForm;
using ::testing::StartsWith;

std::string error_of(std::string_view text) {
  try {
    parse_vector_kernel(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(VectorKernel, IsFormsAndAnExpression) {
  const VectorKernel kernel = parse_vector_kernel("tile row | add x0 x1; relu t0");
  EXPECT_THAT(kernel.operands, ::testing::ElementsAre(kTile, kRow));
  EXPECT_EQ(kernel.expression, parse_expression("add x0 x1; relu t0"));
  for (const char* text : {"tile row | add x0 x1; relu t0", "value | exp x0",
                           "first_column column tile | sub x2 x0; div t0 x1"}) {
    EXPECT_EQ(to_text(parse_vector_kernel(text)), text);
    EXPECT_EQ(parse_vector_kernel(to_text(parse_vector_kernel(text))), parse_vector_kernel(text));
  }
  EXPECT_EQ(parse_vector_kernel("\ttile\n|relu x0"), parse_vector_kernel("tile | relu x0"));
}

TEST(VectorKernel, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(error_of("relu x0"),
            "a vector kernel is the forms of its operands, '|' and an expression, such as "
            "'tile row | add x0 x1', not 'relu x0'");
  EXPECT_EQ(error_of("| add 1 2"), "a vector kernel of 0 operands; allowed: 1 to 4");
  EXPECT_EQ(error_of("tile tile tile tile tile | relu x0"),
            "a vector kernel of more than 4 operands; allowed: 1 to 4");
  EXPECT_EQ(error_of("tile rows | add x0 x1"),
            "unknown form 'rows' of operand x1; allowed: tile, row, column, first_column, value; "
            "did you mean 'row'?");
  EXPECT_EQ(error_of("tile | add x0 x1"), "step t0: no operand x1; there are 1");
  EXPECT_EQ(error_of("tile tile | relu x0"), "no step reads operand x1");
  EXPECT_THAT(error_of("tile | "), StartsWith("step t0: empty"));
  EXPECT_THAT(error_of("tile | relu | x0"), StartsWith("step t0: bad argument '|'"));
  EXPECT_THAT(error_of(std::string(8'000'000, 't') + "|"), StartsWith("unknown form 'tttt"));
}

TEST(VectorKernel, MayHaveAReduction) {
  const VectorKernel kernel =
      parse_vector_kernel("tile column -> sum of columns | sub x0 x1; exp t0");
  EXPECT_EQ(kernel.reduction, (Reduction{Fold::kSum, FoldAxis::kColumns}));
  EXPECT_EQ(kernel.result, ElementType::kF32);
  for (const char* text :
       {"tile column -> sum of columns | sub x0 x1; exp t0",
        "tile:bf16 -> max of columns | identity x0", "tile:i8 row -> min of rows | add x0 x1",
        "value -> product of rows | mul x0 2"}) {
    EXPECT_EQ(to_text(parse_vector_kernel(text)), text);
    EXPECT_EQ(parse_vector_kernel(to_text(parse_vector_kernel(text))), parse_vector_kernel(text));
  }
  EXPECT_EQ(parse_vector_kernel("tile\t->  max of\nrows|relu x0"),
            parse_vector_kernel("tile -> max of rows | relu x0"));
  EXPECT_NE(parse_vector_kernel("tile -> max of rows | relu x0"),
            parse_vector_kernel("tile -> max of columns | relu x0"));
  EXPECT_NE(parse_vector_kernel("tile -> max of rows | relu x0"),
            parse_vector_kernel("tile | relu x0"));
}

TEST(VectorKernel, WhatIsNoResultIsNamed) {
  EXPECT_EQ(
      error_of("tile -> mean of rows | relu x0"),
      "unknown type or fold 'mean' of the result; allowed: f32, bf16, f16, i8, u8, i32, sum, max, "
      "min, product");
  EXPECT_EQ(
      error_of("tile -> maxx of rows | relu x0"),
      "unknown type or fold 'maxx' of the result; allowed: f32, bf16, f16, i8, u8, i32, sum, max, "
      "min, product; did you mean 'max'?");
  EXPECT_EQ(
      error_of("tile -> i9 | relu x0"),
      "unknown type or fold 'i9' of the result; allowed: f32, bf16, f16, i8, u8, i32, sum, max, "
      "min, product; did you mean 'i8'?");
  EXPECT_EQ(error_of("tile -> sum | relu x0"),
            "expected 'of columns' or 'of rows' behind 'sum', found ''");
  EXPECT_EQ(error_of("tile -> sum of row | relu x0"),
            "expected 'of columns' or 'of rows' behind 'sum', found 'of row'");
  EXPECT_EQ(error_of("tile -> sum columns | relu x0"),
            "expected 'of columns' or 'of rows' behind 'sum', found 'columns'");
  EXPECT_EQ(error_of("tile -> sum of rows i8 | relu x0"),
            "expected '|' behind the result's fold, found 'i8'");
  EXPECT_EQ(error_of("tile -> i8 sum of rows | relu x0"),
            "expected '|' behind the result's type, found 'sum'");
}

TEST(VectorKernel, ProblemsOfAReductionAreNamed) {
  VectorKernel kernel = parse_vector_kernel("tile -> sum of rows | relu x0");
  kernel.result = ElementType::kI8;
  EXPECT_EQ(kernel_problem(kernel), "a reduction whose result is of i8; allowed: f32");
  kernel.reduction->fold = static_cast<Fold>(kFoldCount);
  EXPECT_EQ(kernel_problem(kernel), "a reduction by fold 4; allowed: 0 to 3");
  kernel.reduction = Reduction{Fold::kSum, static_cast<FoldAxis>(kFoldAxisCount)};
  EXPECT_EQ(kernel_problem(kernel), "a reduction by axis 2; allowed: 0 to 1");
}

TEST(VectorKernel, AReductionWorksOnMoreThanItsResult) {
  const TileExtent column{7, 1};
  const TileExtent row{1, 5};
  EXPECT_EQ(work_tile(parse_vector_kernel("tile | relu x0"), {7, 5}, 0), (TileExtent{7, 5}));
  EXPECT_EQ(work_tile(parse_vector_kernel("tile -> sum of columns | relu x0"), column, 9),
            (TileExtent{7, 9}));
  EXPECT_EQ(work_tile(parse_vector_kernel("tile -> sum of rows | relu x0"), row, 9),
            (TileExtent{9, 5}));
}

TEST(VectorKernel, AFoldIsASimplePassAndATreeOverTheLanes) {
  constexpr std::array<std::uint32_t, kCostClassCount> kCost = {0, 1, 2, 4, 8, 16};
  const auto passes_of = [&](const char* text) { return passes(parse_vector_kernel(text), kCost); };
  EXPECT_EQ(passes_of("tile | identity x0"), 1U);
  EXPECT_EQ(passes_of("tile -> sum of rows | identity x0"), 1U);
  EXPECT_EQ(passes_of("tile -> product of rows | relu x0"), 1U);
  EXPECT_EQ(passes_of("tile column -> sum of columns | sub x0 x1; exp t0"), 10U);  // 1 + 8 + 1
  const VectorKernel columns = parse_vector_kernel("tile -> sum of columns | relu x0");
  EXPECT_EQ(fold_cycles(columns, 1, 32), 5U);
  EXPECT_EQ(fold_cycles(columns, 32, 32), 5U);
  EXPECT_EQ(fold_cycles(columns, 33, 32), 10U);
  EXPECT_EQ(fold_cycles(columns, 256, 48), 36U);  // ⌈256 / 48⌉ · ⌈log2(48)⌉
  EXPECT_EQ(fold_cycles(columns, 9, 1), 0U);
  EXPECT_EQ(fold_cycles(parse_vector_kernel("tile -> sum of rows | relu x0"), 32, 32), 0U);
  EXPECT_EQ(fold_cycles(parse_vector_kernel("tile | relu x0"), 32, 32), 0U);
}

TEST(VectorKernel, ProblemsAreNamed) {
  VectorKernel kernel{{kTile}, apply("relu")};
  EXPECT_EQ(kernel_problem(kernel), "");
  kernel.operands[0] = static_cast<OperandForm>(kOperandFormCount);
  EXPECT_EQ(kernel_problem(kernel), "operand x0 has form 5; allowed: 0 to 4");
  kernel.operands.clear();
  EXPECT_EQ(kernel_problem(kernel), "a vector kernel of 0 operands; allowed: 1 to 4");
  kernel = {{kTile, kTile}, apply("relu")};
  EXPECT_EQ(kernel_problem(kernel), "no step reads operand x1");
}

TEST(VectorKernel, ReadsOfAnOperandWhatItsFormSays) {
  const TileExtent result{7, 5};
  EXPECT_EQ(operand_extent(kTile, result), (TileExtent{7, 5}));
  EXPECT_EQ(operand_extent(kRow, result), (TileExtent{1, 5}));
  EXPECT_EQ(operand_extent(kColumn, result), (TileExtent{7, 1}));
  EXPECT_EQ(operand_extent(kFirstColumn, result), (TileExtent{7, 5}));
  EXPECT_EQ(operand_extent(kValue, result), (TileExtent{1, 1}));
  EXPECT_THROW(operand_extent(static_cast<OperandForm>(9), result), InternalError);
  EXPECT_THROW(to_string(static_cast<OperandForm>(9)), InternalError);
  EXPECT_THROW(to_string(static_cast<FoldAxis>(9)), InternalError);
}

}  // namespace
}  // namespace tilewave
