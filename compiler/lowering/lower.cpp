// One loop over tiles for each kind of operator; every step is preceded by the loads it needs.
#include "compiler/lowering/lower.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/lowering/expression_kernels.h"
#include "compiler/lowering/tile_regions.h"
#include "compiler/lowering/tiling.h"
#include "compiler/program/program.h"
#include "compiler/program/verify/program_verify.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kSaturated = std::numeric_limits<std::uint64_t>::max();

std::uint64_t saturating_mul(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kSaturated : product;
}

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kSaturated : sum;
}

/// The operand as `step` reads it.
void load_operand(const Graph& graph, OperatorId id, std::size_t input, const Uop& step,
                  UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TileCoordinates tile = operand_tile(graph, oper, input, step);
  list.uops.push_back(
      {UopKind::kLoad, false, false, false, id, oper.inputs[input], tile.row, tile.col, step.k});
}

/// The step of an operator's expression, behind the LOADs of what it reads.
void lower_expression(const Graph& graph, OperatorId id, const Uop& step, UopList& list) {
  const Operator& oper = graph.operators()[id];
  for (std::size_t input = oper.product_inputs(); input < oper.inputs.size(); ++input) {
    load_operand(graph, id, input, step, list);
  }
  list.uops.push_back(step);
}

/// `rows` of the tiles of its result.
void lower_matmul(const Graph& graph, OperatorId id, const LoopNest& nest, const PartRange& rows,
                  UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TileGrid out{rows.end - rows.begin, list.grid(graph, oper.output).cols};
  const auto steps = static_cast<std::uint32_t>(reduction_steps(graph, oper, list.tile));
  std::vector<std::uint32_t> done(out.tiles());
  for_each_step(
      nest, {out.rows, out.cols, steps}, [&](std::uint32_t m, std::uint32_t n, std::uint32_t k) {
        std::uint32_t& count = done[out.index(m, n)];
        const std::uint32_t row = rows.begin + m;
        const bool first = count == 0;
        const bool last = ++count == steps;
        const Uop step{UopKind::kExecute, first, last, false, id, oper.output, row, n, k};
        for (std::size_t input = 0; input < (first ? oper.product_inputs() : 2); ++input) {
          load_operand(graph, id, input, step, list);
        }
        list.uops.push_back(step);
        if (last && oper.has_map()) {
          lower_expression(
              graph, id, {UopKind::kExecute, false, true, true, id, oper.output, row, n, 0}, list);
        }
        if (last) {
          list.uops.push_back({UopKind::kStore, false, false, false, id, oper.output, row, n, 0});
        }
      });
}

/// Tile by tile, row by row.
template <typename Step>
void for_each_tile(const PartRange& rows, std::uint32_t cols, Step&& step) {
  for (std::uint32_t row = rows.begin; row < rows.end; ++row) {
    for (std::uint32_t col = 0; col < cols; ++col) {
      step(row, col);
    }
  }
}

/// `rows` of the tiles of an operator's result.
void lower_rows(const Graph& graph, OperatorId id, const LoopNest& nest, const PartRange& rows,
                UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TensorId result = oper.output;
  const std::uint32_t cols = list.grid(graph, result).cols;
  const auto store = [&](std::uint32_t row, std::uint32_t col) {
    return Uop{UopKind::kStore, false, false, false, id, result, row, col, 0};
  };
  const auto map = [&](std::uint32_t row, std::uint32_t col) {
    lower_expression(graph, id, {UopKind::kExecute, true, true, true, id, result, row, col, 0},
                     list);
    list.uops.push_back(store(row, col));
  };
  const auto steps = static_cast<std::uint32_t>(reduction_steps(graph, oper, list.tile));
  const auto reduce = [&](std::uint32_t row, std::uint32_t col) {
    for (std::uint32_t k = 0; k < steps; ++k) {
      lower_expression(graph, id,
                       {UopKind::kExecute, k == 0, k + 1 == steps, false, id, result, row, col, k},
                       list);
    }
    list.uops.push_back(store(row, col));
  };
  const auto copy = [&](std::uint32_t row, std::uint32_t col) {
    load_operand(graph, id, 0, store(row, col), list);
    list.uops.push_back(store(row, col));
  };
  by_kind(
      oper.kind, [&] { lower_matmul(graph, id, nest, rows, list); },
      [&] { for_each_tile(rows, cols, map); }, [&] { for_each_tile(rows, cols, reduce); },
      [&] { for_each_tile(rows, cols, copy); }, [] {}, [] {});
}

