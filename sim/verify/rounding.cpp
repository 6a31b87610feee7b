// Magnitudes beside values: the running error analysis behind the bound of a verdict.
#include "sim/verify/rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "compiler/base/error.h"
#include "compiler/program/element_rounding.h"

namespace tilewave {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMostFloat = std::numeric_limits<float>::max();
constexpr double kMostI32 = std::numeric_limits<std::int32_t>::max();
constexpr double kLeastNormalFloat = std::numeric_limits<float>::min();
constexpr double kLeastFloat = std::numeric_limits<float>::denorm_min();

/// What kernels may make of a function that is no single operation of IEEE 754 (kernel.h).
constexpr double kFunctionRelative = 1e-5;
constexpr double kFunctionAbsolute = 1e-6;

/// Where a function that repeats itself is looked at, and how far apart.
constexpr int kSamples = 32;
constexpr double kGoldenRatio = 0.6180339887498949;

/// The others are made of a few operations of IEEE 754.
bool is_approximation(CostClass cost) {
  switch (cost) {
    case CostClass::kFree:
    case CostClass::kSimple:
    case CostClass::kMultiply:
    case CostClass::kDivide: return false;
    case CostClass::kExponential:
    case CostClass::kComposite: return true;
  }
  throw InternalError("no such cost class");
}

/// A factor in a product's uncertainty. Those of infinities and NaN spoil the value, not its
/// uncertainty: what they become is told apart from numbers by the comparison.
double square_of(double value) { return std::isfinite(value) ? value * value : 0.0; }

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same_kind(double a, double b) { return std::isfinite(a) ? std::isfinite(b) : same(a, b); }

/// A function at its arguments, and how it changes when one of them moves.
class UncertainStep {
 public:
  UncertainStep(const ExpressionStep& step, const std::array<UncertainValue, kMaxArity>& arguments)
      : step_(step), info_(function_info(step.function)), arguments_(arguments) {
    for (std::size_t i = 0; i < info_.arity; ++i) {
      values_[i] = arguments[i].value;
    }
    value_ = info_.scalar(values_.data(), step_.parameters.data());
  }

  UncertainValue result() {
    double units = 0;
    if (is_exact()) {
      return {value_, units};
    }
    for (std::size_t i = 0; i < info_.arity; ++i) {
      units += inherited(i);
    }
    if (std::isfinite(value_)) {
      units += std::abs(value_);
    }
    if (std::isfinite(value_) && is_approximation(info_.cost)) {
      units += (kFunctionRelative * std::abs(value_) + kFunctionAbsolute) / kRoundingUnit;
    }
    return {value_, units + out_of_range(units)};
  }

 private:
  bool is_exact() const {
    return !is_approximation(info_.cost) &&
           std::ranges::all_of(arguments_, [](const UncertainValue& x) { return x.units == 0; }) &&
           same(value_, static_cast<double>(static_cast<float>(value_)));
  }

  /// What fp32's range does to a value that is finite here: an infinity, or too few digits.
  double out_of_range(double units) const {
    if (!std::isfinite(value_)) {
      return 0;
    }
    const double magnitude = std::abs(value_);
    if (magnitude + rounding_difference(units) > kMostFloat) {
      return kInfinity;
    }
    return magnitude < kLeastNormalFloat ? kLeastFloat / kRoundingUnit : 0;
  }

  double inherited(std::size_t argument) {
    const double centre = values_[argument];
    if (!std::isfinite(centre) && arguments_[argument].units == 0) {
      return 0;
    }
    const double units = arguments_[argument].units + std::abs(centre);
    if (!std::isfinite(units)) {
      return kInfinity;
    }
    const double most = rounding_difference(units);
    double change = std::max(moved(argument, centre - most), moved(argument, centre + most));
    if (std::abs(centre) < most) {
      change = std::max(change, moved(argument, 0));  // a pole may lie there
    }
    // A number of fp32 may have what its neighbours in double have not: a whole exponent, say.
    change = std::max(change, moved(argument, static_cast<double>(static_cast<float>(centre))));
    // Those of two that may be equal: what is equal is told by no end.
    for (std::size_t other = 0; other < info_.arity; ++other) {
      const double there = values_[other];
      const double there_rounded = std::isfinite(there) ? std::abs(there) : 0.0;
      const double reach = most + rounding_difference(arguments_[other].units + there_rounded);
      if (other != argument && std::abs(centre - there) <= reach) {
        change = std::max(change, moved(argument, there));
      }
    }
    if (info_.repeats) {
      change = std::max(change, 2 * most_between(argument, centre, most));
    }
    values_[argument] = centre;
    return change / rounding_difference(1);
  }

  /// The largest change seen between centre ± most; half of what there may be, or more.
  double most_between(std::size_t argument, double centre, double most) {
    double change = 0;
    for (int i = 0; i < kSamples; ++i) {
      const double part = std::fmod(i * kGoldenRatio, 1.0);  // no step that a period could divide
      change = std::max(change, moved(argument, centre + most * (2 * part - 1)));
    }
    return change;
  }

  /// How far the value is off with another argument; infinitely if it is no number, or is one now.
  double moved(std::size_t argument, double to) {
    values_[argument] = to;
    const double other = info_.scalar(values_.data(), step_.parameters.data());
    if (!same_kind(value_, other)) {
      return kInfinity;
    }
    return std::isfinite(other) ? std::abs(other - value_) : 0.0;
  }

