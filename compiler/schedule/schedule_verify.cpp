// check() and verify() of schedule.h: what is asked of a schedule, and whether it was done. They
// share no code with the algorithm.
#include <algorithm>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/program/opcodes.h"
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
      by_opcode(
          op.opcode, [&] { load(op); }, [&] { store(op); }, [&] { execute(op, false); },
          [&] { execute(op, true); }, [&] { fail("a reduce, which no step asks for"); });
    }
    if (next_execute() != list_.uops.size()) {
      fail("steps are missing");
    }
    verify_stores();
  }

 private:
  static constexpr TileId kNothing = ~TileId{0};
  /// Of a tile in SRAM. A whole sum whose operator has a ReLU or an expression is final only when that
  /// was applied.
  enum class Value : std::uint8_t { kPartial, kBeforeRelu, kBeforeMap, kFinal };
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
    if (op.region >= graph_.tensors().size() || op.row >= tile_index_.grid(op.region).rows ||
        op.col >= tile_index_.grid(op.region).cols) {
      fail("names a tile that does not exist");
    }
    return tile_index_.id(op);
  }

  void load(const Op& op) {
    const TileId tile = tile_of(op);
    if (graph_.tensor(op.region).producer && !stored_[tile]) {
      fail("loads a tile that is not in DRAM");
    }
    content(op.dst) = {tile, Value::kFinal};
  }

  void execute(const Op& op, bool vector) {
    const std::size_t position = next_execute();
    if (position == list_.uops.size()) {
      fail("a step that nobody asked for");
    }
    const Uop& uop = list_.uops[position];
    if (op.region != uop.tensor || op.row != uop.row || op.col != uop.col || op.step != uop.k) {
      fail("not the step whose turn it is");
    }
    const TileExtent extent = list_.extent(uop);
    if (op.m != extent.rows || op.n != extent.cols) {
      fail("is not as large as its tile");
    }
    const Operator& oper = graph_.operators()[uop.oper];
    if (vector != uop.vector || op.clear != (!vector && uop.first) ||
        op.biased != (!vector && uop.first && oper.has_bias) ||
        (vector && op.kernel != list_.kernel_of[uop.oper]) ||
        (op.relu && !(uop.last && oper.relu))) {
      fail("does something else than the step");
    }
    std::size_t operand = 0;
    if (vector && oper.product_inputs() > 0) {
      expect(operand_address(op, operand++), tile_index_.id(uop), Value::kBeforeMap);
      if (op.dst != op.a) {
        fail("does not work in place on its sum");
      }
    }
    std::size_t first = position;
    while (first > 0 && list_.uops[first - 1].kind == UopKind::kLoad) {
      --first;
    }
    for (std::size_t i = first; i < position; ++i) {
      expect(operand_address(op, operand++), tile_index_.id(list_.uops[i]));
    }
    const TileId tile = tile_index_.id(uop);
    Content& accumulator = content(op.dst);
    if (!vector && !uop.first &&
        (accumulator.tile != tile || accumulator.value != Value::kPartial)) {
      fail("accumulates where its tile is not");
    }
    accumulator = {tile, value_after(op, uop, oper)};
    ++uop_;
  }

  static Value value_after(const Op& op, const Uop& uop, const Operator& oper) {
    if (uop.vector) {
      return Value::kFinal;
    }
    if (!uop.last) {
      return Value::kPartial;
    }
    return oper.has_map()         ? Value::kBeforeMap
           : op.relu == oper.relu ? Value::kFinal
                                  : Value::kBeforeRelu;
  }

  static std::uint32_t operand_address(const Op& op, std::size_t operand) {
    return op.*rule_of(op.opcode).operands[operand].address;
  }

  void expect(std::uint32_t address, TileId tile, Value value = Value::kFinal) {
    const Content& found = content(address);
    if (found.tile != tile || found.value != value) {
      fail("an operand is not where it is read");
    }
  }

  void store(const Op& op) {
    const TileId tile = tile_of(op);
    const Tensor& tensor = graph_.tensor(op.region);
    if (!tensor.producer || stored_[tile]) {
      fail("stores a tile twice, or one of a source");
    }
    const Operator& producer = graph_.operators()[*tensor.producer];
    expect(op.a,
           copies(producer)
               ? tile_index_.first(producer.inputs[0]) + (tile - tile_index_.first(op.region))
               : tile,
           op.relu ? Value::kBeforeRelu : Value::kFinal);
    stored_[tile] = true;
  }

  static bool copies(const Operator& oper) {
    return by_kind(
        oper.kind, [] { return false; }, [] { return false; }, [] { return true; });
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
