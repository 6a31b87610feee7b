// Making, checking, evaluating and composing expressions. Their text is in expression_text.cpp.
#include "compiler/program/expression.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "compiler/base/error.h"
#include "compiler/base/number_text.h"

namespace tilewave {
namespace {

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string name(char letter, std::size_t index) {
  std::string text(1, letter);
  append_decimal(text, index);
  return text;
}

/// Empty if the argument of a step, the `step`-th, is legal.
std::string argument_problem(const Argument& argument, std::size_t step, std::size_t operands) {
  switch (argument.kind) {
    case Argument::Kind::kOperand:
      if (argument.index >= operands) {
        return "no operand " + name('x', argument.index) + "; there are " +
               std::to_string(operands);
      }
      break;
    case Argument::Kind::kStep:
      if (argument.index >= step) {
        return name('t', argument.index) + " is not an earlier step";
      }
      break;
    case Argument::Kind::kConstant:
      if (argument.index != 0) {
        return "a constant with an index";
      }
      return "";
    default: return "an argument of kind " + std::to_string(static_cast<unsigned>(argument.kind));
  }
  return same_bits(argument.constant, 0) ? "" : "a constant beside an index";
}

/// Empty if it may have that value.
std::string parameter_problem(const FunctionParameter& parameter, float value) {
  constexpr float kMostCount = 0x1p31F;
  if (!parameter.is_count || (value >= 1 && value <= kMostCount && value == std::trunc(value))) {
    return "";
  }
  return std::string(parameter.name) + "=" + to_text(value) +
         "; allowed: whole numbers from 1 to 2147483648";
}

/// Empty if a function of integers may take it, provided that an operand is of integers.
std::string integer_problem(const Argument& argument) {
  constexpr float kEnd = 0x1p31F;
  switch (argument.kind) {
    case Argument::Kind::kOperand: return "";
    case Argument::Kind::kStep:
      return name('t', argument.index) + "; allowed: operands of integers and whole numbers";
    case Argument::Kind::kConstant: break;
  }
  const float value = argument.constant;
  return value >= -kEnd && value < kEnd && value == std::trunc(value)
             ? ""
             : to_text(value) + "; allowed: whole numbers of 32 bits";
}

std::string step_problem(const ExpressionStep& step, std::size_t index, std::size_t operands) {
  if (step.function >= functions().size()) {
    return "there is no function " + std::to_string(step.function);
  }
  const FunctionInfo& info = function_info(step.function);
  for (const Argument& argument : arguments_of(step)) {
    const std::string problem = argument_problem(argument, index, operands);
    if (!problem.empty()) {
      return problem;
    }
  }
  if (info.of_integers) {
    for (const Argument& argument : arguments_of(step)) {
      const std::string problem = integer_problem(argument);
      if (!problem.empty()) {
        return std::string(info.word) + " of " + problem;
      }
    }
  }
  for (std::size_t i = info.arity; i < kMaxArity; ++i) {
    if (!(step.arguments[i] == Argument{})) {
      return std::string(info.word) + " with argument " + std::to_string(i + 1);
    }
  }
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    const std::string problem = parameter_problem(info.parameters[i], step.parameters[i]);
    if (!problem.empty()) {
      return std::string(info.word) + ": " + problem;
    }
  }
  for (std::size_t i = info.parameters.size(); i < kMaxParameters; ++i) {
    if (!same_bits(step.parameters[i], 0)) {
      return std::string(info.word) + " with parameter " + std::to_string(i + 1);
    }
  }
  return "";
}

}  // namespace

bool Argument::operator==(const Argument& other) const {
  return kind == other.kind && index == other.index && same_bits(constant, other.constant);
}

bool ExpressionStep::operator==(const ExpressionStep& other) const {
  return function == other.function && arguments == other.arguments &&
         std::equal(parameters.begin(), parameters.end(), other.parameters.begin(), same_bits);
}

ExpressionStep make_step(std::string_view function, std::vector<Argument> arguments,
                         std::vector<float> parameters) {
  ExpressionStep step;
  step.function = function_named(function);
  const FunctionInfo& info = function_info(step.function);
  if (arguments.size() != info.arity || parameters.size() > info.parameters.size()) {
    throw InternalError(std::string(function) + " of " + std::to_string(arguments.size()) +
                        " arguments and " + std::to_string(parameters.size()) + " parameters");
  }
  std::copy(arguments.begin(), arguments.end(), step.arguments.begin());
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    step.parameters[i] = i < parameters.size() ? parameters[i] : info.parameters[i].otherwise;
  }
  return step;
}

Expression apply(std::string_view function) {
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < function_info(function_named(function)).arity; ++i) {
    arguments.push_back(Argument::operand(i));
  }
  return {{make_step(function, std::move(arguments))}};
}

std::span<Argument> arguments_of(ExpressionStep& step) {
  return std::span(step.arguments).first(function_info(step.function).arity);
}

