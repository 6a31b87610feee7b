// Quotients of figures: 0 where there is nothing to divide by, as of a run of no cycles.
#pragma once

#include <cstdint>

namespace tilewave {

inline double ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : 0.0;
}

inline double ratio(std::uint64_t numerator, std::uint64_t denominator) {
  return ratio(static_cast<double>(numerator), static_cast<double>(denominator));
}

}  // namespace tilewave
