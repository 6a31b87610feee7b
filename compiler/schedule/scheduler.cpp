// The algorithm of schedule_uops(): one pass over the steps, with a second position running ahead
// of it that decides what is loaded, where, and what has to go.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/lowering/tiling.h"
#include "compiler/program/opcodes.h"
#include "compiler/schedule/arena.h"
#include "compiler/schedule/early_loads.h"
#include "compiler/schedule/load_pace.h"
#include "compiler/schedule/residency.h"
#include "compiler/schedule/result_ways.h"
#include "compiler/schedule/schedule.h"
#include "compiler/schedule/store_queue.h"
#include "compiler/schedule/tile_ops.h"
#include "compiler/schedule/tile_state.h"

namespace tilewave {
namespace {

/// Operand tiles of this many last steps are evicted only if nothing else is left: their bytes are
/// still being read when the load that takes their place could start.
constexpr std::size_t kRestingSteps = 3;

/// Loads of so many tiles are sent ahead even if the SRAM is small.
constexpr double kLeastPrefetchTiles = 4;

/// LOADs hoisted over one step: the sequencer fetches them before it, one per cycle, so a window
/// that opened at once would hold up the first steps.
constexpr std::size_t kEarlyLoadsPerStep = 4;

/// Accumulators are opened this many steps before their first step even if something has to go.
constexpr std::uint64_t kNearSteps = 8;

class Scheduler {
 public:
  explicit Scheduler(const SchedulingProblem& problem)
      : graph_(problem.graph),
        list_(problem.uops),
        options_(problem.options),
        ahead_of_time_(options_.buffering == Buffering::kPingPong),
        arena_(options_.sram_bytes, ahead_of_time_ ? Placement::kNextFit : Placement::kFirstFit),
        index_(graph_.tensors(), list_.tiles),
        computed_(graph_, list_.tiles, list_.regions),
        ways_(problem, computed_),
        residency_(options_.eviction, index_.count()),
        tiles_(index_.count()),
        pace_(options_.costs, prefetch_bytes()),
        most_early_(std::min<std::size_t>(
            options_.loads_ahead,
            static_cast<std::size_t>(2 * prefetch_bytes()) / list_.tile.result().bytes())) {
    find_next_uses();
    schedule_.ops.reserve(list_.uops.size() * 2 / 3);
  }

  /// Nothing as soon as there are as many as `too_many_loads`.
  std::optional<Schedule> run(std::uint64_t too_many_loads) {
    const std::vector<Uop>& uops = list_.uops;
    schedule_.stats.uops = uops.size();
    for (position_ = 0; position_ < uops.size(); ++position_) {
      const Uop& uop = uops[position_];
      switch (uop.kind) {
        case UopKind::kLoad:
          if (operand_count_ == 0) {
            begin_step();
          }
          operands_[operand_count_++] = position_;
          break;
        case UopKind::kExecute: execute(uop); break;
        case UopKind::kStore: complete(uop); break;
      }
      if (schedule_.stats.loads >= too_many_loads) {
        return std::nullopt;
      }
    }
    flush_stores(kNoUse);
    schedule_.stats.stores += stores_.late_count();
    schedule_.ops = stores_.merge_late(std::move(schedule_.ops));
    schedule_.stats.loads_eliminated = load_uops_ - schedule_.stats.loads;
    schedule_.stats.peak_sram_bytes = arena_.peak_bytes();
    schedule_.stats.final_live_bytes = arena_.live_bytes();
    return std::move(schedule_);
  }

 private:
  TileId tile_of(const Uop& uop) const { return index_.id(list_.place(uop)); }

  /// On their way at once, if the DRAM is what is waited for.
  double prefetch_bytes() const {
    return std::max(kPrefetchShare * static_cast<double>(options_.sram_bytes),
                    kLeastPrefetchTiles * static_cast<double>(list_.tile.result().bytes()));
  }

  std::uint64_t bytes_of(const Uop& uop) const { return list_.extent(uop).bytes(); }
  /// Of SRAM. Places as large as the largest tile of a tensor leave no holes that are too small. What
  /// becomes of a sum lies where the sum was.
  std::uint64_t place_bytes(const Uop& uop) const {
    const TileExtent extent = options_.whole_places
                                  ? largest_tile(list_.stored[uop.tensor], list_.tiles[uop.tensor])
                                  : list_.extent(uop);
    if (uop.kind != UopKind::kExecute) {
      return extent.bytes();
    }
    const Operator& oper = graph_.operators()[uop.oper];
    if (oper.product_inputs() == 0) {
      return extent.bytes();
    }
    return std::max(extent.bytes(), extent.of(sum_type(graph_, oper)).bytes());
  }