/// What a uOp that is no LOAD ends: a step, with what has to follow it at once.
bool ends_step(const std::vector<Uop>& uops, std::size_t at) {
  const bool followed = at + 1 < uops.size() && (uops[at + 1].kind == UopKind::kStore ||
                                                 (uops[at].last && !uops[at].vector));
  return uops[at].kind == UopKind::kStore || (uops[at].kind == UopKind::kExecute && !followed);
}

/// Steps of both, each in their order and spread evenly, so that neither unit waits for the queue of the other.
std::vector<Uop> interleaved(const std::vector<Uop>& a, const std::vector<Uop>& b) {
  std::vector<Uop> merged;
  merged.reserve(a.size() + b.size());
  std::size_t at_a = 0;
  std::size_t at_b = 0;
  const auto take_step = [&](const std::vector<Uop>& uops, std::size_t& at) {
    bool ended = false;
    while (at < uops.size() && !ended) {
      ended = ends_step(uops, at);
      merged.push_back(uops[at++]);
    }
  };
  while (at_a < a.size() || at_b < b.size()) {
    // Of which a smaller share is through.
    const bool from_a = at_b == b.size() || (at_a < a.size() && at_a * b.size() <= at_b * a.size());
    take_step(from_a ? a : b, from_a ? at_a : at_b);
  }
  return merged;
}

/// Operators one by one and in blocks, as a plan says.
class PlannedOrder {
 public:
  PlannedOrder(const Graph& graph, const LoopPlan& plan, UopList& list)
      : graph_(graph), plan_(plan), list_(list), placed_(placements(graph)) {}

  void run() {
    OperatorId next = 0;
    for (const RowBlocks& blocks : plan_.blocks) {
      one_by_one(next, blocks.first);
      if (!turns_.empty() && (!blocks.has_second() || !is_independent(blocks))) {
        run_halves();
      }
      const std::uint32_t tiles = rows_of(blocks.first);
      for (std::uint32_t row = 0; row < tiles; row += blocks.tiles) {
        const PartRange rows{row, std::min(row + blocks.tiles, tiles)};
        if (blocks.has_second()) {
          turns_.push_back({&blocks, rows});
        } else {
          part(blocks.first, blocks.end, rows);
        }
      }
      next = blocks.end;
    }
    one_by_one(next, static_cast<OperatorId>(graph_.operators().size()));
    run_halves();
  }

 private:
  /// A block that has two halves.
  struct Turn {
    const RowBlocks* blocks = nullptr;
    PartRange rows;
  };

  std::uint32_t rows_of(OperatorId id) const {
    return list_.grid(graph_, graph_.operators()[id].output).rows;
  }

  /// Operators [first, end), each for all its rows. Views do nothing and wait for nothing.
  void one_by_one(OperatorId first, OperatorId end) {
    for (OperatorId id = first; id < end; ++id) {
      if (!is_view(graph_.operators()[id].kind)) {
        run_halves();
        lower_rows(graph_, id, plan_.nests[id], {0, rows_of(id)}, list_);
      }
    }
  }

  void part(OperatorId first, OperatorId end, const PartRange& rows) {
    for (OperatorId id = first; id < end; ++id) {
      lower_rows(graph_, id, plan_.nests[id], rows, list_);
    }
  }

