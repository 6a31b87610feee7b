// Texts and the verifier of uOps: every step follows the loads of its operands.
#include "compiler/lowering/uop.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "compiler/program/tile_index.h"

namespace tilewave {
namespace {

[[noreturn]] void illegal(std::size_t index, const std::string& what) {
  throw InternalError("uOp " + std::to_string(index) + ": " + what);
}

/// Marks an accumulator whose steps go down in k; an operator has less steps than that.
constexpr std::uint32_t kFalling = 1U << 31;

/// Inputs that are loaded for `step`: [first, second).
std::pair<std::size_t, std::size_t> inputs_of(const Operator& oper, const Uop& step) {
  if (step.kind == UopKind::kStore || step.vector || !oper.is_product()) {
    return {oper.product_inputs(), oper.inputs.size()};
  }
  // The bias comes with the first step of a tile.
  return {0, oper.product_inputs() - (oper.has_bias && !step.first ? 1 : 0)};
}

class UopVerifier {
 public:
  UopVerifier(const Graph& graph, const UopList& list)
      : graph_(graph),
        tile_(list.tile),
        uops_(list.uops),
        index_(graph.tensors(), list.tiles),
        done_(index_.count()),
        stores_(graph.tensors().size()) {}

  void verify() {
    for (position_ = 0; position_ < uops_.size(); ++position_) {
      const Uop& uop = uops_[position_];
      verify_coordinates(uop);
      switch (uop.kind) {
        case UopKind::kLoad: ++loads_; break;
        case UopKind::kExecute: verify_execute(uop); break;
        case UopKind::kStore: verify_store(uop); break;
      }
    }
    if (loads_ != 0) {
      illegal(uops_.size() - 1, "LOAD without an EXECUTE");
    }
    verify_all_stored();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { illegal(position_, what); }

  void verify_coordinates(const Uop& uop) const {
    if (uop.oper >= graph_.operators().size() || uop.tensor >= graph_.tensors().size()) {
      fail("no such operator or tensor");
    }
    const TileGrid& grid = index_.grid(uop.tensor);
    if (uop.row >= grid.rows || uop.col >= grid.cols) {
      fail("tile outside tensor '" + graph_.tensor(uop.tensor).name + "'");
    }
  }

  void verify_execute(const Uop& uop) {
    const Operator& oper = graph_.operators()[uop.oper];
    const bool exists = by_kind(
        oper.kind, [&] { return !uop.vector || oper.has_map(); }, [&] { return uop.vector; },
        [&] { return !uop.vector; }, [] { return false; }, [] { return false; },
        [] { return false; });
    if (!exists || uop.tensor != oper.output) {
      fail("EXECUTE of another tensor, or of what the operator does not do");
    }
    take_operands(uop);
    if (complete_ != nullptr) {
      fail("EXECUTE before the STORE of the tile completed last");
    }
    if (uop.vector && oper.product_inputs() > 0) {
      if (summed_ == nullptr || !same_tile(*summed_, uop)) {
        fail("the expression of a sum that was not just completed");
      }
      summed_ = nullptr;
    } else {
      verify_sum_step(oper, uop);
    }
    complete_ = completes_tile(graph_, uop) ? &uop : nullptr;
  }

  /// Rising from 0 or falling to 0; the top bit keeps which.
  void verify_sum_step(const Operator& oper, const Uop& uop) {
    const std::uint64_t last_k = reduction_steps(graph_, oper, tile_) - 1;
    std::uint32_t& done = done_[index_.id(uop)];
    if (uop.first && uop.k != 0) {
      done |= kFalling;
    }
    const std::uint32_t count = done & ~kFalling;
    const std::uint64_t expected = (done & kFalling) != 0 ? last_k - count : count;
    if (summed_ != nullptr || uop.first != (count == 0) || uop.k != expected ||
        uop.last != (count == last_k)) {
      fail("accumulator opened twice or not at all, or its steps are out of order");
    }
    ++done;
    summed_ = uop.last && !completes_tile(graph_, uop) ? &uop : nullptr;
  }

  static bool same_tile(const Uop& a, const Uop& b) {
    return a.oper == b.oper && a.tensor == b.tensor && a.row == b.row && a.col == b.col;
  }

  /// Of a tile that the step before has completed, or that has just been loaded to be copied.
  void verify_store(const Uop& uop) {
    const Operator& oper = graph_.operators()[uop.oper];
    if (oper.kind == OperatorKind::kCopy && uop.tensor == oper.output && complete_ == nullptr) {
      take_operands(uop);
      if (done_[index_.id(uop)]++ != 0) {
        fail("STORE of a tile that was copied before");
      }
    } else if (complete_ == nullptr || loads_ != 0 || !same_tile(*complete_, uop)) {
      fail("STORE of a tile that was not just completed");
    }
    complete_ = nullptr;
    ++stores_[uop.tensor];  // of different tiles, for each is complete only once
  }

  /// All operands of the uOp at the position, and nothing else, are loaded right before it.
  void take_operands(const Uop& step) {
    const Operator& oper = graph_.operators()[step.oper];
    const auto [first, end] = inputs_of(oper, step);
    if (loads_ != end - first) {
      fail("operands are not all that is loaded before it");
    }
    loads_ = 0;
    for (std::size_t input = first; input < end; ++input) {
      const Uop& load = uops_[position_ - end + input];
      const TileCoordinates tile = operand_tile(graph_, oper, input, step);
      if (load.oper != step.oper || load.tensor != oper.inputs[input] || load.row != tile.row ||
          load.col != tile.col) {
        fail("operand " + std::to_string(input) + " is not loaded right before it");
      }
    }
  }

  void verify_all_stored() const {
    for (TensorId id = 0; id < graph_.tensors().size(); ++id) {
      const Tensor& tensor = graph_.tensor(id);
      const bool computed = tensor.producer && !is_view(graph_.operators()[*tensor.producer].kind);
      const std::uint64_t expected = computed ? index_.grid(id).tiles() : 0;
      if (stores_[id] != expected) {
        throw InternalError("tensor '" + tensor.name + "' has " + std::to_string(stores_[id]) +
                            " tiles stored, not " + std::to_string(expected));
      }
    }
  }

  const Graph& graph_;
  const TileShape& tile_;
  const std::vector<Uop>& uops_;
  TileIndex index_;
  std::vector<std::uint32_t> done_;    // steps of each tile
  std::vector<std::uint64_t> stores_;  // of each tensor
  const Uop* summed_ = nullptr;        // the step whose tile its expression has to complete now
  const Uop* complete_ = nullptr;      // the step whose tile has to be stored now
  std::size_t loads_ = 0;              // since the last EXECUTE, or STORE of a copy
  std::size_t position_ = 0;
};

}  // namespace

TileShape UopList::step_shape(const Graph& graph, const Uop& uop) const {
  const TileExtent result = extent(uop);
  const Operator& oper = graph.operators()[uop.oper];
  if (oper.kind != OperatorKind::kReduce) {
    return {result.rows, result.cols, 0};
  }
  const Shape work = work_shape(graph, oper);
  const bool columns = oper.reduction.over == FoldAxis::kColumns;
  const std::uint32_t edge = columns ? tile.n : tile.m;
  const std::uint64_t left = (columns ? work.cols : work.rows) - std::uint64_t{uop.k} * edge;
  return {result.rows, result.cols,
          static_cast<std::uint32_t>(std::min<std::uint64_t>(edge, left))};
}

TileExtent UopList::work_tile(const Graph& graph, const Uop& uop) const {
  const TileShape shape = step_shape(graph, uop);
  const Operator& oper = graph.operators()[uop.oper];
  if (oper.kind != OperatorKind::kReduce) {
    return shape.result();
  }
  return tilewave::work_tile(kernels[kernel_of[uop.oper]], shape.result(), shape.k);
}

bool completes_tile(const Graph& graph, const Uop& uop) {
  const Operator& oper = graph.operators()[uop.oper];
  return uop.last && (uop.vector || !oper.is_product() || !oper.has_map());
}

std::uint64_t reduction_steps(const Graph& graph, const Operator& oper, const TileShape& tile) {
  if (oper.is_product()) {
    return ceil_div(product_depth(graph, oper), tile.k);
  }
  if (oper.kind != OperatorKind::kReduce) {
    return 1;
  }
  const Shape work = work_shape(graph, oper);
  return oper.reduction.over == FoldAxis::kColumns ? ceil_div(work.cols, tile.n)
                                                   : ceil_div(work.rows, tile.m);
}

TileCoordinates operand_tile(const Graph& graph, const Operator& oper, std::size_t input,
                             const Uop& step) {
  if (input < oper.product_inputs()) {
    const TileCoordinates tile{input == 0   ? step.row
                               : input == 1 ? step.k
                                            : 0,
                               input == 0 ? step.k : step.col};
    const bool transposed = input < oper.transposed.size() && oper.transposed[input];
    return transposed ? TileCoordinates{tile.col, tile.row} : tile;
  }
  TileCoordinates tile{step.row, step.col};  // of what the expression is evaluated for
  if (oper.kind == OperatorKind::kReduce) {
    (oper.reduction.over == FoldAxis::kColumns ? tile.col : tile.row) = step.k;
  }
  const Broadcast broadcast =
      broadcast_of(graph.tensor(oper.inputs[input]).shape, work_shape(graph, oper));
  const bool first_row = broadcast == Broadcast::kRow || broadcast == Broadcast::kValue;
  const bool first_column = broadcast == Broadcast::kColumn || broadcast == Broadcast::kValue;
  return {first_row ? 0 : tile.row, first_column ? 0 : tile.col};
}

void verify_uops(const Graph& graph, const UopList& list) { UopVerifier(graph, list).verify(); }

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
        text += "EXECUTE " + tile + " " +
                (uop.vector || !oper.is_product() ? to_text(list.kernels[list.kernel_of[uop.oper]])
                                                  : to_string(oper.kind));
        if (!uop.vector) {
          text += " k=" + std::to_string(uop.k);
          text += uop.first ? " clear" : "";
          text += uop.first && oper.has_bias ? " bias" : "";
        }
        break;
      case UopKind::kStore: text += "STORE   " + tile + (oper.relu ? " relu" : ""); break;
    }
    text += '\n';
  }
  return text;
}

}  // namespace tilewave
