// The attempts, from the whole SRAM to one output tile at a time; the first that fits is taken.
#include "compiler/schedule/fit.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "compiler/graph/fusion.h"
#include "compiler/graph/running_softmax.h"
#include "compiler/lowering/block_choice.h"
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

/// A schedule, and the options that it came about with.
struct Attempted {
  Schedule schedule;
  ScheduleOptions options;
};

/// Of two schedules the one that loads less, the first if it is no less.
void take_better(Attempted& first, const SchedulingProblem& problem,
                 const ScheduleOptions& options) {
  try {
    std::optional<Schedule> other = schedule_with_fewer_loads(
        {problem.graph, problem.uops, options}, first.schedule.stats.loads);
    if (other) {
      first = {std::move(*other), options};
    }
  } catch (const OutOfSram&) {
    // The first one stays.
  }
}

/// Farthest next use is optimal for a given sequence of requests; but how far loads run ahead of
/// the steps depends on what was evicted before, so that in about one network of seventy LRU loads
/// less. And it is optimal for tiles of one size: where small ones leave holes in which no large one
/// fits, places of one size may need fewer loads. Then the other schedule is taken.
Attempted best_schedule(const SchedulingProblem& problem, const Pinned& pinned) {
  const ScheduleOptions& options = problem.options;
  Attempted best{schedule_uops(problem), options};
  if (options.eviction != Eviction::kBelady || best.schedule.stats.evictions == 0) {
    return best;
  }
  ScheduleOptions whole = options;
  whole.whole_places = true;
  ScheduleOptions lru = options;
  lru.eviction = Eviction::kLru;
  if (!pinned.places && !options.whole_places && has_uneven_tensors(problem.uops)) {
    take_better(best, problem, whole);
  }
  if (!pinned.eviction && options.buffering == Buffering::kPingPong) {
    take_better(best, problem, lru);
  }
  return best;
}

/// `nests` but for those that are pinned.
std::vector<LoopNest> with_pinned(std::vector<LoopNest> nests, const Pinned& pinned) {
  for (OperatorId id = 0; id < pinned.nests.size(); ++id) {
    nests[id] = pinned.nests[id].value_or(nests[id]);
  }
  return nests;
}

/// From the first operator of each to behind its last.
std::map<OperatorId, OperatorId> running_softmaxes(const Graph& fused) {
  std::map<OperatorId, OperatorId> runs;
  for (OperatorId id = 0; id < fused.operators().size(); ++id) {
    const std::string& result = fused.tensor(fused.operators()[id].output).name;
    if (const auto first = first_of_running_softmax(fused, result)) {
      runs[*first] = id + 1;
    }
  }
  return runs;
}

/// The blocks that are pinned, else the best where they may be chosen.
std::vector<RowBlocks> choose_blocks(const Graph& fused, const Tiling& tile,
                                     const ScheduleOptions& options, std::uint64_t sram_bytes,
                                     const Pinned& pinned) {
  if (pinned.blocks) {
    return *pinned.blocks;
  }
  std::vector<RowBlocks> blocks;
  if (options.row_blocks) {
    for (const BlockEstimate& estimate : choose_row_blocks(
             fused, tile,
             {options.costs, sram_bytes, options.forwarding, running_softmaxes(fused)})) {
      blocks.push_back(estimate.blocks);
    }
  }
  return blocks;
}

