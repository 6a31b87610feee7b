// The attempts, from the whole SRAM to one output tile at a time; the first that fits is taken.
#include "compiler/schedule/fit.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "compiler/graph/fusion.h"
#include "compiler/lowering/lower.h"
#include "compiler/lowering/tiling.h"
#include "compiler/program/opcodes.h"

namespace tilewave {
namespace {

/// Whether some tensor's tiles are not all of one size.
bool has_uneven_tensors(const UopList& uops) {
  for (std::size_t i = 0; i < uops.tiles.size(); ++i) {
    const Shape& stored = uops.stored[i];
    const TileExtent& tile = uops.tiles[i];
    if ((stored.rows > tile.rows && stored.rows % tile.rows != 0) ||
        (stored.cols > tile.cols && stored.cols % tile.cols != 0)) {
      return true;
    }
  }
  return false;
}

/// Of two schedules the one that loads less, the first if it is no less.
Schedule better_schedule(Schedule schedule, const SchedulingProblem& problem,
                         const ScheduleOptions& options) {
  try {
    Schedule other = schedule_uops({problem.graph, problem.uops, options});
    return other.stats.loads < schedule.stats.loads ? std::move(other) : std::move(schedule);
  } catch (const OutOfSram&) {
    return schedule;
  }
}

/// Farthest next use is optimal for a given sequence of requests; but how far loads run ahead of
/// the steps depends on what was evicted before, so that in about one network of seventy LRU loads
/// less. And it is optimal for tiles of one size: where small ones leave holes in which no large one
/// fits, places of one size may need fewer loads. Then the other schedule is taken.
Schedule best_schedule(const SchedulingProblem& problem) {
  Schedule schedule = schedule_uops(problem);
  const ScheduleOptions& options = problem.options;
  if (options.eviction != Eviction::kBelady || schedule.stats.evictions == 0) {
    return schedule;
  }
  ScheduleOptions whole = options;
  whole.whole_places = true;
  ScheduleOptions lru = options;
  lru.eviction = Eviction::kLru;
  if (!options.whole_places && has_uneven_tensors(problem.uops)) {
    schedule = better_schedule(std::move(schedule), problem, whole);
  }
  if (options.buffering == Buffering::kPingPong) {
    schedule = better_schedule(std::move(schedule), problem, lru);
  }
  return schedule;
}

FittingSchedule attempt(const Graph& fused, const Tiling& tile, std::vector<LoopNest> nests,
                        const ScheduleOptions& options) {
  FittingSchedule fitting{std::move(nests), {}, {}};
  fitting.uops = lower(fused, tile, fitting.nests);
  verify_uops(fused, fitting.uops);
  const SchedulingProblem problem{fused, fitting.uops, options};
  fitting.schedule = best_schedule(problem);
  verify(problem, fitting.schedule);
  return fitting;
}

/// Whether a step of some operator needs more than there is.
bool any_step_exceeds(const Graph& graph, const Tiling& tile, std::uint64_t sram_bytes) {
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  return std::ranges::any_of(graph.operators(), [&](const Operator& oper) {
    return step_bytes(graph, oper, tiles, tile.edges) > sram_bytes;
  });
}

/// Products that another whole tensor is added to, or the like, and that are too large to wait for it:
/// by the rule of FusionOptions they would pass through DRAM.
std::set<std::string> large_products(const Graph& fused, const Tiling& tile,
                                     std::uint64_t sram_bytes) {
  std::set<std::string> names;
  const std::vector<TileExtent> tiles = tensor_tiles(fused, tile);
  for (const Operator& oper : fused.operators()) {
    if (const std::optional<TensorId> product = joinable_product(fused, oper)) {
      const Tensor& tensor = fused.tensor(*product);
      const Shape stored = stored_shape(tensor.shape, tiles[*product], tile.edges);
      if (stored.elements() * element_bytes(tensor.type) > sram_bytes / 2) {
        names.insert(tensor.name);
      }
    }
  }
  return names;
}

/// Likewise those that did, for another tile took their place.
std::set<std::string> stored_products(const Graph& fused, const Schedule& schedule) {
  std::set<std::string> names;
  for (const Operator& oper : fused.operators()) {
    const std::optional<TensorId> product = joinable_product(fused, oper);
    if (product && std::ranges::any_of(schedule.ops, [&](const Op& op) {
          return op.tensor == *product && is_store(op);
        })) {
      names.insert(fused.tensor(*product).name);
    }
  }
  return names;
}

struct Fusion {
  FusionOptions options;
  Graph graph;
};

Fusion fusion_to_fit(const Graph& graph, const Tiling& tile, const ScheduleOptions& options) {
  const auto exceeds = [&](const Graph& fused) {
    return any_step_exceeds(fused, tile, options.sram_bytes);
  };
  Fusion plain{{}, fuse(graph, {})};
  if (options.forwarding && options.joins != Joins::kOff) {
    const FusionOptions joined{.joined = large_products(plain.graph, tile, options.sram_bytes)};
    if (!joined.joined.empty()) {
      Fusion fusion{joined, fuse(graph, joined)};
      if (!exceeds(fusion.graph)) {
        return fusion;
      }
    }
  }
  if (exceeds(plain.graph)) {
    plain.options.bias = false;
    plain.graph = fuse(graph, plain.options);
  }
  return plain;
}

/// What a schedule loads and stores.
std::uint64_t moved_bytes(const FittingSchedule& fitting) {
  std::uint64_t bytes = 0;
  for (const Op& op : fitting.schedule.ops) {
    bytes += moves_tile(op) ? fitting.uops.extent(op).bytes() : 0;
  }
  return bytes;
}

}  // namespace

Graph fuse_to_fit(const Graph& graph, const Tiling& tile, const ScheduleOptions& options) {
  return fusion_to_fit(graph, tile, options).graph;
}

CompiledSchedule compile_to_fit(const Graph& graph, const Tiling& tile,
                                const ScheduleOptions& options) {
  auto [fusion, fused] = fusion_to_fit(graph, tile, options);
  FittingSchedule fitting = schedule_to_fit(fused, tile, options);
  if (options.joins != Joins::kSpilled || !options.forwarding) {
    return {std::move(fused), std::move(fitting)};
  }
  if (std::set<std::string> stored = stored_products(fused, fitting.schedule); !stored.empty()) {
    fusion.joined.merge(stored);
    Graph joined = fuse(graph, fusion);
    if (!any_step_exceeds(joined, tile, options.sram_bytes)) {
      FittingSchedule other = schedule_to_fit(joined, tile, options);
      if (moved_bytes(other) <= moved_bytes(fitting)) {
        return {std::move(joined), std::move(other)};
      }
    }
  }
  return {std::move(fused), std::move(fitting)};
}

FittingSchedule schedule_to_fit(const Graph& fused, const Tiling& tile,
                                const ScheduleOptions& options) {
  require_step_fits(fused, tile, options.sram_bytes);
  ScheduleOptions whole = options;
  whole.whole_places = true;
  for (const std::uint64_t quarters : {4U, 3U, 2U, 1U}) {
    const std::vector<LoopNest> nests = choose_loop_nests(
        fused, tile, options.loop_order, options.costs, options.sram_bytes / 4 * quarters);
    for (const ScheduleOptions& tried : {options, whole}) {
      try {
        return attempt(fused, tile, nests, tried);
      } catch (const OutOfSram&) {
        // Smaller blocks leave more room between their tiles.
      }
    }
  }
  ScheduleOptions plain = whole;
  plain.buffering =
      options.buffering == Buffering::kTagged ? Buffering::kTagged : Buffering::kSingle;
  plain.apart = true;
  plain.forwarding = false;  // a result that stays would lie in the way of operands
  return attempt(fused, tile, std::vector<LoopNest>(fused.operators().size()), plain);
}

}  // namespace tilewave