  /// For every LOAD the position of the next LOAD of the same tile, and the first for every tile.
  void find_next_uses() {
    next_use_.resize(list_.uops.size());
    for (std::size_t i = list_.uops.size(); i-- > 0;) {
      if (list_.uops[i].kind == UopKind::kLoad) {
        TileState& tile = tiles_[tile_of(list_.uops[i])];
        next_use_[i] = tile.first_use;
        tile.first_use = i;
        ++load_uops_;
      }
    }
    for (TensorId id = 0; id < graph_.tensors().size(); ++id) {
      if (computed_.is_source(id)) {
        for (TileId tile = index_.first(id); tile < index_.first(id + 1); ++tile) {
          tiles_[tile].in_dram = true;
        }
      }
    }
  }

  // --- ahead of the program -----------------------------------------------------------------

  /// Everything the step at position_ needs gets its place, and of the steps behind it as much as
  /// the options allow and the SRAM has room for.
  void begin_step() {
    flush_stores(step_);
    early_.advance(position_);
    if (options_.apart) {
      leave_only_operands();
    }
    const std::size_t most_early = std::min(most_early_, early_.count() + kEarlyLoadsPerStep);
    while (ahead_ < list_.uops.size()) {
      const bool now = ahead_step_ == step_;
      if (!now && (!ahead_of_time_ || ahead_step_ - step_ > options_.lookahead ||
                   early_.count() >= most_early || pace_.is_full())) {
        break;
      }
      if (!prepare(now)) {
        break;
      }
    }
    steps_[step_ % kRestingSteps] = position_;
    ++step_;
  }

  /// What the step at position_ does not read goes; at an operator's first step all of it, for its
  /// operands are of other sizes and would lie where the last ones were.
  void leave_only_operands() {
    const bool first =
        position_ > 0 && list_.uops[position_].oper != list_.uops[position_ - 1].oper;
    if (first) {
      flush_stores(kNoUse);
    }
    const std::uint64_t until = first ? position_ - 1 : step_end(position_);
    while (const auto idle = residency_.victim(until, kNoUse)) {
      evict(*idle);
    }
  }

  /// One uOp of the step ahead. False if it has to wait, which cannot be if it is needed `now`.
  bool prepare(bool now) {
    const Uop& uop = list_.uops[ahead_];
    if (uop.kind == UopKind::kLoad) {
      if (!bring_in(uop, now)) {
        return false;
      }
    } else if (uop.kind == UopKind::kExecute) {
      TileState& tile = tiles_[tile_of(uop)];
      if (uop.first) {
        const auto address = open_accumulator(uop, now);
        if (!address) {
          return false;
        }
        tile.accumulator = *address;
        tile.open = true;
      }
    }
    ++ahead_;
    // A step ends with its EXECUTE, or its STORE.
    if (ahead_ == list_.uops.size() || (list_.uops[ahead_].kind == UopKind::kLoad &&
                                        list_.uops[ahead_ - 1].kind != UopKind::kLoad)) {
      ++ahead_step_;
    }
    return true;
  }

  /// An accumulator far ahead stands idle until its step comes: nothing is evicted for it.
  std::optional<std::uint32_t> open_accumulator(const Uop& uop, bool now) {
    if (now || ahead_step_ - step_ <= kNearSteps) {
      return allocate(uop, ahead_, now);
    }
    const auto address = arena_.allocate(place_bytes(uop));
    return address ? std::optional(static_cast<std::uint32_t>(*address)) : std::nullopt;
  }

  bool bring_in(const Uop& uop, bool now) {
    const TileId id = tile_of(uop);
    if (residency_.contains(id) || (ways_.stays(list_.place(uop).tensor) && tiles_[id].open)) {
      return true;
    }
    if (!is_in_dram(id)) {
      if (!now) {
        return false;
      }
      flush_stores(kNoUse);
    }
    const auto address = allocate(uop, step_end(ahead_), now);
    if (!address) {
      return false;
    }
    Op op = op_at(list_.place(uop), Opcode::kLoad);
    op.tag = tag(uop);
    op.dst = *address;
    schedule_.ops.push_back(op);
    ++schedule_.stats.loads;
    residency_.insert(id, *address, ahead_);
    tiles_[id].arrival = pace_.transfer(bytes_of(uop));
    if (!now) {
      early_.push(ahead_);
    }
    return true;
  }

  /// Whether all that is computed of it is stored.
  bool is_in_dram(TileId id) {
    TileState& tile = tiles_[id];
    if (!tile.in_dram) {
      bool stored = true;
      computed_.visit(index_.place(id), [&](const TileIndex::Place& part) {
        stored = stored && tiles_[index_.id(part)].in_dram;
      });
      tile.in_dram = stored;
    }
    return tile.in_dram;
  }

