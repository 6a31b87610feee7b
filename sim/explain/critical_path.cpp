// Walks back from the op that is complete last, and sums up what it passes.
#include "sim/explain/critical_path.h"

#include <algorithm>
#include <map>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

PathReason reason_of(StartCause cause) {
  switch (cause) {
    case StartCause::kEngineOrder: return PathReason::kEngineOrder;
    case StartCause::kReadAfterWrite: return PathReason::kReadAfterWrite;
    case StartCause::kWriteAfterRead: return PathReason::kWriteAfterRead;
    case StartCause::kWriteAfterWrite: return PathReason::kWriteAfterWrite;
    case StartCause::kQueueFull: return PathReason::kQueueFull;
    case StartCause::kOverlapOff: return PathReason::kOverlapOff;
    case StartCause::kFetch: return PathReason::kFetch;
    case StartCause::kBegin: break;
  }
  throw InternalError("no reason to wait");
}

/// From the end of the run backwards.
class Tracer {
 public:
  Tracer(const Program& program, const MachineConfig& machine, const OpTimeline& timeline,
         const StartEvents& events)
      : program_(program), units_(units_of(machine)), timeline_(timeline), events_(events) {}

  std::vector<PathElement> run(Cycle end) {
    std::uint32_t op = 0;
    for (std::uint32_t i = 0; i < timeline_.size(); ++i) {
      op = timeline_[i].complete >= timeline_[op].complete ? i : op;
    }
    at_ = std::max(end, timeline_[op].complete);
    while (op != kNoOp) {
      step_back_to(op, timeline_[op].start, unit_of(op));
      op = before_start(op);
    }
    std::reverse(elements_.begin(), elements_.end());
    return std::move(elements_);
  }

 private:
  std::size_t unit_of(std::uint32_t op) const {
    return index_of(units_.account_of(program_.ops[op]));
  }

  /// The time from `begin` to where we are belongs to `op`.
  void step_back_to(std::uint32_t op, Cycle begin, std::size_t unit) {
    if (begin > at_) {
      throw InternalError("invariant broken: the critical path runs forwards at op " +
                          std::to_string(op));
    }
    if (begin < at_) {
      elements_.push_back({op, static_cast<std::uint8_t>(unit), reason_, begin, at_});
      at_ = begin;
      queued_ = false;
    }
  }

  /// What happened before goes on for `cause`; a full queue in between is what counts.
  void wait_for(StartCause cause) {
    queued_ = queued_ || cause == StartCause::kQueueFull;
    reason_ = queued_ ? PathReason::kQueueFull : reason_of(cause);
  }

  /// The op whose cycles come before the start of `op`.
  std::uint32_t before_start(std::uint32_t op) {
    StartEvent event = events_.start_event(op);
    if (event.cause != StartCause::kFetch) {
      wait_for(event.cause);
      return event.op;
    }
    for (;;) {
      event = events_.fetch_event(op);
      if (event.cause == StartCause::kBegin) {
        return kNoOp;
      }
      wait_for(event.cause);
      if (event.cause == StartCause::kOverlapOff) {
        return event.op;
      }
      if (event.cause == StartCause::kQueueFull) {  // the queue's op started in this very cycle
        return event.op;
      }
      step_back_to(op, timeline_[event.op].fetched, kSequencerUnit);
      op = event.op;
    }
  }

  const Program& program_;
  Units units_;
  const OpTimeline& timeline_;
  const StartEvents& events_;
  std::vector<PathElement> elements_;  // the last first
  Cycle at_ = 0;
  PathReason reason_ = PathReason::kEnd;
  bool queued_ = false;
};

/// Setup of `op` that no burst of the ops before it hides.
Cycle bare_setup(const PathElement& element, const MachineConfig& machine,
                 const OpTimeline& timeline, const StartEvents& events) {
  const std::uint32_t before = events.previous(element.op);
  const Cycle busy_until = before == kNoOp ? 0 : timeline[before].complete;
  const Cycle from = std::max(element.begin, busy_until);
  const Cycle to = std::min(element.end, timeline[element.op].start + machine.dma.setup);
  return to > from ? to - from : 0;
}

void add_up(CriticalPath& path, const Program& program, const MachineConfig& machine,
            const OpTimeline& timeline, const StartEvents& events) {
  const ComputeTiming timing(machine.compute, program);
  std::map<std::pair<Opcode, std::uint32_t>, PathShare> shares;
  for (std::size_t i = 0; i < path.elements.size(); ++i) {
    const PathElement& element = path.elements[i];
    path.cycles[element.unit][static_cast<std::size_t>(element.reason)] += element.cycles();
    const bool goes_on = i > 0 && path.elements[i - 1].unit == element.unit &&
                         path.elements[i - 1].reason == element.reason;
    if (!goes_on) {
      path.stretches.push_back({i, 0, 0});
    }
    ++path.stretches.back().count;
    path.stretches.back().cycles += element.cycles();
    if (element.unit == kSequencerUnit) {
      continue;
    }
    const Op& op = program.ops[element.op];
    if (computes(op)) {
      path.fill += element.cycles() - std::min(element.cycles(), timing.step(op).interval);
    } else {
      path.setup += bare_setup(element, machine, timeline, events);
    }
    const std::uint32_t tensor = program.tensor_of(op.region);
    PathShare& share = shares[{op.opcode, tensor}];
    share.opcode = op.opcode;
    share.tensor = tensor;
    ++share.elements;
    share.cycles += element.cycles();
  }
  for (const auto& [key, share] : shares) {
    path.shares.push_back(share);
  }
  std::ranges::stable_sort(path.shares, std::greater{}, &PathShare::cycles);
  std::ranges::stable_sort(path.stretches, std::greater{}, &PathStretch::cycles);
}

}  // namespace

const char* path_unit_name(std::size_t unit) {
  return unit == kSequencerUnit ? "sequencer" : to_string(static_cast<Engine>(unit));
}

const char* to_string(PathReason reason) {
  switch (reason) {
    case PathReason::kEngineOrder: return "engine order";
    case PathReason::kReadAfterWrite: return "read-after-write";
    case PathReason::kWriteAfterRead: return "write-after-read";
    case PathReason::kWriteAfterWrite: return "write-after-write";
    case PathReason::kQueueFull: return "queue full";
    case PathReason::kOverlapOff: return "overlap off";
    case PathReason::kFetch: return "fetch";
    case PathReason::kEnd: return "end of the run";
  }
  return "?";
}

Cycle CriticalPath::total() const {
  Cycle sum = 0;
  for (const auto& unit : cycles) {
    for (const Cycle part : unit) {
      sum += part;
    }
  }
  return sum;
}

CriticalPath find_critical_path(const Program& program, const MachineConfig& machine,
                                const OpTimeline& timeline, const StartEvents& events, Cycle end) {
  CriticalPath path;
  if (timeline.empty()) {
    return path;
  }
  path.elements = Tracer(program, machine, timeline, events).run(end);
  add_up(path, program, machine, timeline, events);
  if (path.total() != end) {
    throw InternalError("invariant broken: the critical path takes " +
                        std::to_string(path.total()) + " cycles of " + std::to_string(end));
  }
  return path;
}

}  // namespace tilewave
