// What an op waited for that was there while its engine was free.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/program/hazards.h"
#include "platform/watch/run_observer.h"

namespace tilewave {

struct OpWait {
  Cycle cycles = 0;  ///< for which other ops held it
  Hazard by;         ///< the one of them that was complete last, and so let it start; may be none
};

/// `free`: the cycle in which the engine let go of its op before, whichever kind it was of.
inline OpWait find_wait(const ObservedRun& run, std::uint32_t op, const OpTimes& times,
                        Cycle free) {
  const Cycle ready = std::max(times.fetched, free);
  if (ready >= times.start) {
    return {};
  }
  const OpHazards& hazards = run.hazards[op];
  const auto* const last = std::ranges::find_if(hazards, [&](const Hazard& hazard) {
    return hazard.exists() && run.completed_at(hazard.op) == times.start;
  });
  return {times.start - ready, last == hazards.end() ? Hazard{} : *last};
}

}  // namespace tilewave
