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
        computed_(graph_, list_.tiles, list_.regions),
        contents_(ceil_div(problem.options.sram_bytes, kSramAlignment)),
        stored_(tile_index_.count()),
        stores_(tile_index_.count()) {
    for (const Uop& uop : list_.uops) {
      if (uop.kind == UopKind::kStore) {
        stores_[tile_of(uop)] = &uop;
      }
    }
  }

  void verify() {
    for (index_ = 0; index_ < schedule_.ops.size(); ++index_) {
      const Op& op = schedule_.ops[index_];
      by_opcode(
          op.opcode, [&] { load(op); }, [&] { store(op); }, [&] { execute(op, false); },
          [&] { execute(op, true); }, [&] { execute(op, false); });
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
  TileId tile_of(const Uop& uop) const { return tile_index_.id(list_.place(uop)); }

  void load(const Op& op) {
    const TileId tile = tile_of(op);
    if (!computed_.is_source(op.region)) {
      computed_.visit({op.region, op.row, op.col}, [&](const TileIndex::Place& part) {
        if (!stored_[tile_index_.id(part)]) {
          fail("loads a tile that is not in DRAM");
        }
      });
    }
    content(op.dst) = {tile, Value::kFinal};
  }

  void execute(const Op& op, bool vector) {
    const std::size_t position = next_execute();
    if (position == list_.uops.size()) {
      fail("a step that nobody asked for");
    }
    const Uop& uop = list_.uops[position];
    if (tile_of(op) != tile_of(uop) || op.step != uop.k) {
      fail("not the step whose turn it is");
    }
    const TileExtent extent = list_.extent(uop);
    const Operator& oper = graph_.operators()[uop.oper];
    const bool folds = oper.kind == OperatorKind::kReduce;
    if (op.m != extent.rows || op.n != extent.cols ||
        (folds && op.k != list_.step_shape(graph_, uop).k)) {
      fail("is not as large as its tile");
    }
    if (vector != uop.vector || op.clear != (!vector && uop.first) ||
        op.biased != (!vector && uop.first && oper.has_bias) ||
        ((vector || folds) && op.kernel != list_.kernel_of[uop.oper]) ||
        op.a_transposed != (!vector && oper.transposed[0]) ||
        op.b_transposed != (!vector && oper.transposed[1]) ||
        is_sum_step(op) != (!vector && oper.is_product()) ||
        (op.relu && !(uop.last && oper.relu))) {
      fail("does something else than the step");
    }
    std::size_t operand = 0;
    if (vector && oper.product_inputs() > 0) {
      expect(operand_address(op, operand++), tile_of(uop), Value::kBeforeMap);
      if (op.dst != op.a) {
        fail("does not work in place on its sum");
      }
    }
    std::size_t first = position;
    while (first > 0 && list_.uops[first - 1].kind == UopKind::kLoad) {
      --first;
    }
    for (std::size_t i = first; i < position; ++i) {
      expect(operand_address(op, operand++), tile_of(list_.uops[i]));
    }
    const TileId tile = tile_of(uop);
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
    return oper.kind == OperatorKind::kReduce ? Value::kFinal
           : oper.has_map()                   ? Value::kBeforeMap
           : op.relu == oper.relu             ? Value::kFinal
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
    const Uop* asked = stores_[tile];
    if (asked == nullptr || stored_[tile]) {
      fail("stores a tile twice, or one that nobody computes");
    }
    const bool copies = graph_.operators()[asked->oper].kind == OperatorKind::kCopy;
    expect(op.a, copies ? tile_of(*(asked - 1)) : tile,  // behind the LOAD of what it copies
           op.relu ? Value::kBeforeRelu : Value::kFinal);
    stored_[tile] = true;
  }

  void verify_stores() const {
    const std::vector<Placed> placed = placements(graph_);
    for (const Uop& uop : list_.uops) {
      const Tensor& tensor = graph_.tensor(placed[uop.tensor].root);
      if (uop.kind == UopKind::kStore && tensor.role == TensorRole::kOutput &&
          !stored_[tile_of(uop)]) {
        fail("a tile of result '" + tensor.name + "' is not stored");
      }
    }
  }

  const Graph& graph_;
  const UopList& list_;
  const Schedule& schedule_;
  TileIndex tile_index_;
  ComputedTiles computed_;
  std::vector<Content> contents_;  // by SRAM address in units of the arena's alignment
  std::vector<bool> stored_;
  std::vector<const Uop*> stores_;  // by tile: the STORE that asks for it; null: none does
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
