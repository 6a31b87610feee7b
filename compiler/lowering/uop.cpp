#include "compiler/lowering/uop.h"

#include "compiler/base/error.h"
#include "compiler/program/tile_index.h"

namespace tilewave {
namespace {

[[noreturn]] void illegal(std::size_t index, const std::string& what) {
  throw InternalError("uOp " + std::to_string(index) + ": " + what);
}

/// Marks an accumulator whose steps go down in k; an operator has less steps than that.
constexpr std::uint32_t kFalling = 1U << 31;

/// Operands that are loaded for `step`: a matmul's bias for the first step of a tile only.
std::size_t operands_of(const Operator& oper, const Uop& step) {
  return oper.inputs.size() - (oper.has_bias() && !step.first ? 1 : 0);
}

class UopVerifier {
 public:
  UopVerifier(const Graph& graph, const UopList& list)
      : graph_(graph),
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
    if (oper.kind == OperatorKind::kCopy || uop.tensor != oper.output) {
      fail("EXECUTE of another tensor, or of a copy");
    }
    take_operands(uop);
    const bool matmul = oper.kind == OperatorKind::kMatMul;
    const std::uint32_t last_k = matmul ? index_.grid(oper.inputs[0]).cols - 1 : 0;
    // Rising from 0 or falling to 0; the top bit keeps which.
    std::uint32_t& done = done_[index_.id(uop)];
    if (uop.first && uop.k != 0) {
      done |= kFalling;
    }
    const std::uint32_t count = done & ~kFalling;
    const std::uint32_t expected = (done & kFalling) != 0 ? last_k - count : count;
    if (complete_ != nullptr || uop.first != (count == 0) || uop.k != expected ||
        uop.last != (count == last_k)) {
      fail("accumulator opened twice or not at all, or its steps are out of order");
    }
    ++done;
    complete_ = uop.last ? &uop : nullptr;
  }

  /// Of a tile that the step before has completed, or that has just been loaded to be copied.
  void verify_store(const Uop& uop) {
    const Operator& oper = graph_.operators()[uop.oper];
    if (oper.kind == OperatorKind::kCopy && uop.tensor == oper.output && complete_ == nullptr) {
      take_operands(uop);
      if (done_[index_.id(uop)]++ != 0) {
        fail("STORE of a tile that was copied before");
      }
    } else if (complete_ == nullptr || loads_ != 0 || complete_->oper != uop.oper ||
               complete_->tensor != uop.tensor || complete_->row != uop.row ||
               complete_->col != uop.col) {
      fail("STORE of a tile that was not just completed");
    }
    complete_ = nullptr;
    ++stores_[uop.tensor];  // of different tiles, for each is complete only once
  }

  /// All operands of the uOp at the position, and nothing else, are loaded right before it.
  void take_operands(const Uop& step) {
    const Operator& oper = graph_.operators()[step.oper];
    const std::size_t operands = operands_of(oper, step);
    if (loads_ != operands) {
      fail("operands are not all that is loaded before it");
    }
    loads_ = 0;
    const bool matmul = oper.kind == OperatorKind::kMatMul;
    for (std::size_t input = 0; input < operands; ++input) {
      const Uop& load = uops_[position_ - operands + input];
      const bool row_vector = input == 2 || (input == 1 && is_row_broadcast(graph_, oper));
      const std::uint32_t row = row_vector ? 0 : matmul && input == 1 ? step.k : step.row;
      const std::uint32_t col = matmul && input == 0 ? step.k : step.col;
      if (load.oper != step.oper || load.tensor != oper.inputs[input] || load.row != row ||
          load.col != col) {
        fail("operand " + std::to_string(input) + " is not loaded right before it");
      }
    }
  }

  void verify_all_stored() const {
    for (TensorId id = 0; id < graph_.tensors().size(); ++id) {
      const Tensor& tensor = graph_.tensor(id);
      const std::uint64_t expected = tensor.producer ? index_.grid(id).tiles() : 0;
      if (stores_[id] != expected) {
        throw InternalError("tensor '" + tensor.name + "' has " + std::to_string(stores_[id]) +
                            " tiles stored, not " + std::to_string(expected));
      }
    }
  }

  const Graph& graph_;
  const std::vector<Uop>& uops_;
  TileIndex index_;
  std::vector<std::uint32_t> done_;    // steps of each tile
  std::vector<std::uint64_t> stores_;  // of each tensor
  const Uop* complete_ = nullptr;      // the step whose tile has to be stored now
  std::size_t loads_ = 0;              // since the last EXECUTE, or STORE of a copy
  std::size_t position_ = 0;
};

}  // namespace

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
