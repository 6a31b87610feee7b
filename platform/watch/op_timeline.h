// When each op of a run was fetched, started, let its successor in, and was complete: kept whole,
// for those who explain a run. It draws no conclusions.
#pragma once

#include <vector>

#include "platform/watch/run_observer.h"

namespace tilewave {

/// By index of the op.
using OpTimeline = std::vector<OpTimes>;

/// Records one run after the other: each replaces the timeline.
class OpTimelineRecorder : public RunObserver {
 public:
  const OpTimeline& timeline() const { return timeline_; }

 private:
  void on_begin(const ObservedRun& run) override { timeline_.assign(run.program.ops.size(), {}); }
  void on_op(std::uint32_t op, const OpTimes& times) override { timeline_[op] = times; }

  OpTimeline timeline_;
};

}  // namespace tilewave
