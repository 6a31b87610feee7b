// Points run in processes on this machine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/sweep/plan.h"
#include "sim/sweep/worker_pool.h"

namespace tilewave {

/// Those of `points` that have to be run, in the best order: the valid ones for whose key
/// `is_known` is false, each key once.
std::vector<std::uint32_t> points_to_run(const SweepPlan& plan,
                                         const std::function<bool(std::uint32_t)>& is_known);

/// Runs every one of `points` in a worker. `on_result` gets each as it ends; what it throws ends
/// the run. False if `keep_going` ended it. Says on standard error if there are fewer workers than
/// wanted, unless `options` has somebody else to hear it. Must run inside SystemC.
bool run_points(const SweepDefinition& sweep, const SweepPlan& plan,
                std::span<const std::uint32_t> points, const PoolOptions& options,
                const std::function<void(std::uint32_t, const PointResult&)>& on_result,
                const WorkerPool::KeepGoing& keep_going);

}  // namespace tilewave
