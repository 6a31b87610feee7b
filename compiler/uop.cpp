#include "compiler/uop.h"

#include <array>
#include <limits>

#include "compiler/error.h"
#include "compiler/program.h"
#include "compiler/tiling.h"

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

/// Positions in (m, n, k) of the loops, the outermost first.
std::array<std::size_t, 3> nest_of(LoopOrder order) {
  switch (order) {
    case LoopOrder::kMnk: return {0, 1, 2};
    case LoopOrder::kMkn: return {0, 2, 1};
    case LoopOrder::kNmk: return {1, 0, 2};
    case LoopOrder::kNkm: return {1, 2, 0};
    case LoopOrder::kKmn: return {2, 0, 1};
    case LoopOrder::kKnm: return {2, 1, 0};
  }
  throw InternalError("no such loop order");
}

void lower_matmul(const Graph& graph, OperatorId id, LoopOrder order, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TensorId a = oper.inputs[0];
  const TensorId b = oper.inputs[1];
  const TileGrid out = list.grid(graph, oper.output);
  const std::uint32_t steps = list.grid(graph, a).cols;
  const std::array<std::uint32_t, 3> extents{out.rows, out.cols, steps};
  std::array<std::uint32_t, 3> at{};
  const auto& [m, n, k] = at;
  const auto [outer, middle, inner] = nest_of(order);
  for (at[outer] = 0; at[outer] < extents[outer]; ++at[outer]) {
    for (at[middle] = 0; at[middle] < extents[middle]; ++at[middle]) {
      for (at[inner] = 0; at[inner] < extents[inner]; ++at[inner]) {
        const bool last = k + 1 == steps;
        list.uops.push_back({UopKind::kLoad, false, false, id, a, m, k, k});
        list.uops.push_back({UopKind::kLoad, false, false, id, b, k, n, k});
        if (k == 0 && oper.has_bias()) {
          list.uops.push_back({UopKind::kLoad, false, false, id, oper.inputs[2], 0, n, 0});
        }
        list.uops.push_back({UopKind::kExecute, k == 0, last, id, oper.output, m, n, k});
        if (last) {
          list.uops.push_back({UopKind::kStore, false, false, id, oper.output, m, n, 0});
        }
      }
    }
  }
}

/// Tile row that operand `input` of an elementwise step in tile row `row` has.
std::uint32_t operand_row(const Graph& graph, const Operator& oper, std::size_t input,
                          std::uint32_t row) {
  return input == 1 && is_row_broadcast(graph, oper) ? 0 : row;
}