  const ExpressionStep& step_;
  const FunctionInfo& info_;
  const std::array<UncertainValue, kMaxArity>& arguments_;
  std::array<double, kMaxArity> values_{};
  double value_ = 0;
};

}  // namespace

double UncertainSums::Element::units() const { return own + std::sqrt(inherited); }

void UncertainSums::begin(ElementType type, std::span<const double> sums,
                          std::span<const Element> before) {
  integers_ = is_integer(type);
  sums_.assign(sums.begin(), sums.end());
  most_.resize(sums.size());
  squares_.assign(sums.size(), 0.0);
  own_.resize(sums.size());
  inherited_.resize(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    most_[i] = std::abs(sums[i]);
    own_[i] = before[i].own;
    inherited_[i] = before[i].inherited;
  }
  products_ = 0;
}

template <typename Value>
void UncertainSums::add(double left, double left_units, const Value* right,
                        const double* right_units, double right_zero) {
  const double left_square = square_of(left);
  const double left_spread = left_units * left_units;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const double factor = static_cast<double>(right[i]) - right_zero;
    const double product = left * factor;
    sums_[i] += product;
    if (integers_) {
      own_[i] += std::abs(left) * right_units[i] + std::abs(factor) * left_units +
                 left_units * rounding_difference(right_units[i]);
      continue;
    }
    most_[i] = std::max(most_[i], std::abs(sums_[i]));  // stays at NaN
    squares_[i] += product * product;
    inherited_[i] +=
        left_square * right_units[i] * right_units[i] + square_of(factor) * left_spread;
  }
  ++products_;
}

template void UncertainSums::add(double, double, const float*, const double*, double);
template void UncertainSums::add(double, double, const double*, const double*, double);

void UncertainSums::end(std::span<Element> after) {
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    after[i] = this->after(i);
  }
}

UncertainSums::Element UncertainSums::after(std::size_t i) const {
  if (integers_) {
    const bool wraps = std::abs(sums_[i]) + rounding_difference(own_[i]) > kMostI32;
    // Infinity times zero: an operand that may be anything.
    return {(own_[i] > 0 && wraps) || std::isnan(own_[i]) ? kInfinity : own_[i], 0};
  }
  const double inherited = std::isnan(inherited_[i]) ? kInfinity : inherited_[i];  // likewise
  if (!std::isfinite(sums_[i])) {
    return {own_[i], inherited};
  }
  // A sum that leaves fp32's range on its way may be an infinity in the machine.
  if (std::abs(sums_[i]) <= kMostFloat && most_[i] > kMostFloat) {
    return {kInfinity, inherited};
  }
  return {own_[i] + static_cast<double>(products_) * (most_[i] + std::sqrt(squares_[i])),
          inherited};
}

UncertainValue evaluate_uncertain(const Expression& expression,
                                  std::span<const UncertainValue> operands) {
  const std::size_t steps = expression.steps.size();
  if (steps == 0 || steps > kMaxExpressionSteps || operand_count(expression) > operands.size()) {
    throw InternalError("an expression that is not legal is evaluated");
  }
  std::array<UncertainValue, kMaxExpressionSteps> values;
  for (std::size_t i = 0; i < steps; ++i) {
    const ExpressionStep& step = expression.steps[i];
    std::array<UncertainValue, kMaxArity> arguments{};
    for (std::size_t k = 0; k < function_info(step.function).arity; ++k) {
      const Argument& argument = step.arguments[k];
      switch (argument.kind) {
        case Argument::Kind::kOperand: arguments[k] = operands[argument.index]; break;
        case Argument::Kind::kStep: arguments[k] = values[argument.index]; break;
        case Argument::Kind::kConstant:
          arguments[k] = {static_cast<double>(argument.constant), 0};
          break;
      }
    }
    values[i] = UncertainStep(step, arguments).result();
  }
  return values[steps - 1];
}

namespace {

/// Whether every kernel makes the same of exact operands.
bool is_defined(const Expression& expression) {
  return std::ranges::none_of(expression.steps, [](const ExpressionStep& step) {
    return is_approximation(function_info(step.function).cost);
  });
}

double integer_units(ElementType type, const Expression& expression,
                     std::span<const UncertainValue> operands) {
  if (is_defined(expression) &&
      std::ranges::all_of(operands, [](const UncertainValue& x) { return x.units == 0; })) {
    return 0;
  }
  const UncertainValue value = evaluate_uncertain(expression, operands);
  if (!std::isfinite(value.value) || !std::isfinite(value.units)) {
    return kInfinity;
  }
  std::array<double, kMaxMapOperands> values{};
  std::ranges::transform(operands, values.begin(), &UncertainValue::value);
  const double expected = evaluate_as(type, expression, std::span(values).first(operands.size()));
  const double most = rounding_difference(value.units);
  const double change = std::max(std::abs(rounded_to(type, value.value + most) - expected),
                                 std::abs(rounded_to(type, value.value - most) - expected));
  return change / rounding_difference(1);
}

}  // namespace

double evaluate_uncertain_as(ElementType type, const Expression& expression,
                             std::span<const UncertainValue> operands) {
  if (is_integer(type)) {
    return integer_units(type, expression, operands);
  }
  const UncertainValue value = evaluate_uncertain(expression, operands);
  if (type == ElementType::kF32) {
    return value.units;
  }
  return value.units +
         std::abs(value.value) * element_spacing(type) / (kUncertainties * kRoundingUnit);
}

}  // namespace tilewave
