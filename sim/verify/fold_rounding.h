// How far the result of a fold may be off by rounding alone, in whatever order its values are taken:
// what rounding.h is for sums of products and expressions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "compiler/program/folds.h"
#include "sim/verify/rounding.h"

namespace tilewave {

/// The uncertainty of a step of folds, all its results at once:
///
///   sum       that of UncertainSums, for products with 1; what the values are off adds up as it is, for
///             they may have an operand in common, and then are off the same way
///   max, min  how far the result moves when every value does by as much as it may be off: nothing is
///             rounded
///   product   that of its multiplications one after another; those in another order are nearly so
///
/// and anything where fp32 may have an infinity on the way, in some order.
class UncertainFolds {
 public:
  using Element = UncertainSums::Element;

  /// Goes on from `values`, whose uncertainty is `before`.
  void begin(Fold fold, std::span<const double> values, std::span<const Element> before);
  /// One more value for each result, and its uncertainty.
  void add(const double* values, const double* units);
  /// Into `after`, for the results begun.
  void end(std::span<Element> after);

 private:
  void begin_sum(std::span<const double> values, std::span<const Element> before);
  void add_to_sum(const double* values, const double* units);
  void end_sum(std::span<Element> after);
  void begin_extreme(std::span<const double> values, std::span<const Element> before);
  void add_to_extreme(const double* values, const double* units);
  void end_extreme(std::span<Element> after) const;
  void begin_product(std::span<const double> values, std::span<const Element> before);
  void add_to_product(const double* values, const double* units);
  void end_product(std::span<Element> after) const;

  Fold fold_ = Fold::kSum;
  std::vector<double> values_;
  std::vector<double> units_;  // of sums and products
  std::vector<double> most_;   // sum of the magnitudes, or the largest partial product
  // Of sums only:
  UncertainSums sums_;
  std::vector<double> exact_;  // zeros
  // Of maxima and minima only: what they may be, and whether that is anything.
  std::vector<double> low_;
  std::vector<double> high_;
  std::vector<char> anything_;
  // Of products only:
  double factors_ = 0;
};

}  // namespace tilewave
