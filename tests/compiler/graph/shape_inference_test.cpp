// What shape a map or a matmul with an expression has, and which operands it refuses.
#include "compiler/graph/shape_inference.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tilewave {
namespace {

/// "4x6", or the problem.
std::string inferred(Operator oper, const std::vector<Shape>& shapes) {
  oper.inputs.resize(shapes.size());
  const InferredShape result = infer_shape(oper, shapes);
  return result.problem.empty() ? to_string(result.shape) : result.problem;
}

Operator map(const std::string& expression) {
  return {.kind = OperatorKind::kMap, .map = parse_expression(expression)};
}

Operator matmul(const std::string& expression, bool has_bias = false) {
  return {.kind = OperatorKind::kMatMul,
          .has_bias = has_bias,
          .map = expression.empty() ? Expression{} : parse_expression(expression)};
}

TEST(ShapeInference, MapsBroadcastRowsColumnsAndValues) {
  const Operator add = map("add x0 x1");
  const struct {
    Shape a;
    Shape b;
    const char* expected;
  } table[] = {
      {{4, 6}, {4, 6}, "4x6"}, {{4, 6}, {1, 6}, "4x6"}, {{4, 6}, {4, 1}, "4x6"},
      {{4, 6}, {1, 1}, "4x6"}, {{4, 1}, {1, 6}, "4x6"},  // a column and a row: both stretched
      {{1, 6}, {1, 1}, "1x6"}, {{4, 1}, {1, 1}, "4x1"}, {{1, 1}, {1, 1}, "1x1"},
      {{1, 6}, {1, 6}, "1x6"}, {{4, 1}, {4, 1}, "4x1"},
  };
  for (const auto& [a, b, expected] : table) {
    EXPECT_EQ(inferred(add, {a, b}), expected);
    EXPECT_EQ(inferred(add, {b, a}), expected);
  }
  // A result may be larger than every operand, of three and four too.
  const Operator four = map("add x0 x1; add x2 x3; mul t0 t1");
  EXPECT_EQ(inferred(four, {{4, 1}, {1, 1}, {1, 6}, {4, 1}}), "4x6");
}

TEST(ShapeInference, RefusesMapsThatDoNotBroadcast) {
  const std::string rule = " do not broadcast: each extent has to be equal or 1";
  const Operator add = map("add x0 x1");
  EXPECT_EQ(inferred(add, {{4, 6}, {4, 5}}), "shapes 4x6 and 4x5" + rule);
  EXPECT_EQ(inferred(add, {{4, 6}, {1, 5}}), "shapes 4x6 and 1x5" + rule);
  EXPECT_EQ(inferred(add, {{4, 6}, {2, 1}}), "shapes 4x6 and 2x1" + rule);
  EXPECT_EQ(inferred(add, {{4, 6}, {6, 4}}), "shapes 4x6 and 6x4" + rule);
  EXPECT_EQ(inferred(map("add x0 x1; mul t0 x2"), {{4, 1}, {1, 6}, {3, 1}}),
            "shapes 4x1, 1x6 and 3x1" + rule);
}

TEST(ShapeInference, AnExpressionDoesNotEnlargeItsProduct) {
  const std::string rule = " do not broadcast to that of the product";
  const Operator add = matmul("add x0 x1");
  for (const Shape& other : {Shape{4, 6}, {1, 6}, {4, 1}, {1, 1}}) {
    EXPECT_EQ(inferred(add, {{4, 5}, {5, 6}, other}), "4x6") << to_string(other);
  }
  EXPECT_EQ(inferred(add, {{4, 5}, {5, 6}, {4, 5}}), "shapes 4x6 and 4x5" + rule);
  EXPECT_EQ(inferred(add, {{1, 5}, {5, 6}, {4, 6}}), "shapes 1x6 and 4x6" + rule);
  EXPECT_EQ(inferred(add, {{4, 5}, {5, 1}, {1, 6}}), "shapes 4x1 and 1x6" + rule);
  EXPECT_EQ(inferred(matmul("add x0 x1", true), {{4, 5}, {5, 6}, {1, 6}, {4, 1}}), "4x6");
  EXPECT_EQ(inferred(matmul("add x0 x1", true), {{4, 5}, {5, 6}, {4, 1}, {1, 6}}),
            "bias 4x1 is not the row vector 1x6");
}

TEST(ShapeInference, EveryOperandIsReadAndEveryReadOneExists) {
  EXPECT_EQ(inferred(map("relu x0"), {{4, 6}, {4, 6}}), "no step reads operand x1");
  EXPECT_EQ(inferred(map("add x0 x1"), {{4, 6}}), "step t0: no operand x1; there are 1");
  EXPECT_EQ(inferred(matmul("relu x0"), {{4, 5}, {5, 6}, {1, 6}}), "no step reads operand x1");
  EXPECT_EQ(inferred(matmul(""), {{4, 5}, {5, 6}, {1, 6}}),
            "operands without an expression that reads them");
  EXPECT_EQ(inferred(matmul("", true), {{4, 5}, {5, 6}}), "wrong number of operands");
  Operator both = matmul("relu x0");
  both.relu = true;
  EXPECT_EQ(inferred(both, {{4, 5}, {5, 6}}), "a ReLU and an expression");
  Operator biased = map("relu x0");
  biased.has_bias = true;
  EXPECT_EQ(inferred(biased, {{4, 6}}), "a bias or a ReLU of a map");
  EXPECT_EQ(inferred({.kind = OperatorKind::kCopy}, {{4, 6}}), "4x6");
  EXPECT_EQ(inferred({.kind = OperatorKind::kCopy}, {{4, 6}, {4, 6}}), "a copy takes one operand");
}

TEST(ShapeInference, FactorsMayBeTransposed) {
  const auto product = [](bool a, bool b, const std::vector<Shape>& shapes) {
    return inferred({.kind = OperatorKind::kMatMul, .transposed = {a, b}}, shapes);
  };
  EXPECT_EQ(product(false, true, {{4, 6}, {5, 6}}), "4x5");
  EXPECT_EQ(product(true, false, {{6, 4}, {6, 5}}), "4x5");
  EXPECT_EQ(product(true, true, {{6, 4}, {5, 6}}), "4x5");
  EXPECT_EQ(product(false, true, {{4, 6}, {6, 5}}), "inner dimensions 6 and 5 differ");
}

TEST(ShapeInference, AReduceFoldsWhatItsOperandsBroadcastTo) {
  const auto reduce = [](FoldAxis over, const std::vector<Shape>& shapes) {
    Operator oper = map(shapes.size() == 1 ? "exp x0" : "sub x0 x1");
    oper.kind = OperatorKind::kReduce;
    oper.reduction.over = over;
    return inferred(oper, shapes);
  };
  EXPECT_EQ(reduce(FoldAxis::kColumns, {{4, 6}}), "4x1");
  EXPECT_EQ(reduce(FoldAxis::kRows, {{4, 6}}), "1x6");
  EXPECT_EQ(reduce(FoldAxis::kColumns, {{4, 1}, {1, 6}}), "4x1");
  EXPECT_EQ(reduce(FoldAxis::kRows, {{4, 6}, {4, 5}}),
            "shapes 4x6 and 4x5 do not broadcast: each extent has to be equal or 1");
  EXPECT_EQ(inferred({.kind = OperatorKind::kReduce}, {}), "a reduce reads at least one tensor");
  Operator biased = map("relu x0");
  biased.kind = OperatorKind::kReduce;
  biased.relu = true;
  EXPECT_EQ(inferred(biased, {{4, 6}}), "a bias or a ReLU of a reduce");
}

TEST(ShapeInference, ASliceIsWithinItsOperand) {
  const auto slice = [](const ElementRange& range, const std::vector<Shape>& shapes) {
    return inferred({.kind = OperatorKind::kSlice, .range = range}, shapes);
  };
  EXPECT_EQ(slice({0, 4, 0, 6}, {{4, 6}}), "4x6");
  EXPECT_EQ(slice({3, 4, 1, 6}, {{4, 6}}), "1x5");
  EXPECT_EQ(slice({0, 5, 0, 6}, {{4, 6}}), "no elements 0:5 0:6; allowed: within 0:4 0:6");
  EXPECT_EQ(slice({0, 4, 0, 7}, {{4, 6}}), "no elements 0:4 0:7; allowed: within 0:4 0:6");
  EXPECT_EQ(slice({2, 2, 0, 6}, {{4, 6}}), "no elements 2:2 0:6; allowed: within 0:4 0:6");
  EXPECT_EQ(slice({0, 4, 3, 2}, {{4, 6}}), "no elements 0:4 3:2; allowed: within 0:4 0:6");
  EXPECT_EQ(slice({0, 4, 0, 6}, {{4, 6}, {4, 6}}), "a slice takes one operand");
}

TEST(ShapeInference, AConcatHasPartsThatFit) {
  const auto concat = [](MatrixAxis axis, const std::vector<Shape>& shapes) {
    return inferred({.kind = OperatorKind::kConcat, .axis = axis}, shapes);
  };
  EXPECT_EQ(concat(MatrixAxis::kRows, {{4, 6}, {1, 6}, {2, 6}}), "7x6");
  EXPECT_EQ(concat(MatrixAxis::kColumns, {{4, 6}, {4, 1}}), "4x7");
  EXPECT_EQ(concat(MatrixAxis::kRows, {{4, 6}, {4, 6}, {4, 5}}),
            "shapes 4x6 and 4x5 have not as many columns");
  EXPECT_EQ(concat(MatrixAxis::kColumns, {{4, 6}, {3, 6}}),
            "shapes 4x6 and 3x6 have not as many rows");
  EXPECT_EQ(concat(MatrixAxis::kRows, {{4, 6}}), "a concat takes two operands or more");
}

}  // namespace
}  // namespace tilewave
