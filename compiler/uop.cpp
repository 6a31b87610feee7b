#include "compiler/uop.h"

#include "compiler/error.h"

namespace tilewave {
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

/// Marks an accumulator whose steps go down in k; an operator has less steps than that.
constexpr std::uint32_t kFalling = 1U << 31;

/// Operands that are loaded for `step`: a matmul's bias for the first step of a tile only.
std::size_t operands_of(const Operator& oper, const Uop& step) {
  return oper.inputs.size() - (oper.has_bias() && !step.first ? 1 : 0);
}

/// The tile that operand `input` of an EXECUTE, or of the STORE of a copy, stands for.
void expect_operand(const Graph& graph, const std::vector<Uop>& uops, std::size_t position,
                    std::size_t input) {
  const Uop& step = uops[position];
  const Operator& oper = graph.operators()[step.oper];
  const Uop& load = uops[position - operands_of(oper, step) + input];
  const bool matmul = oper.kind == OperatorKind::kMatMul;
  const bool row_vector = input == 2 || (input == 1 && is_row_broadcast(graph, oper));
  const std::uint32_t row = row_vector ? 0 : matmul && input == 1 ? step.k : step.row;
  const std::uint32_t col = matmul && input == 0 ? step.k : step.col;
  if (load.kind != UopKind::kLoad || load.oper != step.oper || load.tensor != oper.inputs[input] ||
      load.row != row || load.col != col) {
    illegal(position, "operand " + std::to_string(input) + " is not loaded right before it");
  }
}

/// All operands of the uOp at `position`, and nothing else, are loaded right before it.
void expect_operands(const Graph& graph, const std::vector<Uop>& uops, std::size_t position,
                     std::size_t loads) {
  const Uop& step = uops[position];
  const std::size_t operands = operands_of(graph.operators()[step.oper], step);
  if (position < operands || loads != operands) {
    illegal(position, "operands are not all that is loaded before it");
  }
  for (std::size_t input = 0; input < operands; ++input) {
    expect_operand(graph, uops, position, input);
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
    const TileGrid grid = tile_grid(graph.tensor(uop.tensor).shape, list.tile);
    if (uop.row >= grid.rows || uop.col >= grid.cols) {
      illegal(i, "tile outside tensor '" + graph.tensor(uop.tensor).name + "'");
    }
    const Operator& oper = graph.operators()[uop.oper];
    switch (uop.kind) {
      case UopKind::kLoad: ++loads; break;
      case UopKind::kExecute: {
        if (oper.kind == OperatorKind::kCopy || uop.tensor != oper.output) {
          illegal(i, "EXECUTE of another tensor, or of a copy");
        }
        expect_operands(graph, uops, i, loads);
        loads = 0;
        steps[uop.tensor].resize(grid.tiles());
        std::uint32_t& done = steps[uop.tensor][grid.index(uop.row, uop.col)];
        const std::uint32_t last_k = steps_of(graph, uop, list.tile) - 1;
        // Rising from 0 or falling to 0; `done` keeps which in its top bit.
        if (uop.first && uop.k != 0) {
          done |= kFalling;
        }
        const std::uint32_t count = done & ~kFalling;
        const std::uint32_t expected = (done & kFalling) != 0 ? last_k - count : count;
        if (complete != nullptr || uop.first != (count == 0) || uop.k != expected ||
            uop.last != (count == last_k)) {
          illegal(i, "accumulator opened twice or not at all, or its steps are out of order");
        }
        ++done;
        complete = uop.last ? &uop : nullptr;
        break;
      }
      case UopKind::kStore:
        if (oper.kind == OperatorKind::kCopy && uop.tensor == oper.output && complete == nullptr) {
          expect_operands(graph, uops, i, loads);
          loads = 0;
          ++stores[uop.tensor];
          break;
        }
        if (complete == nullptr || loads != 0 || complete->oper != uop.oper || complete->tensor != uop.tensor ||
            complete->row != uop.row || complete->col != uop.col) {
          illegal(i, "STORE of a tile that was not just completed");
        }
        complete = nullptr;
        ++stores[uop.tensor];  // of different tiles, for each is complete only once
        break;
    }
  }
  if (loads != 0) {
    illegal(uops.size() - 1, "LOAD without an EXECUTE");
  }
  for (TensorId id = 0; id < graph.tensors().size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    const std::uint64_t expected = tensor.producer ? tile_grid(tensor.shape, list.tile).tiles() : 0;
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
        break;
      case UopKind::kStore: text += "STORE   " + tile + (oper.relu ? " relu" : ""); break;
    }
    text += '\n';
  }
  return text;
}

}  // namespace tilewave
