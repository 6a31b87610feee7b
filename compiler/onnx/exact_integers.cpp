// Interval arithmetic over the steps of an expression.
#include "compiler/onnx/exact_integers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/onnx/onnx_type.h"

namespace tilewave {
namespace {

/// Up to here fp32 has every whole number.
constexpr double kMostExact = 16777216;

double magnitude(const Interval& range) {
  return std::max(std::abs(range.least), std::abs(range.most));
}

Interval corners(const Interval& a, const Interval& b, double (*of)(double, double)) {
  const std::array<double, 4> values = {of(a.least, b.least), of(a.least, b.most),
                                        of(a.most, b.least), of(a.most, b.most)};
  const auto [least, most] = std::ranges::minmax(values);
  return {least, most};
}

Interval sum(const Interval& a, const Interval& b) { return {a.least + b.least, a.most + b.most}; }

Interval difference(const Interval& a, const Interval& b) {
  return {a.least - b.most, a.most - b.least};
}

Interval product(const Interval& a, const Interval& b) {
  return corners(a, b, [](double x, double y) { return x * y; });
}

/// Of no larger magnitude than the dividend, for the divisor is a whole number.
Interval quotient(const Interval& a, const Interval& b) {
  const double most = magnitude(a);
  return {a.least >= 0 && b.least >= 0 ? 0 : -most, most};
}

Interval larger(const Interval& a, const Interval& b) {
  return {std::max(a.least, b.least), std::max(a.most, b.most)};
}

Interval smaller(const Interval& a, const Interval& b) {
  return {std::min(a.least, b.least), std::min(a.most, b.most)};
}

/// Smaller than the divisor, with the sign of `sign`.
Interval remainder(const Interval& sign, const Interval& divisor) {
  const double most = std::max(magnitude(divisor) - 1, 0.0);
  return {sign.least >= 0 ? 0 : -most, sign.most <= 0 ? 0 : most};
}

Interval absolute(const Interval& a) {
  const double least = a.least > 0 ? a.least : a.most < 0 ? -a.most : 0;
  return {least, magnitude(a)};
}

using Arguments = std::span<const Interval>;

/// What a function of whole numbers that is exact may give.
struct ExactFunction {
  std::string_view word;
  Interval (*range)(Arguments, const ExpressionStep&);
};

constexpr std::array<ExactFunction, 14> kExactFunctions = {{
    {"abs", [](Arguments x, const ExpressionStep&) { return absolute(x[0]); }},
    {"add", [](Arguments x, const ExpressionStep&) { return sum(x[0], x[1]); }},
    {"clip",
     [](Arguments x, const ExpressionStep& step) {
       const auto bound = [&](std::size_t i) {
         return Interval{step.parameters[i], step.parameters[i]};
       };
       return smaller(larger(x[0], bound(0)), bound(1));
     }},
    {"div", [](Arguments x, const ExpressionStep&) { return quotient(x[0], x[1]); }},
    {"fmod", [](Arguments x, const ExpressionStep&) { return remainder(x[0], x[1]); }},
    {"identity", [](Arguments x, const ExpressionStep&) { return x[0]; }},
    {"max", [](Arguments x, const ExpressionStep&) { return larger(x[0], x[1]); }},
    {"min", [](Arguments x, const ExpressionStep&) { return smaller(x[0], x[1]); }},
    {"mod", [](Arguments x, const ExpressionStep&) { return remainder(x[1], x[1]); }},
    {"mul", [](Arguments x, const ExpressionStep&) { return product(x[0], x[1]); }},
    {"neg",
     [](Arguments x, const ExpressionStep&) {
       return difference({0, 0}, x[0]);
     }},
    {"relu",
     [](Arguments x, const ExpressionStep&) {
       return larger(x[0], {0, 0});
     }},
    {"sign",
     [](Arguments, const ExpressionStep&) {
       return Interval{-1, 1};
     }},
    {"sub", [](Arguments x, const ExpressionStep&) { return difference(x[0], x[1]); }},
}};

const ExactFunction& exact_function(std::string_view word, ElementType type) {
  const auto* found = std::ranges::find(kExactFunctions, word, &ExactFunction::word);
  if (found == kExactFunctions.end()) {
    throw InputError(std::string(word) + " of " + to_string(onnx_type(type)) +
                     " is computed in fp32, which is not exact; cast the operands to FLOAT");
  }
  return *found;
}

std::string whole_text(double number) { return std::to_string(static_cast<std::int64_t>(number)); }

void require_exact(const Interval& range, std::string_view what) {
  if (!(magnitude(range) <= kMostExact)) {
    throw InputError(std::string(what) + " is between " + whole_text(range.least) + " and " +
                     whole_text(range.most) +
                     ", as far as is known; integers are computed in fp32, which has all up to " +
                     whole_text(kMostExact));
  }
}

/// Steps that bring a whole number of any size to what the type holds of it.
void wrap(Expression& expression, ElementType type) {
  const Interval range = range_of_type(type);
  const auto append = [&](std::string_view function, double number) {
    expression.steps.push_back(make_step(function, {Argument::step(expression.steps.size() - 1),
                                                    Argument::number(static_cast<float>(number))}));
  };
  if (range.least != 0) {
    append("sub", range.least);
  }
  append("mod", range.most - range.least + 1);
  if (range.least != 0) {
    append("add", range.least);
  }
}

}  // namespace

Interval range_of_type(ElementType type) {
  const OnnxTypeInfo& info = info_of(onnx_type(type));
  if (!is_integer(type)) {
    throw InternalError("integers of type " + std::string(info.name));
  }
  return {static_cast<double>(info.least_field), static_cast<double>(info.most_field)};
}

Expression truncated(Expression expression) {
  const Argument x = Argument::step(expression.steps.size() - 1);
  for (const std::string_view function : {"abs", "floor"}) {
    const std::size_t last = expression.steps.size() - 1;
    expression.steps.push_back(make_step(function, {Argument::step(last)}));
  }
  const std::size_t whole = expression.steps.size() - 1;
  expression.steps.push_back(make_step("sign", {x}));
  expression.steps.push_back(make_step("mul", {Argument::step(whole), Argument::step(whole + 1)}));
  return expression;
}

ExactExpression exact_integers(const Expression& expression, std::span<const Interval> operands,
                               ElementType result) {
  for (const Interval& operand : operands) {
    require_exact(operand, "an operand");
  }
  ExactExpression exact;
  std::vector<Interval> ranges;
  std::vector<Argument> values;  // of the steps so far
  for (ExpressionStep step : expression.steps) {
    const std::string_view word = function_info(step.function).word;
    std::vector<Interval> arguments;
    for (Argument& argument : arguments_of(step)) {
      if (argument.kind == Argument::Kind::kConstant) {
        arguments.push_back({argument.constant, argument.constant});
      } else if (argument.kind == Argument::Kind::kOperand) {
        arguments.push_back(operands[argument.index]);
      } else {
        arguments.push_back(ranges[argument.index]);
        argument = values[argument.index];
      }
    }
    ranges.push_back(exact_function(word, result).range(arguments, step));
    require_exact(ranges.back(), "the result of " + std::string(word));
    exact.expression.steps.push_back(step);
    if (word == "div") {
      exact.expression = truncated(std::move(exact.expression));
    }
    values.push_back(Argument::step(exact.expression.steps.size() - 1));
  }
  exact.range = ranges.back();
  const Interval held = range_of_type(result);
  if (exact.range.least < held.least || exact.range.most > held.most) {
    require_exact(difference(exact.range, {held.least, held.least}), "what wraps around");
    wrap(exact.expression, result);
    exact.range = held;
  }
  return exact;
}

}  // namespace tilewave
