// When each op of a run was fetched, started, let its successor in, and was complete: recorded on
// request, for those who explain a run. It draws no conclusions.
#pragma once

#include <cstdint>
#include <vector>

#include "models/machine.h"

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

/// By index of the op.
using OpTimeline = std::vector<OpTimes>;

}  // namespace tilewave
