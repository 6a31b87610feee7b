// From the units of one platform to its observer: what they tell in passing becomes the events of
// run_observer.h. It holds no more than the ops under way.
#pragma once

#include <array>
#include <deque>
#include <exception>

#include "compiler/program/program.h"
#include "models/accounting/cycle_ledger.h"
#include "models/machine.h"
#include "platform/watch/run_observer.h"

namespace tilewave {

/// Units have a pointer to it, which is null unless somebody watches.
class ObserverFeed : public DramRequestObserver {
 public:
  /// All outlive the feed.
  ObserverFeed(RunObserver& observer, const Program& program, const MachineConfig& machine);

  LedgerObserver& ledger_observer(Engine engine) {
    return engines_[static_cast<std::size_t>(engine)];
  }

  void begin(const ObservedRun& run);
  void fetched(std::uint32_t op, Cycle cycle);
  void started(std::uint32_t op, Cycle cycle);
  void issued(std::uint32_t op, Cycle cycle);
  void on_request(const DramRequest& request, Cycle now) override;
  void burst(const BurstTimes& burst);
  void released(std::uint32_t op, Cycle cycle);
  void completed(std::uint32_t op, Cycle cycle);
  void end(Cycle cycles);

  /// What the observer threw; the simulation stops then.
  const std::exception_ptr& error() const { return error_; }

 private:
  struct EngineStates : LedgerObserver {
    ObserverFeed* feed = nullptr;
    Engine engine = Engine::kLoadDma;
    void on_state(EngineState state, Cycle from, Cycle to) override;
  };

  struct OpUnderWay {
    std::uint32_t op = 0;
    OpTimes times;
    bool released = false;
    bool complete = false;
  };

  std::deque<OpUnderWay>& queue_of(std::uint32_t op);
  OpUnderWay& under_way(std::uint32_t op);
  void tell_finished(std::uint32_t op);
  template <typename Tell>
  void tell(Tell&& tell);

  RunObserver& observer_;
  const Program& program_;
  Units units_;
  std::array<EngineStates, kEngineCount> engines_;
  std::array<std::deque<OpUnderWay>, kEngineCount> queues_;  // fetched, not finished
  std::exception_ptr error_;
};

}  // namespace tilewave
