// Where the cycles of one engine went. A ledger is a partition of time by construction: every cycle
// is given to exactly one state, so the states add up to the total.
#pragma once

#include <array>
#include <cstdint>

#include "models/time.h"

namespace tilewave {

/// The states of an engine. Names and order are the same in report, waveform and timeline.
enum class EngineState : std::uint8_t {
  kBusy,       ///< compute: array or vector path at work; DMA: a beat of its data on the bus
  kSetup,      ///< DMA: preparing an op
  kWaitData,   ///< the head op reads what an earlier op has not yet written
  kWaitSpace,  ///< the head op overwrites what an earlier op still reads or writes
  kWaitQueue,  ///< no op: the sequencer is held by another engine's full queue, or overlap is off;
               ///< or a shared DMA engine works for the other kind
  kWaitSram,   ///< next byte held by the SRAM: port taken by somebody else, or its latency
  kWaitBus,    ///< next byte held by the bus: its data path is taken by somebody else, which cannot
               ///< be while each direction has one engine
  kWaitDram,   ///< next byte held by the DRAM, or on its way between DRAM and engine
  kIdle,       ///< no op: the sequencer has not reached the engine's next one
  kDrained,    ///< all ops of the engine are complete
};
inline constexpr int kEngineStateCount = 10;

const char* to_string(EngineState state);  ///< "busy", "setup", "wait_data", ...

/// Is told each stretch of time as it is accounted, in order and without gaps. `to` may lie ahead
/// of simulated time.
class LedgerObserver {
 public:
  virtual ~LedgerObserver() = default;
  virtual void on_state(EngineState state, Cycle from, Cycle to) = 0;
};

class CycleLedger {
 public:
  /// Gives the cycles from mark() to `until` to `state`; none if `until` is not later.
  void advance(EngineState state, Cycle until) {
    if (until <= mark_) {
      return;
    }
    cycles_[static_cast<std::size_t>(state)] += until - mark_;
    if (observer_ != nullptr) {
      observer_->on_state(state, mark_, until);
    }
    mark_ = until;
  }

  Cycle mark() const { return mark_; }  ///< everything before is accounted
  Cycle cycles(EngineState state) const { return cycles_[static_cast<std::size_t>(state)]; }
  const std::array<Cycle, kEngineStateCount>& all() const { return cycles_; }
  void set_observer(LedgerObserver* observer) { observer_ = observer; }

 private:
  std::array<Cycle, kEngineStateCount> cycles_{};
  Cycle mark_ = 0;
  LedgerObserver* observer_ = nullptr;
};

/// The ledgers of a DMA engine while its bursts overlap. Each burst waits for its source, waits for
/// the bus, and then has its beats on the bus; what happens behind the bus (its tail) counts only
/// while nothing else goes on. Cycles are given to bursts in the order in which they reach the bus.
///
/// A shared engine keeps two ledgers, one for its loads and one for its stores: while it works for
/// one kind, the other waits in the queue.
class TransferLedger {
 public:
  enum class Kind : std::uint8_t { kLoad, kStore };

  /// Either may be null, not both.
  TransferLedger(CycleLedger* load, CycleLedger* store)
      : ledgers_{load, store},
        only_(load != nullptr ? load : store),
        shared_(load != nullptr && store != nullptr) {}

  /// A burst issued at `issued` whose data waits for `source` until `ready`, then for the bus until
  /// `bus_start`, and is on the bus until `bus_end`. If nothing else went on before it was issued,
  /// its op was being set up.
  void burst(Kind kind, Cycle issued, EngineState source, Cycle ready, Cycle bus_start,
             Cycle bus_end) {
    settle_tail(issued);
    advance(kind, EngineState::kSetup, issued);
    advance(kind, source, ready);
    advance(kind, EngineState::kWaitBus, bus_start);
    advance(kind, EngineState::kBusy, bus_end);
  }

  /// A burst is behind the bus, in the hands of `sink`, until `until`.
  void tail(Kind kind, EngineState sink, Cycle until) {
    if (until > tail_until_) {
      tail_kind_ = kind;
      tail_state_ = sink;
      tail_until_ = until;
    }
  }

  /// With no burst in flight but for tails: the engine itself was in `state` until `until`, for the
  /// sake of an op of `kind`.
  void engine(Kind kind, EngineState state, Cycle until) {
    settle_tail(until);
    advance(kind, state, until);
  }

  /// The same while bursts are behind the bus whose tails do not hold the engine up.
  void engine_before_tails(Kind kind, EngineState state, Cycle until) {
    advance(kind, state, until);
  }

 private:
  void settle_tail(Cycle limit) {
    advance(tail_kind_, tail_state_, tail_until_ < limit ? tail_until_ : limit);
  }

  static bool without_op(EngineState state) {
    return state == EngineState::kIdle || state == EngineState::kWaitQueue ||
           state == EngineState::kDrained;
  }
  CycleLedger& own(Kind kind) { return shared_ ? *ledgers_[index(kind)] : *only_; }
  CycleLedger& other(Kind kind) { return *ledgers_[1 - index(kind)]; }
  static std::size_t index(Kind kind) { return static_cast<std::size_t>(kind); }
  static EngineState seen_by_other(EngineState state) {
    return without_op(state) ? state : EngineState::kWaitQueue;
  }

  void advance(Kind kind, EngineState state, Cycle until) {
    own(kind).advance(state, until);
    if (shared_) {
      other(kind).advance(seen_by_other(state), until);
    }
  }

  std::array<CycleLedger*, 2> ledgers_;
  CycleLedger* only_;
  bool shared_;
  Kind tail_kind_ = Kind::kLoad;
  EngineState tail_state_ = EngineState::kWaitSram;
  Cycle tail_until_ = 0;
};

}  // namespace tilewave
