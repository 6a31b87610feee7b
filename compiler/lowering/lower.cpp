#include "compiler/lowering/lower.h"

#include <limits>
#include <string>

#include "compiler/base/error.h"
#include "compiler/lowering/tiling.h"
#include "compiler/program/program.h"

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

void lower_matmul(const Graph& graph, OperatorId id, const LoopNest& nest, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TensorId a = oper.inputs[0];
  const TensorId b = oper.inputs[1];
  const TileGrid out = list.grid(graph, oper.output);
  const std::uint32_t steps = list.grid(graph, a).cols;
  std::vector<std::uint32_t> done(out.tiles());
  for_each_step(
      nest, {out.rows, out.cols, steps}, [&](std::uint32_t m, std::uint32_t n, std::uint32_t k) {
        std::uint32_t& count = done[out.index(m, n)];
        const bool first = count == 0;
        const bool last = ++count == steps;
        list.uops.push_back({UopKind::kLoad, false, false, id, a, m, k, k});
        list.uops.push_back({UopKind::kLoad, false, false, id, b, k, n, k});
        if (first && oper.has_bias()) {
          list.uops.push_back({UopKind::kLoad, false, false, id, oper.inputs[2], 0, n, k});
        }
        list.uops.push_back({UopKind::kExecute, first, last, id, oper.output, m, n, k});
        if (last) {
          list.uops.push_back({UopKind::kStore, false, false, id, oper.output, m, n, 0});
        }
      });
}

void lower_elementwise(const Graph& graph, OperatorId id, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TileGrid out = list.grid(graph, oper.output);
  const bool row_vector = is_row_broadcast(graph, oper);
  for (std::uint32_t row = 0; row < out.rows; ++row) {
    for (std::uint32_t col = 0; col < out.cols; ++col) {
      for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
        const std::uint32_t from = input == 1 && row_vector ? 0 : row;
        list.uops.push_back({UopKind::kLoad, false, false, id, oper.inputs[input], from, col, 0});
      }
      if (oper.kind != OperatorKind::kCopy) {
        list.uops.push_back({UopKind::kExecute, true, true, id, oper.output, row, col, 0});
      }
      list.uops.push_back({UopKind::kStore, false, false, id, oper.output, row, col, 0});
    }
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
  switch (oper.kind) {
    case OperatorKind::kMatMul: return 3 * steps + (oper.has_bias() ? 1 : 0) + 1;
    case OperatorKind::kAdd: return 4;
    case OperatorKind::kRelu: return 3;
    case OperatorKind::kCopy: return 2;
  }
  return 0;
}

}  // namespace

LoweringEstimate estimate_lowering(const Graph& graph, const TileShape& tile) {
  LoweringEstimate estimate;
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  const auto grid = [&](TensorId id) { return tile_grid(graph.tensor(id).shape, tiles[id]); };
  for (const Operator& oper : graph.operators()) {
    const std::uint64_t per_tile = uops_per_tile(oper, grid(oper.inputs[0]).cols);
    estimate.uops =
        saturating_add(estimate.uops, saturating_mul(grid(oper.output).tiles(), per_tile));
  }
  for (TensorId id = 0; id < tiles.size(); ++id) {
    const Shape padded = padded_shape(graph.tensor(id).shape, tiles[id]);
    estimate.tensor_bytes =
        saturating_add(estimate.tensor_bytes,
                       saturating_mul(saturating_mul(padded.rows, padded.cols), kElementBytes));
  }
  return estimate;
}

UopList lower(const Graph& graph, const TileShape& tile, const std::vector<LoopNest>& nests) {
  UopList list{tile, tensor_tiles(graph, tile), {}};
  const LoweringEstimate estimate = estimate_lowering(graph, tile);
  if (estimate.uops > kMaxOps || estimate.tensor_bytes > kMaxDramBytes) {
    throw InputError(
        "graph '" + graph.name() + "' needs " +
        (estimate.uops == kSaturated ? "more than 2^64" : std::to_string(estimate.uops)) +
        " tile uOps and " + human_bytes(estimate.tensor_bytes) + " of tensors; allowed are " +
        std::to_string(kMaxOps) + " uOps and " + human_bytes(kMaxDramBytes));
  }
  list.uops.reserve(estimate.uops);
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    if (graph.operators()[id].kind == OperatorKind::kMatMul) {
      lower_matmul(graph, id, nests[id], list);
    } else {
      lower_elementwise(graph, id, list);
    }
  }
  return list;
}

UopList lower(const Graph& graph, const TileShape& tile, LoopOrder order) {
  LoopNest nest;
  nest.inner = order;
  return lower(graph, tile, std::vector(graph.operators().size(), nest));
}

}  // namespace tilewave