  /// Of the step that the LOAD uOp at `position` is for.
  std::size_t step_end(std::size_t position) const {
    while (list_.uops[position].kind == UopKind::kLoad) {
      ++position;
    }
    return position;
  }

  /// Kept apart, results have the upper end, so that what operands leave is in one piece: of a sum first
  /// its factors, then what its expression reads.
  std::optional<std::uint64_t> place(UopKind kind, std::uint64_t bytes) {
    const bool high = options_.apart && kind != UopKind::kLoad;
    return high ? arena_.allocate_high(bytes) : arena_.allocate(bytes);
  }

  /// Where the first of the last steps began, of kRestingSteps if there were as many.
  std::uint64_t first_resting() const {
    return steps_[step_ > kRestingSteps ? step_ % kRestingSteps : 0];
  }

  /// Bytes for the tile of `uop`, evicting tiles that no step up to position `until` uses.
  std::optional<std::uint32_t> allocate(const Uop& uop, std::uint64_t until, bool now) {
    const std::uint64_t rested = ahead_of_time_ && step_ > 0 ? first_resting() + 1 : kNoUse;
    const std::uint64_t bytes = place_bytes(uop);
    for (;;) {
      if (const auto address = place(uop.kind, bytes)) {
        return static_cast<std::uint32_t>(*address);
      }
      auto victim = residency_.victim(until, rested);
      if (!victim && now) {
        if (!stores_.empty()) {
          flush_stores(kNoUse);
          continue;
        }
        victim = residency_.victim(until, kNoUse);
        if (!victim) {
          out_of_sram(uop);
        }
      }
      if (!victim) {
        return std::nullopt;
      }
      evict(*victim);
    }
  }

  void evict(TileId id) {
    TileState& tile = tiles_[id];
    if (tile.unsaved) {
      // The static schedule knows the future: it stores the tile as soon as it is complete.
      stores_.push_late(tile.completed, store_op(index_.place(id), residency_.address(id), false));
      tile.unsaved = false;
      tile.in_dram = true;
    }
    release(id);
    ++schedule_.stats.evictions;
  }

  // --- at the program's position --------------------------------------------------------------

  void execute(const Uop& uop) {
    const Operator& oper = graph_.operators()[uop.oper];
    const bool product = oper.is_product() && !uop.vector;
    Op op = op_at(list_.place(uop), product      ? Opcode::kMatmul
                                    : uop.vector ? Opcode::kVector
                                                 : Opcode::kReduce);
    op.tag = tag(uop);
    op.dst = tiles_[tile_of(uop)].accumulator;
    if (product) {
      sum_step(uop, op);
    } else {
      vector_step(uop, op);
    }
    schedule_.ops.push_back(op);
    ++schedule_.stats.executes;
    release_operands();
  }

  void sum_step(const Uop& uop, Op& op) {
    const Operator& oper = graph_.operators()[uop.oper];
    op.clear = uop.first;
    op.step = uop.k;
    const TileExtent result = list_.extent(uop);
    const TileExtent left = list_.extent(list_.uops[operands_[0]]);
    op.set_shape({result.rows, result.cols, oper.transposed[0] ? left.rows : left.cols});
    op.a_transposed = oper.transposed[0];
    op.b_transposed = oper.transposed[1];
    op.relu = options_.forwarding && uop.last && oper.relu;
    op.a_type = graph_.tensor(oper.inputs[0]).type;
    op.b_type = graph_.tensor(oper.inputs[1]).type;
    op.a_zero = oper.zeros[0];
    op.b_zero = oper.zeros[1];
    op.a = use_operand(0);
    op.b = use_operand(1);
    op.biased = uop.first && oper.has_bias;
    op.c = op.biased ? use_operand(2) : 0;
    pace_.sum_step(op);
  }

  /// Of a map or a reduce, or in place on the tile of the sum that is complete.
  void vector_step(const Uop& uop, Op& op) {
    op.kernel = list_.kernel_of[uop.oper];
    const TileExtent work = list_.work_tile(graph_, uop);
    op.set_shape(list_.step_shape(graph_, uop));
    op.clear = !uop.vector && uop.first;
    op.step = uop.k;
    const std::size_t sum = graph_.operators()[uop.oper].product_inputs() > 0 ? 1 : 0;
    for (std::size_t i = 0; i < sum + operand_count_; ++i) {
      op.*rule_of(op.opcode).operands[i].address = i < sum ? op.dst : use_operand(i - sum);
    }
    pace_.vector_step(list_.kernels[op.kernel], work);
  }

