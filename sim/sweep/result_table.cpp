// Columns of numbers, a row for each point.
#include "sim/sweep/result_table.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "sim/sweep/metrics.h"

namespace tilewave {

std::size_t ResultTable::count(PointStatus which) const {
  return static_cast<std::size_t>(std::ranges::count(status, which));
}

const std::vector<double>& ResultTable::metric(const std::string& name) const {
  const std::vector<Metric>& all = sweep_metrics();
  const auto found = std::ranges::find(all, name, &Metric::name);
  if (found == all.end()) {
    throw InternalError("there is no metric " + name);
  }
  return metrics[static_cast<std::size_t>(found - all.begin())];
}

std::vector<std::vector<std::uint32_t>> compared_points(const SweepSpace& space,
                                                        const ResultTable& results) {
  std::vector<std::vector<std::uint32_t>> points(space.models.size());
  for (std::uint32_t i = 0; i < results.points(); ++i) {
    if (results.compared(i)) {
      points[space.points[i].model].push_back(i);
    }
  }
  return points;
}

ResultTable collect_results(std::size_t points, const ResultSource& results,
                            const std::function<std::string(std::uint32_t)>& place_of) {
  const std::vector<Metric>& all = sweep_metrics();
  ResultTable table;
  table.metrics.resize(all.size());
  for (std::uint32_t point = 0; point < points; ++point) {
    const PointResult result = results(point);
    table.status.push_back(result.status);
    nlohmann::ordered_json metrics;
    try {
      metrics = parse_metrics(result);
      check_metrics(result.status, metrics);
    } catch (const InputError& error) {
      throw InputError(place_of(point) + " is damaged: " + error.what());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto found = metrics.find(all[i].name);
      const bool number = found != metrics.end() && found->is_number();
      table.metrics[i].push_back(number ? found->get<double>() : ResultTable::kNone);
    }
  }
  table.kept.assign(points, true);
  return table;
}

}  // namespace tilewave
