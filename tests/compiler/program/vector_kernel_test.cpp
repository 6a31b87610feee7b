// Vector kernels: text, check and extents.
#include "compiler/program/vector_kernel.h"

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
}

}  // namespace
}  // namespace tilewave
