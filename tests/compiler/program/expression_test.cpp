// Expressions: made, checked, evaluated and composed.
#include "compiler/program/expression.h"

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

double value(std::string_view text, const std::vector<double>& operands) {
  return evaluate(parse_expression(text), operands);
}

TEST(Expression, FunctionsOfIntegersTakeNothingElse) {
  const auto problem = [](const std::string& text, std::size_t operands) {
    try {
      return expression_problem(parse_expression(text), operands);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(problem("rescale x0 x1 x2 div=3", 3), "");
  EXPECT_EQ(problem("rescale x0 -2147483648 7", 1), "");
  EXPECT_EQ(problem("relu x0; rescale t0 1 2", 1),
            "step t1: rescale of t0; allowed: operands of integers and whole numbers");
  EXPECT_EQ(problem("rescale x0 1.5 0", 1),
            "step t0: rescale of 1.5; allowed: whole numbers of 32 bits");
  EXPECT_EQ(problem("rescale x0 2147483648 0", 1),
            "step t0: rescale of 2147483648; allowed: whole numbers of 32 bits");
  for (const std::string div : {"0", "0.5", "-4", "nan", "inf", "4294967296"}) {
    EXPECT_EQ(problem("rescale x0 1 0 div=" + div, 1),
              "step t0: rescale: div=" +
                  to_text(parse_expression("mul x0 " + div).steps[0].arguments[1].constant) +
                  "; allowed: whole numbers from 1 to 2147483648");
  }
  const Expression both = parse_expression("rescale x0 x1 3; mul t0 x2");
  using enum ElementType;
  EXPECT_EQ(integers_problem(both, std::array{kI32, kU8, kF32}), "");
  EXPECT_EQ(integers_problem(both, std::array{kI32, kF16, kF32}),
            "step t0: rescale of x1, which is of f16; allowed: i8, u8 or i32");
}

TEST(Expression, IsEvaluatedStepByStep) {
  EXPECT_EQ(value("add x0 x1", {2, 3}), 5);
  EXPECT_EQ(value("sub x1 x0; mul t0 t0; add t1 0.5", {2, 5}), 9.5);  // (5 - 2)² + 0.5
  EXPECT_EQ(value("leakyrelu x0 alpha=0.5", {-4}), -2);
  EXPECT_EQ(value("add x0 x1; add x2 x3; sub t0 t1", {1, 2, 3, 5}), -5);  // 3 - 8
}

TEST(Expression, ConstantsAreFloats) { EXPECT_EQ(value("mul x0 0.1", {1}), double{0.1F}); }

TEST(Expression, OfOneFunctionHasItsOperandsAndDefaults) {
  EXPECT_EQ(to_text(apply("add")), "add x0 x1");
  EXPECT_EQ(to_text(apply("selu")), "selu x0");
  const Expression leaky{{make_step("leakyrelu", {Argument::operand(2)}, {0.25F})}};
  EXPECT_EQ(to_text(leaky), "leakyrelu x2 alpha=0.25");
  EXPECT_THROW(apply("swish"), InternalError);
  EXPECT_THROW(make_step("add", {Argument::operand(0)}), InternalError);
  EXPECT_THROW(make_step("relu", {Argument::operand(0)}, {1.0F}), InternalError);
}

TEST(Expression, OperandsAreCountedToTheHighest) {
  EXPECT_EQ(operand_count(Expression{}), 0);
  EXPECT_EQ(operand_count(parse_expression("add 1 2")), 0);
  EXPECT_EQ(operand_count(parse_expression("relu x2")), 3);
}

TEST(Expression, IsComparedBitByBit) {
  const auto number = [](float value) {
    return Expression{{make_step("relu", {Argument::number(value)})}};
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(number(nan), number(nan));
  EXPECT_NE(number(nan), number(-nan));
  EXPECT_NE(number(0.0F), number(-0.0F));
  EXPECT_NE(parse_expression("elu x0"), parse_expression("elu x0 alpha=2"));
  EXPECT_NE(parse_expression("elu x0"), parse_expression("celu x0"));
  EXPECT_EQ(parse_expression("elu x0"), parse_expression("elu x0 alpha=1"));
}

TEST(Expression, ProblemsAreNamed) {
  const auto problem = [](std::string_view text, std::size_t operands) {
    return expression_problem(parse_expression(text), operands);
  };
  EXPECT_EQ(problem("add x0 x1", 2), "");
  EXPECT_EQ(problem("add x0 x1", 1), "step t0: no operand x1; there are 1");
  EXPECT_EQ(problem("relu x0; add t0 x3", 2), "step t1: no operand x3; there are 2");
  EXPECT_EQ(problem("add x0 x2", 3), "no step reads operand x1");
  EXPECT_EQ(problem("add x0 x2", 5), "5 operands; allowed: up to 4");
  EXPECT_EQ(problem("add 1 2", 0), "");
  EXPECT_EQ(expression_problem(Expression{}, 1), "an expression of 0 steps; allowed: 1 to 64");
  Expression longest{std::vector<ExpressionStep>(64, apply("relu").steps[0])};
  EXPECT_EQ(expression_problem(longest, 1), "");
  longest.steps.push_back(longest.steps[0]);
  EXPECT_EQ(expression_problem(longest, 1), "an expression of 65 steps; allowed: 1 to 64");
}

TEST(Expression, WhatNoTextCanSayIsNoExpression) {
  const auto problem = [](auto change) {
    Expression expression = parse_expression("relu x0; elu t0");
    change(expression.steps[1]);
    return expression_problem(expression, 1);
  };
  const auto unknown = static_cast<FunctionId>(functions().size());
  EXPECT_EQ(problem([&](ExpressionStep& step) { step.function = unknown; }),
            "step t1: there is no function " + std::to_string(unknown));
  EXPECT_EQ(problem([](ExpressionStep& step) { step.arguments[0].index = 1; }),
            "step t1: t1 is not an earlier step");
  EXPECT_EQ(problem([](ExpressionStep& step) { step.arguments[0].constant = 1; }),
            "step t1: a constant beside an index");
  EXPECT_EQ(problem([](ExpressionStep& step) {
              step.arguments[0] = {Argument::Kind::kConstant, 1, 2};
            }),
            "step t1: a constant with an index");
  EXPECT_EQ(problem([](ExpressionStep& step) {
              step.arguments[0].kind = static_cast<Argument::Kind>(7);
            }),
            "step t1: an argument of kind 7");
  EXPECT_EQ(problem([](ExpressionStep& step) { step.arguments[1] = Argument::step(0); }),
            "step t1: elu with argument 2");
  EXPECT_EQ(problem([](ExpressionStep& step) { step.parameters[1] = -0.0F; }),
            "step t1: elu with parameter 2");
}

TEST(Expression, OneTakesThePlaceOfAnothersOperand) {
  const Expression outer = parse_expression("sub x0 x1; mul t0 x1");
  const Expression inner = parse_expression("add x0 x1; relu t0");
  const std::vector<std::size_t> outer_operands = {0, 9};  // operand 1 is replaced
  const std::vector<std::size_t> inner_operands = {1, 2};
  const Expression both = compose(outer, 1, inner, outer_operands, inner_operands);
  EXPECT_EQ(to_text(both), "add x1 x2; relu t0; sub x0 t1; mul t2 t1");
  EXPECT_EQ(evaluate(both, std::vector<double>{10, 3, 4}), 21);  // (10 - 7) · 7
}

TEST(Expression, OperandsMayBeSharedWhenComposing) {
  const Expression both = compose(parse_expression("add x0 x1"), 0, parse_expression("mul x0 x0"),
                                  std::vector<std::size_t>{0, 0}, std::vector<std::size_t>{0});
  EXPECT_EQ(to_text(both), "mul x0 x0; add t0 x0");
}

TEST(Expression, NothingIllegalIsEvaluatedOrComposed) {
  EXPECT_THROW(evaluate(Expression{}, {}), InternalError);
  EXPECT_THROW(value("add x0 x1", {1}), InternalError);
  const std::vector<std::size_t> one = {0};
  EXPECT_THROW(compose(apply("add"), 0, apply("relu"), one, one), InternalError);
  EXPECT_THROW(compose(apply("relu"), 0, Expression{}, one, one), InternalError);
}

}  // namespace
}  // namespace tilewave
