// The running error analysis of folds.
#include "sim/verify/fold_rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tilewave {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMostFloat = std::numeric_limits<float>::max();
constexpr double kLeastFloat = std::numeric_limits<float>::denorm_min();

}  // namespace

void UncertainFolds::begin(Fold fold, std::span<const double> values,
                           std::span<const Element> before) {
  fold_ = fold;
  values_.assign(values.begin(), values.end());
  const auto extreme = [&] { begin_extreme(values, before); };
  by_fold(
      fold, [&] { begin_sum(values, before); }, extreme, extreme,
      [&] { begin_product(values, before); });
}

void UncertainFolds::add(const double* values, const double* units) {
  const auto extreme = [&] { add_to_extreme(values, units); };
  by_fold(
      fold_, [&] { add_to_sum(values, units); }, extreme, extreme,
      [&] { add_to_product(values, units); });
}

void UncertainFolds::end(std::span<Element> after) {
  const auto extreme = [&] { end_extreme(after); };
  by_fold(
      fold_, [&] { end_sum(after); }, extreme, extreme, [&] { end_product(after); });
}

void UncertainFolds::begin_sum(std::span<const double> values, std::span<const Element> before) {
  sums_.begin(ElementType::kF32, values, before);
  units_.assign(values.size(), 0.0);
  exact_.assign(values.size(), 0.0);
  most_.resize(values.size());
  std::ranges::transform(values, most_.begin(), [](double value) { return std::abs(value); });
}

void UncertainFolds::add_to_sum(const double* values, const double* units) {
  sums_.add(1, 0, values, exact_.data());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    units_[i] += units[i];
    most_[i] += std::isfinite(values[i]) ? std::abs(values[i]) : 0.0;
  }
}

void UncertainFolds::end_sum(std::span<Element> after) {
  sums_.end(after);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    after[i].own += most_[i] > kMostFloat ? kInfinity : units_[i];
  }
}

void UncertainFolds::begin_extreme(std::span<const double> values,
                                   std::span<const Element> before) {
  low_.resize(values.size());
  high_.resize(values.size());
  anything_.assign(values.size(), 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double units = before[i].units();
    low_[i] = values[i] - rounding_difference(units);
    high_[i] = values[i] + rounding_difference(units);
    anything_[i] = std::isfinite(units) ? 0 : 1;
  }
}

void UncertainFolds::add_to_extreme(const double* values, const double* units) {
  const auto combine = fold_info(fold_).combine;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double most = rounding_difference(units[i]);
    values_[i] = combine(values_[i], values[i]);
    low_[i] = combine(low_[i], values[i] - most);
    high_[i] = combine(high_[i], values[i] + most);
    anything_[i] = anything_[i] != 0 || !std::isfinite(units[i]) ? 1 : 0;
  }
}

void UncertainFolds::end_extreme(std::span<Element> after) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    double units = 0;
    if (anything_[i] != 0) {
      units = kInfinity;
    } else if (std::isfinite(values_[i])) {
      units = std::max(high_[i] - values_[i], values_[i] - low_[i]) / rounding_difference(1);
    }
    after[i] = {units, 0};
  }
}

void UncertainFolds::begin_product(std::span<const double> values,
                                   std::span<const Element> before) {
  factors_ = 1;
  units_.resize(values.size());
  most_.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    units_[i] = before[i].units();
    most_[i] = std::max(1.0, std::abs(values[i]) + rounding_difference(units_[i]));
  }
}

void UncertainFolds::add_to_product(const double* values, const double* units) {
  ++factors_;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double value = values[i];
    const double product = values_[i] * value;
    units_[i] = std::abs(value) * units_[i] + std::abs(values_[i]) * units[i] +
                rounding_difference(units_[i]) * units[i] + std::abs(product);
    most_[i] *= std::max(1.0, std::abs(value) + rounding_difference(units[i]));
    values_[i] = product;
  }
}

void UncertainFolds::end_product(std::span<Element> after) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (std::isnan(values_[i])) {  // a NaN, or zero times infinity: in any order
      after[i] = {};
      continue;
    }
    // A part of the product that is too small for all digits loses so much of the whole.
    const double units = units_[i] + factors_ * most_[i] * kLeastFloat / kRoundingUnit;
    const bool anything = !std::isfinite(units) || most_[i] > kMostFloat;
    after[i] = {anything ? kInfinity : units, 0};
  }
}

}  // namespace tilewave
