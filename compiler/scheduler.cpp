// schedule_uops() and build_program() of schedule.h.
#include <algorithm>
#include <array>
#include <deque>
#include <numeric>

#include "compiler/arena.h"
#include "compiler/error.h"
#include "compiler/residency.h"
#include "compiler/schedule.h"
#include "compiler/tiling.h"

namespace tilewave {
namespace {

/// Steps whose operands ping-pong buffering evicts only if nothing else is left: one in execution,
/// one being loaded.
constexpr std::size_t kProtectedSteps = 2;

/// An operand of the step being scheduled: which tile, and when it is needed again.
struct Operand {
  TileId tile = 0;
  std::uint64_t next_use = kNoUse;
};

class Scheduler {
 public:
  Scheduler(const Graph& graph, const UopList& list, const ScheduleOptions& options)
      : graph_(graph),
        list_(list),
        options_(options),
        arena_(options.sram_bytes, options.buffering == Buffering::kPingPong
                                       ? Placement::kNextFit
                                       : Placement::kFirstFit),
        first_tile_(first_tiles(graph, list)),
        residency_(options.eviction, first_tile_.back()),
        accumulators_(first_tile_.back()),
        next_use_(next_uses()) {
    // A store, and an execute per two loads: the schedule is never longer than the uOps.
    schedule_.ops.reserve(list.uops.size());
  }

  Schedule run() {
    schedule_.stats.uops = list_.uops.size();
    for (std::size_t i = 0; i < list_.uops.size(); ++i) {
      const Uop& uop = list_.uops[i];
      switch (uop.kind) {
        case UopKind::kLoad: load(i, uop); break;
        case UopKind::kExecute: execute(uop); break;
        case UopKind::kStore: store(uop); break;
      }
    }
    schedule_.stats.peak_sram_bytes = arena_.peak_bytes();
    schedule_.stats.final_live_bytes = arena_.live_bytes();
    return std::move(schedule_);
  }

 private:
  static std::vector<TileId> first_tiles(const Graph& graph, const UopList& list) {
    std::vector<TileId> first{0};
    for (TensorId id = 0; id < graph.tensors().size(); ++id) {
      first.push_back(first.back() + list.grid(graph, id).tiles());
    }
    return first;
  }

  TileId tile_of(const Uop& uop) const {
    return first_tile_[uop.tensor] + list_.grid(graph_, uop.tensor).index(uop.row, uop.col);
  }

  /// For every LOAD the position of the next LOAD of the same tile.
  std::vector<std::uint64_t> next_uses() const {
    std::vector<std::uint64_t> next(list_.uops.size(), kNoUse);
    std::vector<std::uint64_t> upcoming(first_tile_.back(), kNoUse);
    for (std::size_t i = list_.uops.size(); i-- > 0;) {
      if (list_.uops[i].kind == UopKind::kLoad) {
        std::uint64_t& use = upcoming[tile_of(list_.uops[i])];
        next[i] = use;
        use = i;
      }
    }
    return next;
  }

  void load(std::size_t position, const Uop& uop) {
    const TileId tile = tile_of(uop);
    if (residency_.contains(tile)) {
      ++schedule_.stats.loads_eliminated;
    } else {
      Op op;
      op.opcode = Opcode::kLoad;
      op.tag = tag(uop);
      op.tensor = uop.tensor;
      op.row = uop.row;
      op.col = uop.col;
      op.dst = allocate(uop);
      residency_.insert(tile, op.dst);
      schedule_.ops.push_back(op);
      ++schedule_.stats.loads;
    }
    residency_.touch(tile, next_use_[position]);
    operands_[operand_count_++] = {tile, next_use_[position]};
    pinned_.push_back(tile);
  }

  void execute(const Uop& uop) {
    const Operator& oper = graph_.operators()[uop.oper];
    std::uint32_t& accumulator = accumulators_[tile_of(uop)];
    if (uop.first) {
      accumulator = allocate(uop);
    }
    Op op;
    op.opcode = oper.kind == OperatorKind::kMatMul ? Opcode::kMatmul
                : oper.kind == OperatorKind::kAdd  ? Opcode::kAdd
                                                   : Opcode::kRelu;
    op.clear = op.opcode == Opcode::kMatmul && uop.first;
    op.tag = tag(uop);
    op.tensor = uop.tensor;
    op.row = uop.row;
    op.col = uop.col;
    op.k = uop.k;
    op.a = residency_.address(operands_[0].tile);
    op.b = operand_count_ > 1 ? residency_.address(operands_[1].tile) : 0;
    op.broadcast = is_row_broadcast(graph_, oper);
    op.biased = uop.first && oper.has_bias();
    op.bias = op.biased ? residency_.address(operands_[2].tile) : 0;
    op.dst = accumulator;
    schedule_.ops.push_back(op);
    ++schedule_.stats.executes;
    finish_step();
  }

  void finish_step() {
    for (std::size_t i = 0; i < operand_count_; ++i) {
      // Operands may be one tile; its latest LOAD says when it is needed again.
      const auto same = [&](const Operand& other) { return other.tile == operands_[i].tile; };
      const bool repeated =
          std::any_of(operands_.begin() + i + 1, operands_.begin() + operand_count_, same);
      if (!repeated && operands_[i].next_use == kNoUse) {
        release(operands_[i].tile);
      }
    }
    operand_count_ = 0;
    protect_operands();
  }

