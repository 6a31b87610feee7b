// Hands out jobs by shared program, and stores what comes back.
#include "sim/sweep/local_engine.h"

#include <iostream>
#include <set>

#include "sim/base/files.h"
#include "sim/base/utf8.h"
#include "sim/sweep/point_runner.h"

namespace tilewave {
namespace {

std::string seconds_text(std::chrono::milliseconds time) {
  std::string text = std::to_string(static_cast<double>(time.count()) / 1000);
  text.erase(text.find_last_not_of('0') + 1);
  return text + (text.ends_with('.') ? "0 s" : " s");
}

PointResult result_of(const JobEnd& end, const PoolOptions& options) {
  switch (end.how) {
    case JobEnd::How::kDone: return unpack(end.text);
    case JobEnd::How::kCrashed: return {PointStatus::kCrashed, message_line(end.text), {}, {}};
    case JobEnd::How::kTimeout:
      return {PointStatus::kTimeout,
              "took longer than " + seconds_text(options.timeout.value()),
              {},
              {}};
  }
  return {};
}

}  // namespace

std::vector<std::uint32_t> points_to_run(const SweepPlan& plan,
                                         const std::function<bool(std::uint32_t)>& is_known) {
  std::vector<std::uint32_t> points;
  std::set<PointKey> seen;
  for (const std::uint32_t point : plan.order()) {
    const PlannedPoint& planned = plan.points[point];
    if (planned.invalid.empty() && seen.insert(planned.key).second && !is_known(point)) {
      points.push_back(point);
    }
  }
  return points;
}

bool run_points(const SweepDefinition& sweep, const SweepPlan& plan,
                std::span<const std::uint32_t> points, const PoolOptions& options,
                const std::function<void(std::uint32_t, const PointResult&)>& on_result,
                const WorkerPool::KeepGoing& keep_going) {
  PointRunner runner(sweep, plan);  // each worker has its own copy of it
  PoolOptions pool_options = options;
  if (!pool_options.on_fewer) {
    pool_options.on_fewer = [&options](unsigned workers, const std::string& why) {
      std::cerr << "tilewave: " << workers << " worker processes instead of " << options.workers
                << ": " << why << std::endl;
    };
  }
  WorkerPool pool(pool_options, [&runner](std::uint32_t point) { return pack(runner.run(point)); });
  return pool.run(
      points,
      [&](std::uint32_t point, const JobEnd& end) { on_result(point, result_of(end, options)); },
      keep_going);
}

}  // namespace tilewave
