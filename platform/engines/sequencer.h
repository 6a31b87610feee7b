// Fetches the program in order, one op per cycle, into the queues of the engines.
#pragma once

#include <array>
#include <atomic>
#include <systemc>

#include "compiler/program/program.h"
#include "models/machine.h"
#include "platform/engines/observer_feed.h"
#include "platform/engines/op_queue.h"
#include "platform/engines/scoreboard.h"

namespace tilewave {

/// Blocks while the queue of the next op is full; with overlap off, until the op before is
/// complete.
class Sequencer : public sc_core::sc_module {
 public:
  /// `queues` by the engine whose they are; those of engines without one are not used. All references
  /// outlive the module, and so do `feed` and `fetched`, which counts ops, if there are such.
  Sequencer(sc_core::sc_module_name name, const Program& program, const SequencerConfig& config,
            const Units& units, const CoreClock& clock, std::array<OpQueue*, kEngineCount> queues,
            Scoreboard& scoreboard, ObserverFeed* feed = nullptr,
            std::atomic<std::uint64_t>* fetched = nullptr);

  /// True while it waits for a queue or a completion.
  bool held() const { return held_; }

 private:
  void run();
  void fetch();

  const Program& program_;
  SequencerConfig config_;
  Units units_;
  const CoreClock& clock_;
  std::array<OpQueue*, kEngineCount> queues_;
  Scoreboard& scoreboard_;
  ObserverFeed* feed_;
  std::atomic<std::uint64_t>* fetched_;
  std::uint32_t next_ = 0;  // op to fetch
  Cycle fetch_ = 0;         // in this cycle
  Cycle held_until_ = 0;
  bool held_ = false;
};

}  // namespace tilewave