  /// Where an operand lies; the step starts when it is there.
  std::uint32_t use_operand(std::size_t operand) {
    const TileId tile = tile_of(list_.uops[operands_[operand]]);
    pace_.wait_for(tiles_[tile].arrival);
    return residency_.address(tile);
  }

  void release_operands() {
    for (std::size_t i = 0; i < operand_count_; ++i) {
      const TileId tile = tile_of(list_.uops[operands_[i]]);
      const std::uint64_t next = next_use_[operands_[i]];
      // Operands may be one tile; its latest LOAD says when it is needed again.
      if (next == kNoUse) {
        release(tile);
      } else if (next > position_) {
        residency_.use(tile, position_, next);
      }
    }
    operand_count_ = 0;
  }

  /// A tile is complete: it leaves for DRAM, or stays for those who use it, or both.
  void complete(const Uop& uop) {
    const TileId id = tile_of(uop);
    TileState& tile = tiles_[id];
    if (operand_count_ > 0) {  // a copy: what was loaded leaves under another name
      stores_.push({store_op(index_.place(id), use_operand(0), false), id, step_, false});
      flush_stores(kNoUse);
      release_operands();
      return;
    }
    const TileIndex::Place place = list_.place(uop);
    const bool stays = ways_.stays(place.tensor) && tile.first_use != kNoUse;
    const bool leaves = !stays || ways_.leaves(place.tensor);
    tile.open = false;
    tile.completed = schedule_.ops.size();
    if (stays) {
      residency_.insert(id, tile.accumulator, tile.first_use);
      tile.unsaved = !leaves;
    }
    if (leaves) {
      tile.leaving = true;
      const bool relu = !options_.forwarding && graph_.operators()[uop.oper].relu;
      stores_.push(
          {store_op(place, tile.accumulator, relu), id, step_ + options_.store_delay, !stays});
      if (options_.store_delay == 0) {
        flush_stores(kNoUse);
      }
    }
  }

  void flush_stores(std::uint64_t due) {
    for (; !stores_.empty() && stores_.front().due <= due; stores_.pop()) {
      const PendingStore& store = stores_.front();
      schedule_.ops.push_back(store.op);
      tiles_[store.tile].in_dram = true;
      tiles_[store.tile].leaving = false;
      pace_.transfer(list_.extent(store.op).bytes());
      ++schedule_.stats.stores;
      if (store.release) {
        arena_.release(store.op.a);
      }
    }
  }

  void release(TileId tile) {
    if (tiles_[tile].leaving) {
      flush_stores(kNoUse);
    }
    arena_.release(residency_.address(tile));
    residency_.erase(tile);
  }

  BufferTag tag(const Uop& uop) const {
    if (options_.buffering != Buffering::kTagged) {
      return BufferTag::kNone;
    }
    return uop.k % 2 == 0 ? BufferTag::kPing : BufferTag::kPong;
  }

  [[noreturn]] void out_of_sram(const Uop& uop) const {
    throw OutOfSram(
        "graph '" + graph_.name() + "': no SRAM left for tile (" + std::to_string(uop.row) + "," +
            std::to_string(uop.col) + ") of tensor '" + graph_.tensor(uop.tensor).name +
            "': " + std::to_string(arena_.size_bytes()) + " bytes, " + arena_.describe(),
        graph_.tensor(graph_.operators()[uop.oper].output).name);
  }

  const Graph& graph_;
  const UopList& list_;
  const ScheduleOptions& options_;
  bool ahead_of_time_;
  Arena arena_;
  TileIndex index_;
  ComputedTiles computed_;
  ResultWays ways_;
  Residency residency_;
  std::vector<TileState> tiles_;
  std::vector<std::uint64_t> next_use_;
  std::uint64_t load_uops_ = 0;
  LoadPace pace_;
  std::size_t most_early_;  // LOADs hoisted at once

  std::size_t position_ = 0;      // uOp being emitted
  std::uint64_t step_ = 0;        // its step
  std::size_t ahead_ = 0;         // uOp being prepared
  std::uint64_t ahead_step_ = 0;  // its step
  EarlyLoads early_;
  std::array<std::uint64_t, kRestingSteps> steps_{};  // where the last began, i at i % their number
  std::array<std::size_t, kMostOperands> operands_;   // LOAD uOps of the step
  std::size_t operand_count_ = 0;
  StoreQueue stores_;
  Schedule schedule_;
};

}  // namespace

Schedule schedule_uops(const SchedulingProblem& problem) {
  return Scheduler(problem).run(std::numeric_limits<std::uint64_t>::max()).value();
}

std::optional<Schedule> schedule_with_fewer_loads(const SchedulingProblem& problem,
                                                  std::uint64_t loads) {
  return Scheduler(problem).run(loads);
}

}  // namespace tilewave
