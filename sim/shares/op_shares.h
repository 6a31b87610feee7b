// Which op a cycle of an engine belongs to: to the first of the engine's ops, in its order, that has
// not been released yet; the engine's last op keeps it until it is complete, and what is left belongs
// to no op. This is said here alone; layers, tables and pages add up what they are told.
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "compiler/program/program.h"
#include "compiler/program/units.h"
#include "models/accounting/cycle_ledger.h"
#include "platform/watch/run_observer.h"

namespace tilewave {

/// By Engine and EngineState.
using StateCycles = std::array<std::array<Cycle, kEngineStateCount>, kEngineCount>;

/// Is told of each engine's time in order and without gaps, so that sums are its own states exactly.
class OpShareSink {
 public:
  virtual ~OpShareSink() = default;
  /// The cycles [from, to) of the engine, all in one state, belong to `op`; kNoOp: to none.
  virtual void on_share(Engine engine, std::uint32_t op, EngineState state, Cycle from,
                        Cycle to) = 0;
  /// All that belongs to the op has been told.
  virtual void on_settled(std::uint32_t /*op*/) {}
};

/// Is told of a run as a RunObserver is; holds no more than what is not decided yet.
class OpShares {
 public:
  /// The sink outlives it.
  explicit OpShares(OpShareSink& sink) : sink_(sink) {}

  /// The program outlives the run.
  void on_begin(const Program& program, const Units& units);
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to);
  void on_op(std::uint32_t op, const OpTimes& times);
  void on_end();

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
  struct EngineQueue {
    std::deque<Stretch> stretches;  ///< told, but of nobody yet
    std::deque<Hold> holds;         ///< of ops whose time is not all told
    Cycle given = 0;                ///< everything before is decided
    std::uint64_t ops_to_come = 0;
  };

  EngineQueue& queue_of(Engine engine) { return queues_[index_of(engine)]; }
  void settle(Engine engine);
  void give(Engine engine, std::uint32_t op, Cycle until);

  OpShareSink& sink_;
  const Program* program_ = nullptr;
  Units units_{{}};
  std::array<EngineQueue, kEngineCount> queues_;
};

}  // namespace tilewave
