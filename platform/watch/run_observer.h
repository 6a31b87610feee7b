// What can be watched of a run while it is simulated. Observers see everything and change nothing;
// what they make of it, a waveform, a timeline, a page, is their own business.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "models/accounting/counters.h"
#include "models/accounting/cycle_ledger.h"
#include "models/machine.h"
#include "platform/memory/dram_request.h"

namespace tilewave {

/// Cycles of one op. At `start` all it depends on is complete and it leaves the queue of its
/// engine, which works on it until `released`: then the engine could have started its next op, as
/// far as the engine is concerned. The last op of an engine is released when it is complete, or, by
/// a DMA engine, when its last burst is issued. `fetched` ≤ `start` ≤ `released`, `complete`.
struct OpTimes {
  Cycle fetched = 0;
  Cycle start = 0;
  Cycle released = 0;
  Cycle complete = 0;

  bool operator==(const OpTimes&) const = default;
};

/// A burst between DRAM and SRAM, from its issue to its end. A read is in the DRAM first and then
/// on the bus, a write the other way round.
struct BurstTimes {
  std::uint32_t op = 0;
  bool write = false;         ///< of the DRAM: it belongs to a store
  std::uint64_t address = 0;  ///< in DRAM
  std::uint32_t bytes = 0;
  Cycle issued = 0;     ///< by its engine; it takes a place in the engine's window
  Cycle dram_from = 0;  ///< its request is at the DRAM
  Cycle dram_to = 0;    ///< read: its last byte has left the DRAM; write: the DRAM has taken it
  Cycle bus_start = 0;  ///< its beats on the bus
  Cycle bus_end = 0;
  Cycle done = 0;  ///< in SRAM, or acknowledged; its place in the window is free

  bool operator==(const BurstTimes&) const = default;
};

/// What is run on what. References and functions are good until on_end() has returned.
struct ObservedRun {
  const Program& program;
  const std::vector<OpHazards>& hazards;
  const MachineConfig& machine;
  const CounterRegister& counters;  ///< since the start of the run, as they are at the moment
  /// The cycle in which an op that on_complete() was called for is complete.
  std::function<Cycle(std::uint32_t op)> completed_at;
};

/// Is told of a run as it goes, by units that know some things ahead and some only afterwards. The
/// platform keeps nothing that is told already. With *now* the simulated time of the call, which
/// never falls between on_begin() and on_end():
///
///   on_fetch     in program order; the cycle is now or ahead
///   on_start     the cycle is now; per engine in program order, as all that follows
///   on_issue     a DMA engine issues a burst; now or ahead, in order per engine
///   on_request   a burst will reach the DRAM's controller: DramRequestObserver has the order
///   on_burst     a burst is over but for its way from the DRAM: `dram_to` is now
///   on_complete  now or ahead
///   on_op        everything is known of an op: after its on_complete()
///   on_state     a stretch of an engine's time is accounted: in order and without gaps, so that at
///                the end the stretches of each engine are a partition of [0, cycles). They come
///                late while an engine waits, and reach ahead while it works. Neighbours may have
///                one state, and no stretch is empty.
///
/// A shared DMA engine tells on_state() for loads and stores apart, everything else in one order.
/// An exception ends the run: nothing more is told, and run_program() throws it.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_begin(const ObservedRun&) {}
  virtual void on_fetch(std::uint32_t /*op*/, Cycle) {}
  virtual void on_start(std::uint32_t /*op*/, Cycle) {}
  virtual void on_issue(std::uint32_t /*op*/, Cycle) {}
  virtual void on_request(const DramRequest&, Cycle /*now*/) {}
  virtual void on_burst(const BurstTimes&) {}
  virtual void on_complete(std::uint32_t /*op*/, Cycle) {}
  virtual void on_op(std::uint32_t /*op*/, const OpTimes&) {}
  virtual void on_state(Engine, EngineState, Cycle /*from*/, Cycle /*to*/) {}
  virtual void on_end(Cycle /*cycles*/) {}
};

/// Several observers as one, told in the order in which they were added.
class RunObservers : public RunObserver {
 public:
  /// It outlives the runs.
  void add(RunObserver& observer) { all_.push_back(&observer); }
  bool empty() const { return all_.empty(); }

  void on_begin(const ObservedRun& run) override;
  void on_fetch(std::uint32_t op, Cycle cycle) override;
  void on_start(std::uint32_t op, Cycle cycle) override;
  void on_issue(std::uint32_t op, Cycle cycle) override;
  void on_request(const DramRequest& request, Cycle now) override;
  void on_burst(const BurstTimes& burst) override;
  void on_complete(std::uint32_t op, Cycle cycle) override;
  void on_op(std::uint32_t op, const OpTimes& times) override;
  void on_state(Engine engine, EngineState state, Cycle from, Cycle to) override;
  void on_end(Cycle cycles) override;

 private:
  std::vector<RunObserver*> all_;
};

}  // namespace tilewave