void lower_elementwise(const Graph& graph, OperatorId id, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TileGrid out = list.grid(graph, oper.output);
  for (std::uint32_t row = 0; row < out.rows; ++row) {
    for (std::uint32_t col = 0; col < out.cols; ++col) {
      for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
        list.uops.push_back({UopKind::kLoad, false, false, id, oper.inputs[input],
                             operand_row(graph, oper, input, row), col, 0});
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

}  // namespace

const char* to_string(LoopOrder order) {
  switch (order) {
    case LoopOrder::kMnk: return "mnk";
    case LoopOrder::kMkn: return "mkn";
    case LoopOrder::kNmk: return "nmk";
    case LoopOrder::kNkm: return "nkm";
    case LoopOrder::kKmn: return "kmn";
    case LoopOrder::kKnm: return "knm";
  }
  return "?";
}

namespace {

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

UopList lower(const Graph& graph, const TileShape& tile, LoopOrder order) {
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
      lower_matmul(graph, id, order, list);
    } else {
      lower_elementwise(graph, id, list);
    }
  }
  return list;
}

namespace {

[[noreturn]] void illegal(std::size_t index, const std::string& what) {
  throw InternalError("uOp " + std::to_string(index) + ": " + what);
}

/// Reduction steps of the tile that `step` works on.
std::uint32_t steps_of(const Graph& graph, const Uop& step, const UopList& list) {
  const Operator& oper = graph.operators()[step.oper];
  return oper.kind == OperatorKind::kMatMul ? list.grid(graph, oper.inputs[0]).cols : 1;
}

/// The operands that have to be loaded for `step`: a bias only for the first.
std::size_t operands_of(const Operator& oper, const Uop& step) {
  return oper.has_bias() && !step.first ? 2 : oper.inputs.size();
}

/// The tile that operand `input` of an EXECUTE, or of the STORE of a copy, stands for.
void expect_operand(const Graph& graph, const std::vector<Uop>& uops, std::size_t index,
                    std::size_t input) {
  const Uop& step = uops[index];
  const Operator& oper = graph.operators()[step.oper];
  const Uop& load = uops[index - operands_of(oper, step) + input];
  std::uint32_t row = operand_row(graph, oper, input, step.row);
  std::uint32_t col = step.col;
  if (oper.kind == OperatorKind::kMatMul) {
    row = input == 0 ? step.row : input == 1 ? step.k : 0;
    col = input == 0 ? step.k : step.col;
  }
  if (load.kind != UopKind::kLoad || load.oper != step.oper || load.tensor != oper.inputs[input] ||
      load.row != row || load.col != col) {
    illegal(index, "operand " + std::to_string(input) + " is not loaded right before it");
  }
}

/// `loads` is how many LOADs stand between this uOp and the last EXECUTE or STORE.
void expect_operands(const Graph& graph, const std::vector<Uop>& uops, std::size_t index,
                     std::size_t loads) {
  const Operator& oper = graph.operators()[uops[index].oper];
  const std::size_t operands = operands_of(oper, uops[index]);
  if (index < operands || uops[index].tensor != oper.output) {
    illegal(index, "EXECUTE without its LOADs or of another tensor");
  }
  for (std::size_t input = 0; input < operands; ++input) {
    expect_operand(graph, uops, index, input);
  }
  if (loads != operands) {
    illegal(index, "operands are not all that is loaded before it");
  }
}

}  // namespace

void verify_uops(const Graph& graph, const UopList& list) {
  const std::vector<Uop>& uops = list.uops;
  std::vector<std::vector<std::uint32_t>> steps(graph.tensors().size());  // done, per tile
  std::vector<std::uint64_t> stores(graph.tensors().size());
  const Uop* complete = nullptr;  // the step whose tile has to be stored now
  std::size_t loads = 0;          // since the last EXECUTE
  for (std::size_t i = 0; i < uops.size(); ++i) {
    const Uop& uop = uops[i];
    if (uop.oper >= graph.operators().size() || uop.tensor >= graph.tensors().size()) {
      illegal(i, "no such operator or tensor");
    }
    const TileGrid grid = list.grid(graph, uop.tensor);
    if (uop.row >= grid.rows || uop.col >= grid.cols) {
      illegal(i, "tile outside tensor '" + graph.tensor(uop.tensor).name + "'");
    }
    const Operator& oper = graph.operators()[uop.oper];
    switch (uop.kind) {
      case UopKind::kLoad: ++loads; break;
      case UopKind::kExecute: {
        expect_operands(graph, uops, i, loads);
        loads = 0;
        steps[uop.tensor].resize(grid.tiles());
        std::uint32_t& done = steps[uop.tensor][grid.index(uop.row, uop.col)];
        if (oper.kind == OperatorKind::kCopy || complete != nullptr || uop.first != (uop.k == 0) ||
            uop.k != done) {
          illegal(i, "accumulator opened twice or not at all");
        }
        ++done;
        complete = uop.last ? &uop : nullptr;
        break;
      }
      case UopKind::kStore:
        ++stores[uop.tensor];
        if (oper.kind == OperatorKind::kCopy) {
          expect_operands(graph, uops, i, loads);
          loads = 0;
          steps[uop.tensor].resize(grid.tiles());
          if (steps[uop.tensor][grid.index(uop.row, uop.col)]++ != 0) {
            illegal(i, "tile copied twice");
          }
          break;
        }
        if (complete == nullptr || complete->k + 1 != steps_of(graph, *complete, list) ||
            loads != 0 || complete->oper != uop.oper || complete->tensor != uop.tensor ||
            complete->row != uop.row || complete->col != uop.col) {
          illegal(i, "STORE of a tile that was not just completed");
        }
        complete = nullptr;
        break;
    }
  }
  if (loads != 0) {
    illegal(uops.size() - 1, "LOAD without an EXECUTE");
  }
  for (TensorId id = 0; id < graph.tensors().size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    // Of different tiles, for each is complete only once.
    const std::uint64_t expected = tensor.producer ? list.grid(graph, id).tiles() : 0;
    if (stores[id] != expected) {
      throw InternalError("tensor '" + tensor.name + "' has " + std::to_string(stores[id]) +
                          " tiles stored, not " + std::to_string(expected));
    }
  }
}

std::string to_text(const Graph& graph, const UopList& list) {
  std::string text = "# tile " + std::to_string(list.tile.m) + "x" + std::to_string(list.tile.n) +
                     "x" + std::to_string(list.tile.k) + " (m, n, k), " +
                     std::to_string(list.uops.size()) + " uOps\n";
  for (const Uop& uop : list.uops) {
    const std::string tile = graph.tensor(uop.tensor).name + "[" + std::to_string(uop.row) + "," +
                             std::to_string(uop.col) + "]";
    const Operator& oper = graph.operators()[uop.oper];
    switch (uop.kind) {
      case UopKind::kLoad: text += "LOAD    " + tile; break;
      case UopKind::kExecute:
        text += "EXECUTE " + tile + " " + to_string(oper.kind);
        if (oper.kind == OperatorKind::kMatMul) {
          text += " k=" + std::to_string(uop.k);
        }
        text += uop.first ? " clear" : "";
        text += uop.first && oper.has_bias() ? " bias" : "";
        text += is_row_broadcast(graph, oper) ? " broadcast" : "";
        break;
      case UopKind::kStore: text += "STORE   " + tile + (oper.relu ? " relu" : ""); break;
    }
    text += '\n';
  }
  return text;
}

}  // namespace tilewave
