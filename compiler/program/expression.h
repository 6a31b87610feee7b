// Elementwise expressions: a short straight-line list of functions over the elements of up to four
// operands, constants and earlier steps. Graphs have them in map operators, programs in vector
// kernels. How tensors are broadcast is not decided here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/program/element_type.h"
#include "compiler/program/functions.h"

namespace tilewave {

inline constexpr std::size_t kMaxMapOperands = 4;
inline constexpr std::size_t kMaxExpressionSteps = 64;

/// An argument of a step.
struct Argument {
  enum class Kind : std::uint8_t { kOperand, kStep, kConstant };
  Kind kind = Kind::kOperand;
  std::uint8_t index = 0;  ///< of the operand, or of an earlier step
  float constant = 0;

  static Argument operand(std::size_t index) {
    return {Kind::kOperand, static_cast<std::uint8_t>(index), 0};
  }
  static Argument step(std::size_t index) {
    return {Kind::kStep, static_cast<std::uint8_t>(index), 0};
  }
  static Argument number(float value) { return {Kind::kConstant, 0, value}; }
  /// Bit by bit, so that NaN equals NaN and -0 differs from 0.
  bool operator==(const Argument& other) const;
};

struct ExpressionStep {
  FunctionId function = 0;
  std::array<Argument, kMaxArity> arguments{};     ///< as many as the function's arity
  std::array<float, kMaxParameters> parameters{};  ///< likewise; the rest zero

  bool operator==(const ExpressionStep& other) const;
};

/// The value is that of the last step.
struct Expression {
  std::vector<ExpressionStep> steps;

  bool empty() const { return steps.empty(); }
  bool operator==(const Expression&) const = default;
};

/// One step with default parameters on operands 0, 1, ...
Expression apply(std::string_view function);
/// The same with given parameters (missing ones default) and arguments.
ExpressionStep make_step(std::string_view function, std::vector<Argument> arguments,
                         std::vector<float> parameters = {});

/// As many as the step's function takes.
std::span<Argument> arguments_of(ExpressionStep& step);
std::span<const Argument> arguments_of(const ExpressionStep& step);

/// Operands that are read: one past the highest index.
std::size_t operand_count(const Expression& expression);

/// Why the expression is not legal for `operands` operands: no step or too many, an operand or step
/// that does not exist (yet), an operand that no step reads, an unknown function. Empty if it is.
std::string expression_problem(const Expression& expression, std::size_t operands);

/// Why its functions of integers cannot take what they read of operands of these types; empty if they
/// can. The expression is legal.
std::string integers_problem(const Expression& expression, std::span<const ElementType> types);

/// A number as in the text of an expression.
std::string to_text(float number);
/// "add x0 x1; leakyrelu t0 alpha=0.1": steps in order, operands x0 to x3, earlier steps t0, t1,
/// ..., numbers as short as they read back exactly ("inf", "-inf", "nan" too, and
/// "nan:0xffc00000" for one of other bits), parameters that are not the default by name.
std::string to_text(const Expression& expression);
/// The inverse; takes any spacing. Throws InputError, without a place, naming what is wrong and
/// what is allowed, with the nearest function.
Expression parse_expression(std::string_view text);

/// Of one element, in double; `operands` in order. With `rounded`, the value of each step goes through
/// it, and so does what it takes of the operands, unless it takes integers.
double evaluate(const Expression& expression, std::span<const double> operands,
                double (*rounded)(double) = nullptr);

/// Operand i becomes operand places[i].
Expression with_operands(Expression expression, std::span<const std::size_t> places);

/// `outer` with its operand `place` replaced by the value of `inner`. Operand i of `outer` becomes
/// operand outer_operands[i] of the result, operand i of `inner` inner_operands[i]. May have more
/// steps than an expression may: see expression_problem(). Throws InternalError for an empty one.
Expression compose(const Expression& outer, std::size_t place, const Expression& inner,
                   std::span<const std::size_t> outer_operands,
                   std::span<const std::size_t> inner_operands);

}  // namespace tilewave