  /// Where the products at the beginning of a first half end.
  OperatorId products_end(const RowBlocks& blocks) const {
    OperatorId id = blocks.first;
    while (id < blocks.second &&
           (graph_.operators()[id].is_product() || is_view(graph_.operators()[id].kind))) {
      ++id;
    }
    return id;
  }

  /// The vector steps of every block beside the second half of the block before it and the products of the block
  /// behind it.
  void run_halves() {
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      const auto [blocks, rows] = turns_[i];
      if (i == 0) {
        part(blocks->first, products_end(*blocks), rows);
      }
      std::vector<Uop> before = std::exchange(list_.uops, {});
      part(products_end(*blocks), blocks->second, rows);
      const std::vector<Uop> steps = std::exchange(list_.uops, {});
      if (i > 0) {
        part(turns_[i - 1].blocks->second, turns_[i - 1].blocks->end, turns_[i - 1].rows);
      }
      if (i + 1 < turns_.size()) {
        const Turn& behind = turns_[i + 1];
        part(behind.blocks->first, products_end(*behind.blocks), behind.rows);
      }
      const std::vector<Uop> both = interleaved(steps, list_.uops);
      before.insert(before.end(), both.begin(), both.end());
      list_.uops = std::move(before);
    }
    if (!turns_.empty()) {
      const Turn last = turns_.back();
      turns_.clear();
      part(last.blocks->second, last.blocks->end, last.rows);
    }
  }

  /// Whether the first half of `blocks` reads nothing of what the operators of the last turn compute.
  bool is_independent(const RowBlocks& blocks) const {
    const RowBlocks& before = *turns_.back().blocks;
    for (OperatorId id = blocks.first; id < blocks.second; ++id) {
      for (const TensorId input : graph_.operators()[id].inputs) {
        for (OperatorId other = before.first; other < before.end; ++other) {
          if (share_elements(graph_, placed_, input, graph_.operators()[other].output)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  const Graph& graph_;
  const LoopPlan& plan_;
  UopList& list_;
  std::vector<Placed> placed_;
  std::vector<Turn> turns_;  // that wait to be run together
};

/// The kernel of every expression, once each.
void collect_kernels(const Graph& graph, UopList& list) {
  list.kernel_of.resize(graph.operators().size());
  std::map<std::string, std::uint16_t> known;  // by text
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    const Operator& oper = graph.operators()[id];
    if (!oper.has_map()) {
      continue;
    }
    VectorKernel kernel = expression_kernel(graph, oper, list.tiles, list.stored);
    const auto [found, is_new] =
        known.try_emplace(to_text(kernel), static_cast<std::uint16_t>(list.kernels.size()));
    if (is_new) {
      list.kernels.push_back(std::move(kernel));
    }
    list.kernel_of[id] = found->second;
  }
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes == kSaturated) {
    return "more than 2^64 bytes";
  }
  constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  while (bytes >= 10240 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + " " + kUnits[unit];
}

/// uOps for one tile of the output, from the first LOAD to the STORE.
std::uint64_t uops_per_tile(const Operator& oper, std::uint64_t steps) {
  const std::uint64_t map = oper.has_map() ? oper.map_inputs().size() + 1 : 0;
  return by_kind(
      oper.kind, [&] { return 3 * steps + (oper.has_bias ? 1 : 0) + map + 1; },
      [&] { return map + 1; }, [&] { return map * steps + 1; }, []() -> std::uint64_t { return 2; },
      []() -> std::uint64_t { return 0; }, []() -> std::uint64_t { return 0; });
}

}  // namespace

LoweringEstimate estimate_lowering(const Graph& graph, const Tiling& tile) {
  LoweringEstimate estimate;
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  const auto grid = [&](TensorId id) { return tile_grid(graph.tensor(id).shape, tiles[id]); };
  for (const Operator& oper : graph.operators()) {
    const std::uint64_t per_tile = uops_per_tile(oper, reduction_steps(graph, oper, tile));
    estimate.uops =
        saturating_add(estimate.uops, saturating_mul(grid(oper.output).tiles(), per_tile));
  }
  const std::vector<Placed> placed = placements(graph);
  for (TensorId id = 0; id < tiles.size(); ++id) {
    if (placed[id].root != id) {
      continue;
    }
    const Shape stored = stored_shape(graph.tensor(id).shape, tiles[id], tile.edges);
    estimate.tensor_bytes = saturating_add(
        estimate.tensor_bytes,
        saturating_mul(saturating_mul(stored.rows, stored.cols), element_bytes(tiles[id].type)));
  }
  return estimate;
}

/// A program's steps are numbered up to a limit, whoever made it.
void check_reductions(const Graph& graph, const TileShape& tile) {
  for (const Operator& oper : graph.operators()) {
    const std::uint64_t steps = reduction_steps(graph, oper, tile);
    if (steps > kMaxReductionSteps) {
      const std::string of =
          oper.is_product() ? std::to_string(tile.k) + " products" : "an expression";
      throw InputError("graph '" + graph.name() + "': " + graph.tensor(oper.output).name +
                       " is the sum of " + std::to_string(steps) + " tiles of " + of +
                       "; allowed are " + std::to_string(kMaxReductionSteps));
    }
  }
}

/// Padding is zero, and what stands for zero in a factor is not.
void check_zeros(const Graph& graph, const UopList& list) {
  for (const Operator& oper : graph.operators()) {
    const bool padded = std::ranges::any_of(oper.inputs, [&](TensorId input) {
      return list.stored[input] != graph.tensor(input).shape;
    });
    if (padded && oper.zeros != decltype(oper.zeros){}) {
      throw InputError(
          "graph '" + graph.name() + "': the factors of " + graph.tensor(oper.output).name +
          " have zeros=" + std::to_string(oper.zeros[0]) + "," + std::to_string(oper.zeros[1]) +
          " and are padded with 0; allowed: zeros=0,0, or tile.edges=real");
    }
  }
}

/// What is padded has nothing else beside it, and a zero may be the largest of a row.
void check_padding(const Graph& graph, TileEdges edges) {
  const auto view = std::ranges::find_if(graph.operators(), [](const Operator& oper) {
    return is_view(oper.kind) || oper.kind == OperatorKind::kReduce;
  });
  if (edges == TileEdges::kPadded && view != graph.operators().end()) {
    throw InputError("graph '" + graph.name() + "': " + to_string(view->kind) + " '" +
                     graph.tensor(view->output).name +
                     "' with tile.edges=padded; allowed: tile.edges=real");
  }
}

UopList lower(const Graph& graph, const Tiling& tile, const LoopPlan& plan) {
  check_padding(graph, tile.edges);
  UopList list{tile, tensor_tiles(graph, tile), {}};
  list.stored = stored_shapes(graph, list.tiles, tile.edges);
  list.regions = tile_regions(graph, placements(graph), list.tiles);
  const LoweringEstimate estimate = estimate_lowering(graph, tile);
  if (estimate.uops > kMaxOps || estimate.tensor_bytes > kMaxDramBytes) {
    throw InputError(
        "graph '" + graph.name() + "' needs " +
        (estimate.uops == kSaturated ? "more than 2^64" : std::to_string(estimate.uops)) +
        " tile uOps and " + human_bytes(estimate.tensor_bytes) + " of tensors; allowed are " +
        std::to_string(kMaxOps) + " uOps and " + human_bytes(kMaxDramBytes));
  }
  check_reductions(graph, tile);
  check_zeros(graph, list);
  collect_kernels(graph, list);
  list.uops.reserve(estimate.uops);
  PlannedOrder(graph, plan, list).run();
  return list;
}

UopList lower(const Graph& graph, const Tiling& tile, LoopOrder order) {
  LoopNest nest;
  nest.inner = order;
  return lower(graph, tile, LoopPlan{std::vector(graph.operators().size(), nest)});
}

}  // namespace tilewave
