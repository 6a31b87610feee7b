// check() and verify() of schedule.h: what is asked of a schedule, and whether it was done. They
// share no code with the algorithm.
#include <algorithm>
#include <string>
#include <vector>

#include "compiler/error.h"
#include "compiler/schedule.h"

namespace tilewave {
namespace {

/// Follows which tile of which tensor lies where, op by op.
class ContentsVerifier {
 public:
  ContentsVerifier(const SchedulingProblem& problem, const Schedule& schedule)
      : graph_(problem.graph), list_(problem.uops), schedule_(schedule) {
    for (const Tensor& tensor : graph_.tensors()) {
      first_tile_.push_back(tiles_);
      tiles_ += tile_grid(tensor.shape, list_.tile).tiles();
    }
    stored_.resize(tiles_);
    contents_.resize(ceil_div(problem.options.sram_bytes, kSramAlignment));
  }

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
  static constexpr std::uint64_t kNothing = ~std::uint64_t{0};
  struct Content {
    std::uint64_t tile = kNothing;
    bool complete = false;
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

  template <typename TileUse>
  std::uint64_t tile_of(const TileUse& use) const {
    return first_tile_[use.tensor] +
           tile_grid(graph_.tensor(use.tensor).shape, list_.tile).index(use.row, use.col);
  }

  /// Position of the next EXECUTE uOp that no op has carried out.
  std::size_t next_execute() {
    while (uop_ < list_.uops.size() && list_.uops[uop_].kind != UopKind::kExecute) {
      ++uop_;
    }
    return uop_;
  }

  void load(const Op& op) {
    const std::uint64_t tile = tile_of(op);
    if (graph_.tensor(op.tensor).producer && !stored_[tile]) {
      fail("loads a tile that is not in DRAM");
    }
    content(op.dst) = {tile, true};
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
    std::size_t first = position;
    while (first > 0 && list_.uops[first - 1].kind == UopKind::kLoad) {
      --first;
    }
    for (std::size_t i = first; i < position; ++i) {
      expect(operand_address(op, i - first), tile_of(list_.uops[i]));
    }
    const std::uint64_t tile = tile_of(uop);
    Content& accumulator = content(op.dst);
    if (!uop.first && (accumulator.tile != tile || accumulator.complete)) {
      fail("accumulates where its tile is not");
    }
    accumulator = {tile, uop.last};
    ++uop_;
  }

  static std::uint32_t operand_address(const Op& op, std::size_t operand) {
    return operand == 0 ? op.a : op.b;
  }

  void expect(std::uint32_t address, std::uint64_t tile) {
    const Content& found = content(address);
    if (found.tile != tile || !found.complete) {
      fail("an operand is not where it is read");
    }
  }

  void store(const Op& op) {
    const Tensor& tensor = graph_.tensor(op.tensor);
    const std::uint64_t tile = tile_of(op);
    if (!tensor.producer || stored_[tile]) {
      fail("stores a tile twice, or one of a source");
    }
    const Operator& producer = graph_.operators()[*tensor.producer];
    expect(op.a, producer.kind == OperatorKind::kCopy
                     ? first_tile_[producer.inputs[0]] + (tile - first_tile_[op.tensor])
                     : tile);
    stored_[tile] = true;
  }

  void verify_stores() const {
    for (TensorId id = 0; id < graph_.tensors().size(); ++id) {
      const std::uint64_t end = id + 1 < first_tile_.size() ? first_tile_[id + 1] : tiles_;
      for (std::uint64_t tile = first_tile_[id];
           graph_.tensor(id).role == TensorRole::kOutput && tile < end; ++tile) {
        if (!stored_[tile]) {
          fail("a tile of result '" + graph_.tensor(id).name + "' is not stored");
        }
      }
    }
  }

  const Graph& graph_;
  const UopList& list_;
  const Schedule& schedule_;
  std::vector<std::uint64_t> first_tile_;
  std::uint64_t tiles_ = 0;
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
