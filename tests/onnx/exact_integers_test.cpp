// Integers computed in fp32: against C++'s own arithmetic, element by element.
#include "compiler/onnx/exact_integers.h"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/program/element_rounding.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

constexpr auto kToF32 = [](double number) { return rounded_to(ElementType::kF32, number); };

/// The expression's value as the graph computes it.
double value(const ExactExpression& exact, double a, double b, ElementType type) {
  const std::array<double, 2> operands = {a, b};
  return rounded_to(type, evaluate(exact.expression, operands, kToF32));
}

/// All pairs of INT8 or UINT8, with what integers of 32 bits give, cut to 8.
template <typename Byte, typename Wanted>
void check_bytes(ElementType type, const char* function, Wanted&& wanted, bool divides = false) {
  const Interval range = range_of_type(type);
  const ExactExpression exact = exact_integers(apply(function), std::array{range, range}, type);
  for (int a = static_cast<int>(range.least); a <= static_cast<int>(range.most); ++a) {
    for (int b = static_cast<int>(range.least); b <= static_cast<int>(range.most); ++b) {
      if (divides && b == 0) {
        continue;
      }
      const double expected = static_cast<Byte>(wanted(a, b));
      ASSERT_EQ(value(exact, a, b, type), expected) << function << ' ' << a << ' ' << b;
      ASSERT_LE(exact.range.least, expected);
      ASSERT_GE(exact.range.most, expected);
    }
  }
}

template <typename Byte>
void check_type(ElementType type) {
  check_bytes<Byte>(type, "add", [](int a, int b) { return a + b; });
  check_bytes<Byte>(type, "sub", [](int a, int b) { return a - b; });
  check_bytes<Byte>(type, "mul", [](int a, int b) { return a * b; });
  check_bytes<Byte>(type, "max", [](int a, int b) { return a > b ? a : b; });
  check_bytes<Byte>(type, "min", [](int a, int b) { return a < b ? a : b; });
  check_bytes<Byte>(
      type, "div", [](int a, int b) { return a / b; }, true);
  check_bytes<Byte>(
      type, "fmod", [](int a, int b) { return a % b; }, true);
  check_bytes<Byte>(
      type, "mod", [](int a, int b) { return ((a % b) + b) % b; }, true);
}

TEST(ExactIntegers, BytesAreThoseOfIntegerArithmetic) {
  check_type<std::int8_t>(ElementType::kI8);
  check_type<std::uint8_t>(ElementType::kU8);
}

TEST(ExactIntegers, QuotientsNearAWholeNumberAreTruncated) {
  constexpr int kMost = 16777216;
  const Interval all{-kMost, kMost};
  const ExactExpression exact =
      exact_integers(apply("div"), std::array{all, all}, ElementType::kI32);
  for (int b = 1; b < 5000; b += 7) {
    const int near = kMost / b * b;
    for (const int a : {near, near - 1, -near, 1 - near, kMost, kMost - 1}) {
      ASSERT_EQ(value(exact, a, b, ElementType::kI32), a / b) << a << ' ' << b;
      ASSERT_EQ(value(exact, a, -b, ElementType::kI32), a / -b) << a << ' ' << b;
    }
  }
}

TEST(ExactIntegers, WhatMayBeTooLargeIsRefused) {
  const auto refusal = [](const char* function, double most) {
    return test::error_of([&] {
      exact_integers(apply(function), std::array{Interval{0, most}, Interval{0, most}},
                     ElementType::kI32);
    });
  };
  EXPECT_EQ(refusal("add", 8388608), "");  // 2^23 + 2^23 = 2^24
  EXPECT_EQ(
      refusal("add", 8388609),
      "the result of add is between 0 and 16777218, as far as is known; integers are computed in "
      "fp32, which has all up to 16777216");
  EXPECT_EQ(refusal("mul", 4096), "");
  EXPECT_NE(refusal("mul", 4097), "");
  EXPECT_NE(refusal("max", 16777217), "");
  EXPECT_EQ(refusal("pow", 2),
            "pow of INT32 is computed in fp32, which is not exact; cast the operands to FLOAT");
}

TEST(ExactIntegers, StepsMayFollowOnAQuotient) {
  // 7 / 2 * 10 = 30, not 35.
  const Expression expression = {{make_step("div", {Argument::operand(0), Argument::operand(1)}),
                                  make_step("mul", {Argument::step(0), Argument::number(10)})}};
  const Interval small{-100, 100};
  const ExactExpression exact =
      exact_integers(expression, std::array{small, small}, ElementType::kI32);
  EXPECT_EQ(value(exact, 7, 2, ElementType::kI32), 30);
  EXPECT_EQ(value(exact, -7, 2, ElementType::kI32), -30);
}

TEST(ExactIntegers, TruncationIsTowardsZero) {
  const Expression expression = truncated(apply("identity"));
  for (const auto& [number, expected] :
       {std::pair(2.75, 2.0), std::pair(-2.75, -2.0), std::pair(0.5, 0.0), std::pair(-0.5, 0.0),
        std::pair(3.0, 3.0), std::pair(1e30, 127.0), std::pair(-1e30, -128.0)}) {
    EXPECT_EQ(rounded_to(ElementType::kI8, evaluate(expression, std::array{number}, kToF32)),
              expected);
  }
}

}  // namespace
}  // namespace tilewave
