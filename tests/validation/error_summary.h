// How far figures are from their references, in percent.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tilewave::validation {

struct ErrorSummary {
  std::size_t runs = 0;
  double mean = 0;  ///< of the errors' magnitudes, as are p90 and max
  double p90 = 0;   ///< nearest rank: the least that nine tenths do not exceed
  double max = 0;
  double bias = 0;  ///< mean of the errors with their signs
};

inline double error_percent(double actual, double reference) {
  return (actual / reference - 1) * 100;
}

inline ErrorSummary summarize(const std::vector<double>& errors) {
  ErrorSummary summary;
  summary.runs = errors.size();
  if (errors.empty()) {
    return summary;
  }
  std::vector<double> sizes;
  for (const double error : errors) {
    sizes.push_back(std::abs(error));
    summary.mean += std::abs(error);
    summary.bias += error;
  }
  const auto runs = static_cast<double>(errors.size());
  summary.mean /= runs;
  summary.bias /= runs;
  std::ranges::sort(sizes);
  summary.p90 = sizes[static_cast<std::size_t>(std::ceil(0.9 * runs)) - 1];
  summary.max = sizes.back();
  return summary;
}

}  // namespace tilewave::validation
