// One loop over tiles for each kind of operator; every step is preceded by the loads it needs.
#include "compiler/lowering/lower.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "compiler/base/error.h"
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

void lower_matmul(const Graph& graph, OperatorId id, const LoopNest& nest, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TileGrid out = list.grid(graph, oper.output);
  const auto steps = static_cast<std::uint32_t>(reduction_steps(graph, oper, list.tile));
  std::vector<std::uint32_t> done(out.tiles());
  for_each_step(
      nest, {out.rows, out.cols, steps}, [&](std::uint32_t m, std::uint32_t n, std::uint32_t k) {
        std::uint32_t& count = done[out.index(m, n)];
        const bool first = count == 0;
        const bool last = ++count == steps;
        const Uop step{UopKind::kExecute, first, last, false, id, oper.output, m, n, k};
        for (std::size_t input = 0; input < (first ? oper.product_inputs() : 2); ++input) {
          load_operand(graph, id, input, step, list);
        }
        list.uops.push_back(step);
        if (last && oper.has_map()) {
          lower_expression(graph, id,
                           {UopKind::kExecute, false, true, true, id, oper.output, m, n, 0}, list);
        }
        if (last) {
          list.uops.push_back({UopKind::kStore, false, false, false, id, oper.output, m, n, 0});
        }
      });
}

/// Tile by tile, row by row.
template <typename Step>
void for_each_tile(const TileGrid& grid, Step&& step) {
  for (std::uint32_t row = 0; row < grid.rows; ++row) {
    for (std::uint32_t col = 0; col < grid.cols; ++col) {
      step(row, col);
    }
  }
}

void lower_map(const Graph& graph, OperatorId id, UopList& list) {
  const TensorId result = graph.operators()[id].output;
  for_each_tile(list.grid(graph, result), [&](std::uint32_t row, std::uint32_t col) {
    lower_expression(graph, id, {UopKind::kExecute, true, true, true, id, result, row, col, 0},
                     list);
    list.uops.push_back({UopKind::kStore, false, false, false, id, result, row, col, 0});
  });
}

void lower_reduce(const Graph& graph, OperatorId id, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const auto steps = static_cast<std::uint32_t>(reduction_steps(graph, oper, list.tile));
  for_each_tile(list.grid(graph, oper.output), [&](std::uint32_t row, std::uint32_t col) {
    for (std::uint32_t k = 0; k < steps; ++k) {
      lower_expression(
          graph, id,
          {UopKind::kExecute, k == 0, k + 1 == steps, false, id, oper.output, row, col, k}, list);
    }
    list.uops.push_back({UopKind::kStore, false, false, false, id, oper.output, row, col, 0});
  });
}

void lower_copy(const Graph& graph, OperatorId id, UopList& list) {
  const TensorId result = graph.operators()[id].output;
  for_each_tile(list.grid(graph, result), [&](std::uint32_t row, std::uint32_t col) {
    const Uop store{UopKind::kStore, false, false, false, id, result, row, col, 0};
    load_operand(graph, id, 0, store, list);
    list.uops.push_back(store);
  });
}

/// The kernel of every expression, once each.
void collect_kernels(const Graph& graph, UopList& list) {
  list.kernel_of.resize(graph.operators().size());
  std::map<std::string, std::uint16_t> known;  // by text
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    const Operator& oper = graph.operators()[id];
    if (!oper.has_map()) {
      continue;
    }
    VectorKernel kernel{{}, oper.map};
    kernel.result = graph.tensor(oper.output).type;
    if (oper.kind == OperatorKind::kReduce) {
      kernel.reduction = oper.reduction;
    }
    if (oper.product_inputs() > 0) {
      kernel.operands.push_back({OperandForm::kTile, sum_type(graph, oper)});
    }
    for (const TensorId input : oper.map_inputs()) {
      const Tensor& tensor = graph.tensor(input);
      kernel.operands.push_back({operand_form(broadcast_of(tensor.shape, work_shape(graph, oper)),
                                              largest_tile(list.stored[input], list.tiles[input])),
                                 tensor.type});
    }
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

UopList lower(const Graph& graph, const Tiling& tile, const std::vector<LoopNest>& nests) {
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
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    by_kind(
        graph.operators()[id].kind, [&] { lower_matmul(graph, id, nests[id], list); },
        [&] { lower_map(graph, id, list); }, [&] { lower_reduce(graph, id, list); },
        [&] { lower_copy(graph, id, list); }, [] {}, [] {});
  }
  return list;
}

UopList lower(const Graph& graph, const Tiling& tile, LoopOrder order) {
  LoopNest nest;
  nest.inner = order;
  return lower(graph, tile, std::vector(graph.operators().size(), nest));
}

}  // namespace tilewave
