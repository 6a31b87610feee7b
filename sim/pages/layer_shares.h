// The cycles of every engine by layer and state. A cycle of an engine belongs to the first of its
// ops, in its order, that has not been released yet; the engine's last op keeps it until it is
// complete, and what is left belongs to no layer. So sums over layers are the engine's own states
// exactly.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "models/accounting/cycle_ledger.h"
#include "platform/watch/run_observer.h"
#include "sim/pages/layers.h"

namespace tilewave {

/// A stretch in which an engine waited, all for one op and for one cause.
struct Stall {
  Engine engine = Engine::kLoadDma;
  EngineState state = EngineState::kIdle;
  std::uint32_t op = 0;
  Cycle from = 0;
  Cycle to = 0;

  Cycle cycles() const { return to - from; }
};

/// By Engine and EngineState.
using StateCycles = std::array<std::array<Cycle, kEngineStateCount>, kEngineCount>;

/// Told of a run as a RunObserver is; holds no more than what is not decided yet.
class LayerShares {
 public:
  static constexpr std::size_t kLongest = 25;  ///< stalls kept of each engine

  /// `layers` outlives it.
  explicit LayerShares(const Layers& layers);

  void on_state(Engine engine, EngineState state, Cycle from, Cycle to);
  void on_op(Engine engine, std::uint32_t op, const OpTimes& times);
  void on_end();

  /// By layer, and last those of no layer. Complete after on_end().
  const std::vector<StateCycles>& cycles() const { return cycles_; }
  /// Of each engine in turn, the longest first, the earlier of equals first.
  std::vector<Stall> longest() const;

 private:
  struct Stretch {
    EngineState state = EngineState::kIdle;
    Cycle from = 0;
    Cycle to = 0;
  };
  struct Hold {
    std::uint32_t op = 0;
    Cycle until = 0;
  };
  struct Longer {
    bool operator()(const Stall& a, const Stall& b) const;
  };
  struct EngineQueue {
    std::deque<Stretch> stretches;
    std::deque<Hold> holds;
    Hold last;  ///< the newest op, which may turn out to be the engine's last
    Cycle last_complete = 0;
    bool any = false;
    std::optional<Stall> stall;
    std::set<Stall, Longer> longest;
  };

  void settle(Engine engine);
  void give(Engine engine, const Hold* hold, EngineState state, Cycle from, Cycle to);
  void note_stall(Engine engine, const Hold* hold, EngineState state, Cycle from, Cycle to);
  static void close_stall(EngineQueue& queue);

  const Layers& layers_;
  std::vector<StateCycles> cycles_;
  std::array<EngineQueue, kEngineCount> queues_;
};

}  // namespace tilewave
