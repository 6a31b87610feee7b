// What the engines of one platform share.
#pragma once

#include <vector>

#include "compiler/program/hazards.h"
#include "models/accounting/overlap_meter.h"
#include "models/compute/kernel.h"
#include "models/machine.h"
#include "platform/engines/observer_feed.h"
#include "platform/engines/scoreboard.h"
#include "platform/engines/sequencer.h"
#include "platform/systemc/core_clock.h"

namespace tilewave {

/// What all engines of a platform work on and report to. Everything outlives the engines.
struct EngineContext {
  const Program& program;
  const std::vector<OpHazards>& hazards;
  const MachineConfig& config;
  const CoreClock& clock;
  Scoreboard& scoreboard;
  OverlapMeter& overlap;
  const Sequencer& sequencer;
  const Kernel* kernel = nullptr;  ///< null: timing only, no data moves
  ObserverFeed* feed = nullptr;    ///< null: nobody watches
};

}  // namespace tilewave
