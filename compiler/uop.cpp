#include "compiler/uop.h"

#include <algorithm>
#include <limits>

#include "compiler/error.h"
#include "compiler/program.h"

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

void lower_matmul(const Graph& graph, OperatorId id, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TensorId a = oper.inputs[0];
  const TensorId b = oper.inputs[1];
  const TileGrid out = tile_grid(graph.tensor(oper.output).shape, list.tile);
  const std::uint32_t steps = tile_grid(graph.tensor(a).shape, list.tile).cols;
  for (std::uint32_t m = 0; m < out.rows; ++m) {
    for (std::uint32_t n = 0; n < out.cols; ++n) {
      for (std::uint32_t k = 0; k < steps; ++k) {
        list.uops.push_back({UopKind::kLoad, false, false, id, a, m, k, k});
        list.uops.push_back({UopKind::kLoad, false, false, id, b, k, n, k});
        list.uops.push_back({UopKind::kExecute, k == 0, k + 1 == steps, id, oper.output, m, n, k});
      }
      list.uops.push_back({UopKind::kStore, false, false, id, oper.output, m, n, 0});
    }
  }
}

void lower_elementwise(const Graph& graph, OperatorId id, UopList& list) {
  const Operator& oper = graph.operators()[id];
  const TileGrid out = tile_grid(graph.tensor(oper.output).shape, list.tile);
  for (std::uint32_t row = 0; row < out.rows; ++row) {
    for (std::uint32_t col = 0; col < out.cols; ++col) {
      for (const TensorId input : oper.inputs) {
        list.uops.push_back({UopKind::kLoad, false, false, id, input, row, col, 0});
      }
      list.uops.push_back({UopKind::kExecute, true, true, id, oper.output, row, col, 0});
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

LoweringEstimate estimate_lowering(const Graph& graph, const TileShape& tile) {
  LoweringEstimate estimate;
  for (const Operator& oper : graph.operators()) {
    const TileGrid out = tile_grid(graph.tensor(oper.output).shape, tile);
    const bool matmul = oper.kind == OperatorKind::kMatMul;
    const std::uint64_t steps =
        matmul ? tile_grid(graph.tensor(oper.inputs[0]).shape, tile).cols : 1;
    const std::uint64_t per_tile = (oper.inputs.size() + 1) * steps + 1;
    estimate.uops = saturating_add(estimate.uops, saturating_mul(out.tiles(), per_tile));
  }
  for (const Tensor& tensor : graph.tensors()) {
    const Shape padded = padded_shape(tensor.shape, tile);
    estimate.tensor_bytes =
        saturating_add(estimate.tensor_bytes,
                       saturating_mul(saturating_mul(padded.rows, padded.cols), kElementBytes));
  }
  return estimate;
}

UopList lower(const Graph& graph, const TileShape& tile) {
  const LoweringEstimate estimate = estimate_lowering(graph, tile);
  if (estimate.uops > kMaxOps || estimate.tensor_bytes > kMaxDramBytes) {
    throw InputError(
        "graph '" + graph.name() + "' needs " +
        (estimate.uops == kSaturated ? "more than 2^64" : std::to_string(estimate.uops)) +
        " tile uOps and " + human_bytes(estimate.tensor_bytes) + " of tensors; allowed are " +
        std::to_string(kMaxOps) + " uOps and " + human_bytes(kMaxDramBytes));
  }
  UopList list{tile, {}};
  list.uops.reserve(estimate.uops);
  for (OperatorId id = 0; id < graph.operators().size(); ++id) {
    if (graph.operators()[id].kind == OperatorKind::kMatMul) {
      lower_matmul(graph, id, list);
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
std::uint32_t steps_of(const Graph& graph, const Uop& step, const TileShape& tile) {
  const Operator& oper = graph.operators()[step.oper];
  return oper.kind == OperatorKind::kMatMul
             ? tile_grid(graph.tensor(oper.inputs[0]).shape, tile).cols
             : 1;
}

/// The tile that operand `input` of an EXECUTE stands for.
void expect_operand(const Graph& graph, const std::vector<Uop>& uops, std::size_t execute,
                    std::size_t input) {
  const Uop& step = uops[execute];
  const Operator& oper = graph.operators()[step.oper];
  const Uop& load = uops[execute - oper.inputs.size() + input];
  const bool matmul = oper.kind == OperatorKind::kMatMul;
  const std::uint32_t row = matmul && input == 1 ? step.k : step.row;
  const std::uint32_t col = matmul && input == 0 ? step.k : step.col;
  if (load.kind != UopKind::kLoad || load.oper != step.oper || load.tensor != oper.inputs[input] ||
      load.row != row || load.col != col) {
    illegal(execute, "operand " + std::to_string(input) + " is not loaded right before it");
  }
}

}  // namespace

void verify_uops(const Graph& graph, const UopList& list) {
  const std::vector<Uop>& uops = list.uops;
  std::vector<std::vector<bool>> stored(graph.tensors().size());
  const Uop* open = nullptr;  // the accumulator in progress
  std::size_t loads = 0;      // since the last EXECUTE
  for (std::size_t i = 0; i < uops.size(); ++i) {
    const Uop& uop = uops[i];
    if (uop.oper >= graph.operators().size() || uop.tensor >= graph.tensors().size()) {
      illegal(i, "no such operator or tensor");
    }
    const TileGrid grid = tile_grid(graph.tensor(uop.tensor).shape, list.tile);
    if (uop.row >= grid.rows || uop.col >= grid.cols) {
      illegal(i, "tile outside tensor '" + graph.tensor(uop.tensor).name + "'");
    }
    const Operator& oper = graph.operators()[uop.oper];
    switch (uop.kind) {
      case UopKind::kLoad: ++loads; break;
      case UopKind::kExecute: {
        if (i < oper.inputs.size() || uop.tensor != oper.output) {
          illegal(i, "EXECUTE without its LOADs or of another tensor");
        }
        for (std::size_t input = 0; input < oper.inputs.size(); ++input) {
          expect_operand(graph, uops, i, input);
        }
        if (loads != oper.inputs.size()) {
          illegal(i, "operands are not all that is loaded before it");
        }
        loads = 0;
        const bool continues = open != nullptr && open->oper == uop.oper && open->row == uop.row &&
                               open->col == uop.col && open->k + 1 == uop.k && !open->last;
        if (uop.first ? open != nullptr || uop.k != 0 : !continues) {
          illegal(i, "accumulator opened twice or not at all");
        }
        open = &uop;
        break;
      }
      case UopKind::kStore:
        if (open == nullptr || !open->last || open->k + 1 != steps_of(graph, *open, list.tile) ||
            loads != 0 || open->oper != uop.oper || open->tensor != uop.tensor ||
            open->row != uop.row || open->col != uop.col) {
          illegal(i, "STORE of a tile that was not just completed");
        }
        open = nullptr;
        stored[uop.tensor].resize(grid.tiles());
        if (stored[uop.tensor][grid.index(uop.row, uop.col)]) {
          illegal(i, "STORE of a tile that is stored already");
        }
        stored[uop.tensor][grid.index(uop.row, uop.col)] = true;
        break;
    }
  }
  if (loads != 0) {
    illegal(uops.size() - 1, "LOAD without an EXECUTE");
  }
  for (TensorId id = 0; id < graph.tensors().size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    const auto count =
        static_cast<std::uint64_t>(std::count(stored[id].begin(), stored[id].end(), true));
    const std::uint64_t expected = tensor.producer ? tile_grid(tensor.shape, list.tile).tiles() : 0;
    if (count != expected) {
      throw InternalError("tensor '" + tensor.name + "' has " + std::to_string(count) +
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
        break;
      case UopKind::kStore: text += "STORE   " + tile + (oper.relu ? " relu" : ""); break;
    }
    text += '\n';
  }
  return text;
}

}  // namespace tilewave
