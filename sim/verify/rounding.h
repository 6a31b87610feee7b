// How far a result may be off by rounding alone: a running error analysis beside the evaluations of
// reference.h. It computes no expected value, and it knows no tolerance but its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/program/element_type.h"
#include "compiler/program/expression.h"
#include "models/dram/zeroed_memory.h"

namespace tilewave {

/// Half the distance from 1 to the next fp32 number: what one rounding changes at most, relatively.
inline constexpr double kRoundingUnit = 0x1p-24;

/// How many of its uncertainty a value may be off. An uncertainty takes the roundings of one sum as
/// they are at worst; those of different summands add up as those of independent errors do, by their
/// squares. That λ of them are exceeded has a probability of 2·exp(−λ²/2) or less (Hoeffding;
/// Higham and Mary, SIAM J. Sci. Comput. 41, 2019): for 8 of them 3e-14.
inline constexpr double kUncertainties = 8;

/// The uncertainties of a tensor's values, in rounding units. An infinite one says that rounding may
/// make anything of the value; those that nobody sets, all zero, cost no memory.
class Uncertainties {
 public:
  Uncertainties() = default;
  explicit Uncertainties(std::size_t size) : memory_(size * sizeof(double)) {}

  double* data() { return reinterpret_cast<double*>(memory_.data()); }
  double operator[](std::size_t i) const {
    return reinterpret_cast<const double*>(memory_.data())[i];
  }

 private:
  ZeroedMemory memory_;
};

/// By tensor, like the values.
using TensorUncertainties = std::unordered_map<std::string, Uncertainties>;

/// An uncertainty of `units` as a difference of values: kUncertainties of them.
inline double rounding_difference(double units) { return kUncertainties * kRoundingUnit * units; }

/// Sums of products and their uncertainty, for a stretch of a row at a time:
///
///   own        K · (max |partial sum| + √Σ (a·b)²)       its K roundings, in this order exactly, in
///                                                        others nearly so
///   inherited  Σ (a·Δb)² + (b·Δa)²                       from the operands, squared
///
/// The uncertainty is own + √inherited. Sums of integers round nothing, and what they inherit adds up as
/// it is, for few of their operands are uncertain, and those by whole numbers; a sum that may, or may
/// not, pass the end of i32 may be anything.
class UncertainSums {
 public:
  struct Element {
    double own = 0;
    double inherited = 0;

    double units() const;
  };

  /// From `sums` on, of this type, whose uncertainty is `before`.
  void begin(ElementType type, std::span<const double> sums, std::span<const Element> before);
  /// One product for each sum: `left` times `right` less `right_zero`, with their uncertainties.
  template <typename Value>  // float or double
  void add(double left, double left_units, const Value* right, const double* right_units,
           double right_zero = 0);
  /// Into `after`, for the sums begun.
  void end(std::span<Element> after);

 private:
  Element after(std::size_t i) const;

  bool integers_ = false;
  std::vector<double> sums_;
  std::vector<double> most_;
  std::vector<double> squares_;
  std::vector<double> inherited_;
  std::vector<double> own_;
  std::uint64_t products_ = 0;
};

struct UncertainValue {
  double value = 0;
  double units = 0;  ///< its uncertainty
};

/// The value of `expression`. The uncertainty of a step is
///
///   |value|                      its rounding
///   + what the function changes  when an argument moves by as much as it may be off, and by
///                                roundings of its own magnitude
///   + what kernel.h allows       a function that is computed by an approximation
///   + anything                   a value that fp32 may have as an infinity; and what a number too
///                                small for all digits lacks
///
/// and none where nothing is rounded: a number of fp32 made of exact ones by a basic operation. A
/// function that repeats itself (FunctionInfo::repeats) is looked at between the ends of what its
/// argument may be, too, and twice the change seen there counts.
UncertainValue evaluate_uncertain(const Expression& expression,
                                  std::span<const UncertainValue> operands);

/// The uncertainty of evaluate_as(): that of the expression, and of bf16 and f16 that a value near the
/// middle of two may become either. An integer has none if it is made of exact operands by basic
/// operations, for these are defined; else it may be any between those that the ends of what the
/// expression may be become.
double evaluate_uncertain_as(ElementType type, const Expression& expression,
                             std::span<const UncertainValue> operands);

}  // namespace tilewave
