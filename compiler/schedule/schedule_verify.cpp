// check() and verify() of schedule.h: what is asked of a schedule, and whether it was done. They
// share no code with the algorithm.
#include <algorithm>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/program/tile_index.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {
namespace {

/// Follows which tile of which tensor lies where, op by op.
class ContentsVerifier {
 public:
  ContentsVerifier(const SchedulingProblem& problem, const Schedule& schedule)
      : graph_(problem.graph),
        list_(problem.uops),
        schedule_(schedule),
        tile_index_(graph_.tensors(), list_.tiles),
        contents_(ceil_div(problem.options.sram_bytes, kSramAlignment)),
        stored_(tile_index_.count()) {}

  void verify() {
    for (index_ = 0; index_ < schedule_.ops.size(); ++index_) {
      const Op& op = schedule_.ops[index_];
      switch (op.opcode) {
        case Opcode::kLoad: load(op); break;
        case Opcode::kStore: store(op); break;
        case Opcode::kMatmul:
        case Opcode::kAdd:
        case Opcode::kRelu: execute(op); break;
      }
    }
    if (next_execute() != list_.uops.size()) {
      fail("steps are missing");
    }
    verify_stores();
  }

 private:
  static constexpr TileId kNothing = ~TileId{0};
  /// Of a tile in SRAM. A whole sum whose operator has a ReLU is final only when that was applied.
  enum class Value : std::uint8_t { kPartial, kBeforeRelu, kFinal };
  struct Content {
    TileId tile = kNothing;
    Value value = Value::kPartial;
  };

  Content& content(std::uint32_t address) {
    const std::size_t slot = address / kSramAlignment;
    if (address % kSramAlignment != 0 || slot >= contents_.size()) {
      fail("uses an address that is not the arena's");
    }
    return contents_[slot];
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InternalError("schedule, op " + std::to_string(index_) + ": " + what);
  }

  /// Position of the next EXECUTE uOp that no op has carried out.
  std::size_t next_execute() {
    while (uop_ < list_.uops.size() && list_.uops[uop_].kind != UopKind::kExecute) {
      ++uop_;
    }
    return uop_;
  }

  TileId tile_of(const Op& op) const {
    if (op.tensor >= graph_.tensors().size() || op.row >= tile_index_.grid(op.tensor).rows ||
        op.col >= tile_index_.grid(op.tensor).cols) {
      fail("names a tile that does not exist");
    }
    return tile_index_.id(op);
  }

  void load(const Op& op) {
    const TileId tile = tile_of(op);
    if (graph_.tensor(op.tensor).producer && !stored_[tile]) {
      fail("loads a tile that is not in DRAM");
    }
    content(op.dst) = {tile, Value::kFinal};
  }

  void execute(const Op& op) {
    const std::size_t position = next_execute();
    if (position == list_.uops.size()) {
      fail("a step that nobody asked for");
    }
    const Uop& uop = list_.uops[position];
    if (op.tensor != uop.tensor || op.row != uop.row || op.col != uop.col || op.k != uop.k) {
      fail("not the step whose turn it is");
    }
    const Operator& oper = graph_.operators()[uop.oper];
    if (op.opcode != opcode_of(oper.kind) ||
        op.clear != (op.opcode == Opcode::kMatmul && uop.first) ||
        (op.relu && !(uop.last && oper.relu))) {
      fail("does something else than the step");
    }
    std::size_t first = position;
    while (first > 0 && list_.uops[first - 1].kind == UopKind::kLoad) {
      --first;
    }
    for (std::size_t i = first; i < position; ++i) {
      expect(operand_address(op, i - first), tile_index_.id(list_.uops[i]));
    }
    const TileId tile = tile_index_.id(uop);
    Content& accumulator = content(op.dst);
    if (!uop.first && (accumulator.tile != tile || accumulator.value != Value::kPartial)) {
      fail("accumulates where its tile is not");
    }
    accumulator = {tile, !uop.last              ? Value::kPartial
                         : op.relu == oper.relu ? Value::kFinal
                                                : Value::kBeforeRelu};
    ++uop_;
  }

  static Opcode opcode_of(OperatorKind kind) {
    return kind == OperatorKind::kMatMul ? Opcode::kMatmul
           : kind == OperatorKind::kAdd  ? Opcode::kAdd
                                         : Opcode::kRelu;
  }

  static std::uint32_t operand_address(const Op& op, std::size_t operand) {
    return operand == 0 ? op.a : operand == 1 ? op.b : op.bias;
  }

  void expect(std::uint32_t address, TileId tile, Value value = Value::kFinal) {
    const Content& found = content(address);
    if (found.tile != tile || found.value != value) {
      fail("an operand is not where it is read");
    }
  }

  void store(const Op& op) {
    const TileId tile = tile_of(op);
    const Tensor& tensor = graph_.tensor(op.tensor);
    if (!tensor.producer || stored_[tile]) {
      fail("stores a tile twice, or one of a source");
    }
    const Operator& producer = graph_.operators()[*tensor.producer];
    expect(op.a,
           producer.kind == OperatorKind::kCopy
               ? tile_index_.first(producer.inputs[0]) + (tile - tile_index_.first(op.tensor))
               : tile,
           op.relu ? Value::kBeforeRelu : Value::kFinal);
    stored_[tile] = true;
  }

  void verify_stores() const {
    for (TensorId id = 0; id < graph_.tensors().size(); ++id) {
      const bool is_result = graph_.tensor(id).role == TensorRole::kOutput;
      for (TileId tile = tile_index_.first(id); tile < tile_index_.first(id + 1); ++tile) {
        if (is_result && !stored_[tile]) {
          fail("a tile of result '" + graph_.tensor(id).name + "' is not stored");
        }
      }
    }
  }

  const Graph& graph_;
  const UopList& list_;
  const Schedule& schedule_;
  TileIndex tile_index_;
  std::vector<Content> contents_;  // by SRAM address in units of the arena's alignment
  std::vector<bool> stored_;
  std::size_t uop_ = 0;
  std::size_t index_ = 0;
};

}  // namespace

void verify(const SchedulingProblem& problem, const Schedule& schedule) {
  ContentsVerifier(problem, schedule).verify();
  if (schedule.stats.final_live_bytes != 0 ||
      schedule.stats.peak_sram_bytes > problem.options.sram_bytes) {
    throw InternalError("schedule: SRAM is leaked or overbooked");
  }
}

}  // namespace tilewave
