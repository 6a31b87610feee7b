// What the engines of one platform share.
#pragma once

#include <vector>

#include "compiler/hazards.h"
#include "models/kernel.h"
#include "models/overlap_meter.h"
#include "platform/core_clock.h"
#include "platform/observer_feed.h"
#include "platform/scoreboard.h"
#include "platform/sequencer.h"

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
