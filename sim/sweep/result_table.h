// The results of a sweep in memory, by column, for those who compare points. The exact numbers, and
// the words, stay in the store.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "sim/sweep/definition.h"
#include "sim/sweep/plan.h"
#include "sim/sweep/point_result.h"

namespace tilewave {

/// The result of a point by its number; what it throws is passed on.
using ResultSource = std::function<PointResult(std::uint32_t point)>;

struct ResultTable {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::vector<PointStatus> status;           ///< [point]
  std::vector<std::vector<double>> metrics;  ///< [metric, as in sweep_metrics()][point]; or kNone

  std::vector<bool> kept;  ///< [point]; false: does not fulfil --where

  std::size_t points() const { return status.size(); }
  std::size_t count(PointStatus which) const;
  bool done(std::uint32_t point) const { return status[point] == PointStatus::kDone; }
  /// Whether the point is compared with others: done, and kept.
  bool compared(std::uint32_t point) const { return done(point) && kept[point]; }
  /// Throws InternalError if there is no such metric.
  const std::vector<double>& metric(const std::string& name) const;
};

/// [model]: its points that are compared.
std::vector<std::vector<std::uint32_t>> compared_points(const SweepSpace& space,
                                                        const ResultTable& results);

/// Throws InputError if a result is none that a run comes to; `place_of` says which one it is.
ResultTable collect_results(std::size_t points, const ResultSource& results,
                            const std::function<std::string(std::uint32_t point)>& place_of);

}  // namespace tilewave