  /// The operands of this step are no longer needed by a step being scheduled; with ping-pong they
  /// stay protected for kProtectedSteps more, as long as there is anything else to evict.
  void protect_operands() {
    if (options_.buffering != Buffering::kPingPong) {
      pinned_.clear();
      return;
    }
    steps_.push_back(pinned_.size() -
                     std::accumulate(steps_.begin(), steps_.end(), std::size_t{0}));
    if (steps_.size() > kProtectedSteps) {
      pinned_.erase(pinned_.begin(), pinned_.begin() + static_cast<std::ptrdiff_t>(steps_.front()));
      steps_.pop_front();
    }
  }

  void store(const Uop& uop) {
    const Operator& oper = graph_.operators()[uop.oper];
    Op op;
    op.opcode = Opcode::kStore;
    op.relu = oper.relu;
    op.tensor = uop.tensor;
    op.row = uop.row;
    op.col = uop.col;
    const bool copies = oper.kind == OperatorKind::kCopy;
    op.a = copies ? residency_.address(operands_[0].tile) : accumulators_[tile_of(uop)];
    schedule_.ops.push_back(op);
    ++schedule_.stats.stores;
    if (copies) {
      finish_step();
    } else {
      arena_.release(op.a);
    }
  }

  std::uint32_t allocate(const Uop& uop) {
    for (;;) {
      if (const auto address = arena_.allocate(list_.tiles[uop.tensor].bytes())) {
        return static_cast<std::uint32_t>(*address);
      }
      auto victim = residency_.victim(pinned_);
      if (!victim) {
        victim = residency_.victim(std::span(pinned_).last(operand_count_));
      }
      if (!victim) {
        out_of_sram(uop);
      }
      release(*victim);
      ++schedule_.stats.evictions;
    }
  }

  [[noreturn]] void out_of_sram(const Uop& uop) const {
    const std::uint64_t accumulators = open_accumulators(uop.oper);
    const std::uint64_t bytes = arena_.size_bytes();
    throw InputError(
        "graph '" + graph_.name() + "': no SRAM left for tile (" + std::to_string(uop.row) + "," +
        std::to_string(uop.col) + ") of tensor '" + graph_.tensor(uop.tensor).name + "': " +
        (accumulators > 1 ? std::string("loop order ") + to_string(options_.loop_order) +
                                " needs " + std::to_string(accumulators) +
                                " accumulators at once, besides the operands of a step; " +
                                std::to_string(bytes) + " bytes hold " +
                                std::to_string(bytes / list_.tile.result().bytes()) +
                                " tiles; try schedule.loop_order=mnk"
                          : std::to_string(bytes) + " bytes, " + arena_.describe()));
  }

  /// The most accumulators of an operator that are open at once.
  std::uint64_t open_accumulators(OperatorId oper) const {
    std::uint64_t open = 0;
    std::uint64_t most = 0;
    for (const Uop& uop : list_.uops) {
      if (uop.oper == oper && uop.kind != UopKind::kLoad) {
        open += uop.kind == UopKind::kExecute && uop.first ? 1 : 0;
        most = std::max(most, open);
        open -= uop.kind == UopKind::kStore ? 1 : 0;
      }
    }
    return most;
  }

  void release(TileId tile) {
    arena_.release(residency_.address(tile));
    residency_.erase(tile);
  }

  BufferTag tag(const Uop& uop) const {
    if (options_.buffering != Buffering::kTagged) {
      return BufferTag::kNone;
    }
    return uop.k % 2 == 0 ? BufferTag::kPing : BufferTag::kPong;
  }

  const Graph& graph_;
  const UopList& list_;
  const ScheduleOptions& options_;
  Arena arena_;
  std::vector<TileId> first_tile_;  // per tensor, and one past the last tile at the end
  Residency residency_;
  std::vector<std::uint32_t> accumulators_;  // address per tile, from its first step to its store
  std::vector<std::uint64_t> next_use_;

  std::array<Operand, 3> operands_;  // of the step whose LOADs have been seen
  std::vector<TileId> pinned_;       // operands of the protected steps, then of this one
  std::deque<std::size_t> steps_;    // how many of pinned_ each protected step holds
  std::size_t operand_count_ = 0;
  Schedule schedule_;
};

constexpr std::uint64_t kTensorAlignment = 4096;

}  // namespace

Schedule schedule_uops(const Graph& graph, const UopList& uops, const ScheduleOptions& options) {
  return Scheduler(graph, uops, options).run();
}

Program build_program(const Graph& graph, const TileShape& tile, Schedule schedule) {
  Program program;
  program.tile = tile;
  std::uint64_t base = 0;
  const std::vector<TileExtent> tiles = tensor_tiles(graph, tile);
  for (TensorId id = 0; id < tiles.size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    ProgramTensor entry{tensor.name, tensor.shape, tiles[id], padded_shape(tensor.shape, tiles[id]),
                        tensor.role, base};
    base += ceil_div(entry.bytes(), kTensorAlignment) * kTensorAlignment;
    program.tensors.push_back(std::move(entry));
  }
  for (const Op& op : schedule.ops) {
    const auto reach = [&](std::uint32_t address, std::uint64_t bytes) {
      program.sram_bytes = std::max(program.sram_bytes, address + bytes);
    };
    visit_sram(program, op, reach, reach);
  }
  program.ops = std::move(schedule.ops);
  return program;
}

}  // namespace tilewave