FittingSchedule attempt(const Graph& fused, const Tiling& tile, LoopPlan plan,
                        const ScheduleOptions& options, const Pinned& pinned) {
  FittingSchedule fitting{std::move(plan), {}, {}};
  fitting.uops = lower(fused, tile, fitting.plan);
  verify_uops(fused, fitting.uops);
  Attempted best = best_schedule({fused, fitting.uops, options}, pinned);
  fitting.schedule = std::move(best.schedule);
  fitting.options = std::move(best.options);
  verify({fused, fitting.uops, fitting.options}, fitting.schedule);
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
std::set<std::string> stored_products(const Graph& fused, const FittingSchedule& fitting) {
  std::set<std::string> names;
  for (const Operator& oper : fused.operators()) {
    const std::optional<TensorId> product = joinable_product(fused, oper);
    if (product && std::ranges::any_of(fitting.schedule.ops, [&](const Op& op) {
          return op.region == fitting.uops.regions[*product].tensor && is_store(op);
        })) {
      names.insert(fused.tensor(*product).name);
    }
  }
  return names;
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

namespace {

/// Keys of a part of a running softmax: four tiles, or more if there would be too many parts.
std::uint64_t keys_at_once(const Tiling& tile, std::uint64_t keys) {
  constexpr std::uint64_t kTiles = 4;
  constexpr std::uint64_t kMostParts = 16;
  const std::uint64_t both = std::lcm(std::uint64_t{tile.n}, std::uint64_t{tile.k});
  return std::max(kTiles * both, ceil_div(ceil_div(keys, kMostParts), both) * both);
}

/// Those products whose keys and values leave no room for two rows of tiles of scores.
std::map<std::string, std::uint64_t> large_softmaxes(const Graph& fused, const Tiling& tile,
                                                     std::uint64_t sram_bytes) {
  constexpr double kUsableShare = 0.8;
  std::map<std::string, std::uint64_t> keys;
  for (const SoftmaxProduct& product : softmax_products(fused)) {
    const std::uint64_t at_once = keys_at_once(tile, product.keys);
    const std::uint64_t bytes =
        product.keys * (product.widths + 2 * std::uint64_t{tile.m}) * sizeof(float);
    if (static_cast<double>(bytes) > kUsableShare * static_cast<double>(sram_bytes) &&
        at_once < product.keys && product.rows > tile.m) {
      keys[product.result] = at_once;
    }
  }
  return keys;
}

/// The same with its large softmaxes in parts, where operators may run in blocks.
Fusion with_parts(Fusion fusion, const Graph& graph, const Tiling& tile,
                  const ScheduleOptions& options) {
  if (options.row_blocks && options.forwarding) {
    fusion.options.running = large_softmaxes(fusion.graph, tile, options.sram_bytes);
    if (!fusion.options.running.empty()) {
      Graph parts = fuse(graph, fusion.options);
      if (any_step_exceeds(parts, tile, options.sram_bytes)) {
        fusion.options.running.clear();
      } else {
        fusion.graph = std::move(parts);
      }
    }
  }
  return fusion;
}

}  // namespace

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
        return with_parts(std::move(fusion), graph, tile, options);
      }
    }
  }
  if (exceeds(plain.graph)) {
    plain.options.bias = false;
    plain.graph = fuse(graph, plain.options);
  }
  return with_parts(std::move(plain), graph, tile, options);
}

Graph fuse_to_fit(const Graph& graph, const Tiling& tile, const ScheduleOptions& options) {
  return fusion_to_fit(graph, tile, options).graph;
}

CompiledSchedule compile_to_fit(const Graph& graph, const Tiling& tile,
                                const ScheduleOptions& options) {
  auto [fused, fusion] = [&] {
    Fusion made = fusion_to_fit(graph, tile, options);
    return std::pair(std::move(made.graph), std::move(made.options));
  }();
  FittingSchedule fitting = schedule_to_fit(fused, tile, options);
  if (options.joins != Joins::kSpilled || !options.forwarding) {
    return {std::move(fused), std::move(fitting), std::move(fusion)};
  }
  if (std::set<std::string> stored = stored_products(fused, fitting); !stored.empty()) {
    FusionOptions more = fusion;
    more.joined.merge(stored);
    Graph joined = fuse(graph, more);
    if (!any_step_exceeds(joined, tile, options.sram_bytes)) {
      FittingSchedule other = schedule_to_fit(joined, tile, options);
      if (moved_bytes(other) <= moved_bytes(fitting)) {
        return {std::move(joined), std::move(other), std::move(more)};
      }
    }
  }
  return {std::move(fused), std::move(fitting), std::move(fusion)};
}

FittingSchedule schedule_to_fit(const Graph& fused, const Tiling& tile,
                                const ScheduleOptions& options, const Pinned& pinned) {
  require_step_fits(fused, tile, options.sram_bytes);
  const LoopPlan one_by_one{with_pinned(std::vector<LoopNest>(fused.operators().size()), pinned),
                            pinned.blocks.value_or(std::vector<RowBlocks>{})};
  if (options.apart) {
    return attempt(fused, tile, one_by_one, options, pinned);
  }
  std::vector<ScheduleOptions> ways = {options};
  ScheduleOptions whole = options;
  whole.whole_places = true;
  if (!pinned.places) {
    ways.push_back(whole);
  }
  std::optional<OutOfSram> last;
  LoopPlan tried_plan;
  for (const std::uint64_t quarters : {4U, 3U, 2U, 1U}) {
    const std::uint64_t bytes = options.sram_bytes / 4 * quarters;
    LoopPlan plan;
    plan.blocks = choose_blocks(fused, tile, options, bytes, pinned);
    plan.nests = with_pinned(
        choose_loop_nests(fused, tile, options.loop_order, options.costs, bytes, plan.blocks),
        pinned);
    if (plan == tried_plan) {
      continue;
    }
    tried_plan = plan;
    for (const ScheduleOptions& tried : ways) {
      try {
        return attempt(fused, tile, plan, tried, pinned);
      } catch (const OutOfSram& error) {
        last = error;  // smaller blocks leave more room between their tiles
      }
    }
  }
  if (pinned.last_resort || pinned.places) {
    throw OutOfSram(*last);
  }
  ScheduleOptions plain = whole;
  plain.buffering =
      options.buffering == Buffering::kTagged ? Buffering::kTagged : Buffering::kSingle;
  plain.apart = true;
  plain.forwarding = false;  // a result that stays would lie in the way of operands
  return attempt(fused, tile, one_by_one, plain, pinned);
}

}  // namespace tilewave
