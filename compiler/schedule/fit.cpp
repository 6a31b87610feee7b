#include "compiler/schedule/fit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/graph/fusion.h"
#include "compiler/lowering/lower.h"
#include "compiler/lowering/tiling.h"

namespace tilewave {
namespace {

/// Farthest next use is optimal for a given sequence of requests; but how far loads run ahead of
/// the steps depends on what was evicted before, so that in about one network of seventy LRU loads
/// less. Then its schedule is the better one of the two.
Schedule best_schedule(const SchedulingProblem& problem) {
  Schedule schedule = schedule_uops(problem);
  if (problem.options.eviction != Eviction::kBelady || schedule.stats.evictions == 0 ||
      problem.options.buffering != Buffering::kPingPong) {
    return schedule;
  }
  ScheduleOptions options = problem.options;
  options.eviction = Eviction::kLru;
  try {
    Schedule other = schedule_uops({problem.graph, problem.uops, options});
    return other.stats.loads < schedule.stats.loads ? std::move(other) : std::move(schedule);
  } catch (const OutOfSram&) {
    return schedule;
  }
}

FittingSchedule attempt(const Graph& fused, const TileShape& tile, std::vector<LoopNest> nests,
                        const ScheduleOptions& options) {
  FittingSchedule fitting{std::move(nests), {}, {}};
  fitting.uops = lower(fused, tile, fitting.nests);
  verify_uops(fused, fitting.uops);
  const SchedulingProblem problem{fused, fitting.uops, options};
  fitting.schedule = best_schedule(problem);
  verify(problem, fitting.schedule);
  return fitting;
}

}  // namespace

Graph fuse_to_fit(const Graph& graph, const TileShape& tile, std::uint64_t sram_bytes) {
  Graph fused = fuse(graph);
  const std::vector<TileExtent> tiles = tensor_tiles(fused, tile);
  const bool tight = std::ranges::any_of(fused.operators(), [&](const Operator& oper) {
    return oper.has_bias() && step_bytes(fused, oper, tiles) > sram_bytes;
  });
  return tight ? fuse(graph, FuseBias::kNo) : std::move(fused);
}

FittingSchedule schedule_to_fit(const Graph& fused, const TileShape& tile,
                                const ScheduleOptions& options) {
  require_step_fits(fused, tile, options.sram_bytes);
  for (const std::uint64_t quarters : {4U, 3U, 2U, 1U}) {
    try {
      return attempt(fused, tile,
                     choose_loop_nests(fused, tile, options.loop_order, options.costs,
                                       options.sram_bytes / 4 * quarters),
                     options);
    } catch (const OutOfSram&) {
      // Smaller blocks leave more room between their tiles.
    }
  }
  ScheduleOptions plain = options;
  plain.buffering =
      options.buffering == Buffering::kTagged ? Buffering::kTagged : Buffering::kSingle;
  plain.apart = true;
  plain.forwarding = false;  // a result that stays would lie in the way of operands
  return attempt(fused, tile, std::vector<LoopNest>(fused.operators().size()), plain);
}

}  // namespace tilewave