std::span<const Argument> arguments_of(const ExpressionStep& step) {
  return std::span(step.arguments).first(function_info(step.function).arity);
}

std::size_t operand_count(const Expression& expression) {
  std::size_t count = 0;
  for (const ExpressionStep& step : expression.steps) {
    for (const Argument& argument : arguments_of(step)) {
      if (argument.kind == Argument::Kind::kOperand) {
        count = std::max<std::size_t>(count, argument.index + std::size_t{1});
      }
    }
  }
  return count;
}

std::string expression_problem(const Expression& expression, std::size_t operands) {
  const std::size_t steps = expression.steps.size();
  if (steps == 0 || steps > kMaxExpressionSteps) {
    return "an expression of " + std::to_string(steps) + " steps; allowed: 1 to " +
           std::to_string(kMaxExpressionSteps);
  }
  if (operands > kMaxMapOperands) {
    return std::to_string(operands) + " operands; allowed: up to " +
           std::to_string(kMaxMapOperands);
  }
  std::array<bool, kMaxMapOperands> read{};
  for (std::size_t i = 0; i < steps; ++i) {
    const ExpressionStep& step = expression.steps[i];
    const std::string problem = step_problem(step, i, operands);
    if (!problem.empty()) {
      return "step t" + std::to_string(i) + ": " + problem;
    }
    for (const Argument& argument : arguments_of(step)) {
      if (argument.kind == Argument::Kind::kOperand) {
        read[argument.index] = true;
      }
    }
  }
  for (std::size_t i = 0; i < operands; ++i) {
    if (!read[i]) {
      return "no step reads operand x" + std::to_string(i);
    }
  }
  return "";
}

std::string integers_problem(const Expression& expression, std::span<const ElementType> types) {
  for (std::size_t i = 0; i < expression.steps.size(); ++i) {
    const ExpressionStep& step = expression.steps[i];
    const FunctionInfo& info = function_info(step.function);
    for (const Argument& argument : arguments_of(step)) {
      if (info.of_integers && argument.kind == Argument::Kind::kOperand &&
          !is_integer(types[argument.index])) {
        return "step t" + std::to_string(i) + ": " + std::string(info.word) + " of " +
               name('x', argument.index) + ", which is of " +
               std::string(to_string(types[argument.index])) + "; allowed: i8, u8 or i32";
      }
    }
  }
  return "";
}

double evaluate(const Expression& expression, std::span<const double> operands,
                double (*rounded)(double)) {
  const std::size_t steps = expression.steps.size();
  if (steps == 0 || steps > kMaxExpressionSteps || operand_count(expression) > operands.size()) {
    throw InternalError("an expression that is not legal is evaluated");
  }
  const std::span<const FunctionInfo> all = functions();
  std::array<double, kMaxExpressionSteps> values;  // NOLINT: every element is written before read
  for (std::size_t i = 0; i < steps; ++i) {
    const ExpressionStep& step = expression.steps[i];
    const FunctionInfo& info = all[step.function];
    std::array<double, kMaxArity> arguments{};
    for (std::size_t k = 0; k < info.arity; ++k) {
      const Argument& argument = step.arguments[k];
      switch (argument.kind) {
        case Argument::Kind::kOperand: {
          const double operand = operands[argument.index];
          arguments[k] = rounded == nullptr || info.of_integers ? operand : rounded(operand);
          break;
        }
        case Argument::Kind::kStep: arguments[k] = values[argument.index]; break;
        case Argument::Kind::kConstant:
          arguments[k] = static_cast<double>(argument.constant);
          break;
      }
    }
    const double value = info.scalar(arguments.data(), step.parameters.data());
    values[i] = rounded == nullptr ? value : rounded(value);
  }
  return values[steps - 1];
}

Expression with_operands(Expression expression, std::span<const std::size_t> places) {
  for (ExpressionStep& step : expression.steps) {
    for (Argument& argument : arguments_of(step)) {
      if (argument.kind == Argument::Kind::kOperand) {
        argument = Argument::operand(places[argument.index]);
      }
    }
  }
  return expression;
}

Expression compose(const Expression& outer, std::size_t place, const Expression& inner,
                   std::span<const std::size_t> outer_operands,
                   std::span<const std::size_t> inner_operands) {
  if (outer.empty() || inner.empty() || operand_count(outer) > outer_operands.size() ||
      operand_count(inner) > inner_operands.size()) {
    throw InternalError("expressions that cannot be composed");
  }
  Expression result = with_operands(inner, inner_operands);
  for (ExpressionStep step : outer.steps) {
    for (Argument& argument : arguments_of(step)) {
      if (argument.kind == Argument::Kind::kStep) {
        argument = Argument::step(argument.index + inner.steps.size());
      } else if (argument.kind == Argument::Kind::kOperand) {
        argument = argument.index == place ? Argument::step(inner.steps.size() - 1)
                                           : Argument::operand(outer_operands[argument.index]);
      }
    }
    result.steps.push_back(step);
  }
  return result;
}

}  // namespace tilewave
