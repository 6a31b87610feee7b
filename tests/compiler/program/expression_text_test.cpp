// The text of expressions: what is written is read back, and what cannot be read is named.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/program/expression.h"

namespace tilewave {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string error_of(std::string_view text) {
  try {
    parse_expression(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ExpressionText, IsWrittenOneWay) {
  for (const char* text :
       {"add x0 x1", "relu x3", "add x0 x1; leakyrelu t0 alpha=0.1", "clip x0 min=0 max=6",
        "clip x0 max=-0", "mul x0 1e-45", "add x0 -inf", "max nan 3.4028235e+38",
        "add x0 nan:0xffc00000", "selu x0 gamma=nan", "fmod x0 0.33333334"}) {
    EXPECT_EQ(to_text(parse_expression(text)), text);
  }
}

TEST(ExpressionText, IsReadInAnySpacing) {
  EXPECT_EQ(to_text(parse_expression("\t add\nx0   1.50;relu t0;clip t1 max=6 min=-inf \r\n")),
            "add x0 1.5; relu t0; clip t1 max=6");
  EXPECT_EQ(to_text(parse_expression("leakyrelu alpha=0.01 x0")), "leakyrelu x0");
}

float random_number(std::mt19937& random) {
  if (random() % 4 == 0) {
    return static_cast<float>(static_cast<int>(random() % 21) - 10);
  }
  return std::bit_cast<float>(static_cast<std::uint32_t>(random()));  // NaN of all kinds too
}

Argument random_argument(std::size_t steps, std::mt19937& random) {
  switch (random() % (steps > 0 ? 3 : 2)) {
    case 0: return Argument::operand(random() % kMaxMapOperands);
    case 1: return Argument::number(random_number(random));
    default: return Argument::step(random() % steps);
  }
}

TEST(ExpressionText, ReadsBackWhatItWrites) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    Expression expression;
    const std::size_t steps = 1 + random() % (round % 10 == 0 ? kMaxExpressionSteps : 6);
    for (std::size_t i = 0; i < steps; ++i) {
      const FunctionInfo& info = functions()[random() % functions().size()];
      std::vector<Argument> arguments;
      for (std::size_t k = 0; k < info.arity; ++k) {
        arguments.push_back(random_argument(i, random));
      }
      std::vector<float> parameters;
      for (std::size_t k = random() % (info.parameters.size() + 1); k > 0; --k) {
        parameters.push_back(random_number(random));
      }
      expression.steps.push_back(make_step(info.word, arguments, parameters));
    }
    const std::string text = to_text(expression);
    ASSERT_EQ(parse_expression(text), expression) << text;
    ASSERT_EQ(to_text(parse_expression(text)), text);
  }
}

struct Wrong {
  const char* text;
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.text; }

class WrongExpression : public ::testing::TestWithParam<Wrong> {};

INSTANTIATE_TEST_SUITE_P(
    All, WrongExpression,
    ::testing::Values(
        Wrong{"", "step t0: empty; a step is a function and its arguments, such as 'relu x0'"},
        Wrong{" \t\n", "step t0: empty; a step is a function and its arguments, such as 'relu x0'"},
        Wrong{"relu x0;",
              "step t1: empty; a step is a function and its arguments, such as 'relu x0'"},
        Wrong{";relu x0",
              "step t0: empty; a step is a function and its arguments, such as 'relu x0'"},
        Wrong{"relu", "step t0: 'relu' takes 1 argument, not 0"},
        Wrong{"relu x0; add t0", "step t1: 'add' takes 2 arguments, not 1"},
        Wrong{"relu x0 x1", "step t0: unexpected 'x1' after the 1 argument"},
        Wrong{"add x0 x1 x2", "step t0: unexpected 'x2' after the 2 arguments"},
        Wrong{"relu x4", "step t0: there is no operand 'x4'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu x99999999999999999999",
              "step t0: there is no operand 'x99999999999999999999'; allowed: operands x0 to x3, "
              "numbers"},
        Wrong{"relu x00",
              "step t0: there is no operand 'x00'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu t0",
              "step t0: 't0' is not an earlier step; allowed: operands x0 to x3, numbers"},
        Wrong{"relu x0; relu t0; add t1 t2",
              "step t2: 't2' is not an earlier step; allowed: operands x0 to x3, numbers, earlier "
              "steps t0 to t1"},
        Wrong{
            "relu x0; relu t256",
            "step t1: 't256' is not an earlier step; allowed: operands x0 to x3, numbers, earlier "
            "steps t0 to t0"},
        Wrong{"relu y0", "step t0: bad argument 'y0'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu x", "step t0: bad argument 'x'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu x-1", "step t0: bad argument 'x-1'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu X0", "step t0: bad argument 'X0'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu 1.5f", "step t0: bad argument '1.5f'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu 1e", "step t0: bad argument '1e'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu 0x10", "step t0: bad argument '0x10'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu +1", "step t0: bad argument '+1'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu infinity",
              "step t0: bad argument 'infinity'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu nan:0x3f800000",
              "step t0: bad argument 'nan:0x3f800000'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu nan:0x1ffc00000",
              "step t0: bad argument 'nan:0x1ffc00000'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu x0\x01",
              "step t0: bad argument 'x0\\x01'; allowed: operands x0 to x3, numbers"},
        Wrong{"relu 1e39",
              "step t0: the number '1e39' does not fit 32 bits; allowed: 0, 1e-45 to 3.4028235e38 "
              "and their negatives, inf, -inf, nan"},
        Wrong{"elu x0 alpha=-1e-60",
              "step t0: the number '-1e-60' does not fit 32 bits; allowed: 0, 1e-45 to "
              "3.4028235e38 and their negatives, inf, -inf, nan"},
        Wrong{
            "rescale x0 33554433 0 div=4",
            "step t0: 'rescale' of the number '33554433', which is no fp32; allowed: whole numbers "
            "that are, and others as operands of i32"},
        Wrong{"rescale x0 1 0 div=2147483649",
              "step t0: 'rescale' of the number '2147483649', which is no fp32; allowed: whole "
              "numbers that are, and others as operands of i32"},
        Wrong{"elu x0 alpha=", "step t0: 'alpha' is no number: ''"},
        Wrong{"elu x0 alpha=x0", "step t0: 'alpha' is no number: 'x0'"},
        Wrong{"elu x0 alpha=1=2", "step t0: 'alpha' is no number: '1=2'"},
        Wrong{"elu x0 alpha=1 alpha=1", "step t0: 'alpha' is given twice"},
        Wrong{"elu x0 alpa=1",
              "step t0: unknown parameter 'alpa'; allowed: alpha; did you mean 'alpha'?"},
        Wrong{"clip x0 =1", "step t0: unknown parameter ''; allowed: min, max"},
        Wrong{"relu x0 alpha=1", "step t0: 'relu' has no parameters, not 'alpha'"}),
    [](const auto& wrong) { return std::to_string(wrong.index); });

TEST_P(WrongExpression, IsNamed) { EXPECT_EQ(error_of(GetParam().text), GetParam().message); }

TEST(ExpressionText, UnknownFunctionsAreNamedWithTheNearest) {
  const std::string error = error_of("relu x0; leakyrelo t0");
  EXPECT_THAT(error, StartsWith("step t1: unknown function 'leakyrelo'; allowed: add, "));
  EXPECT_THAT(error, HasSubstr("; did you mean 'leakyrelu'?"));
  EXPECT_THAT(error_of("RELU x0"), HasSubstr("; did you mean 'relu'?"));
  EXPECT_THAT(error_of("x0"), StartsWith("step t0: unknown function 'x0'; allowed: "));
}

TEST(ExpressionText, HugeInputsAreOneShortLine) {
  std::string steps = "relu x0";
  for (int i = 1; i < 10'000; ++i) {
    steps += ";relu t0";
  }
  EXPECT_EQ(error_of(steps), "an expression of more than 64 steps; allowed: 1 to 64");
  std::string arguments = "add";
  for (int i = 0; i < 1'000'000; ++i) {
    arguments += " x0";
  }
  EXPECT_EQ(error_of(arguments), "step t0: unexpected 'x0' after the 2 arguments");
  for (const char letter : {'a', 'x', '9', ' ', '=', '-', '\0', '\xff'}) {
    EXPECT_LT(error_of(std::string(8'000'000, letter)).size(), 1000) << int{letter};
    EXPECT_LT(error_of("relu " + std::string(8'000'000, letter)).size(), 1000) << int{letter};
  }
  EXPECT_THAT(error_of("relu x0;" + std::string(8'000'000, ';')), StartsWith("step t1: empty"));
}

TEST(ExpressionText, RandomBytesAreReadOrRefused) {
  const std::vector<std::string> pieces = {"add",  "relu", "clip",  " ",    "x0",  "x1", "t0", "t1",
                                           "; ",   ";",    "alpha", "=",    "min", "1",  "-",  "e9",
                                           "nan:", "0x",   "inf",   "\xff", ".",   "\n"};
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 20; i > 0; --i) {
      text += pieces[random() % pieces.size()];
    }
    try {
      const Expression expression = parse_expression(text);
      ASSERT_EQ(parse_expression(to_text(expression)), expression) << text;
    } catch (const InputError& error) {
      ASSERT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tilewave
