// Finds the event that let each load start, and how long its engine had been free by then.
#include "sim/explain/load_ahead.h"

#include <algorithm>
#include <numeric>

namespace tilewave {
namespace {

/// `held_by` is what held the sequencer last before it fetched the load.
LoadGate gate_of(const StartEvent& event, const Program& program, StartCause held_by) {
  switch (event.cause) {
    case StartCause::kEngineOrder: return LoadGate::kBackToBack;
    case StartCause::kWriteAfterRead:
      return is_store(program.ops[event.op]) ? LoadGate::kNotDrained : LoadGate::kStillRead;
    case StartCause::kReadAfterWrite:
    case StartCause::kWriteAfterWrite: return LoadGate::kNotWritten;
    default: return held_by == StartCause::kBegin ? LoadGate::kFetch : LoadGate::kQueueFull;
  }
}

void add(TensorLoads& sum, LoadGate gate, Cycle held, bool late) {
  ++sum.loads;
  sum.late += late ? 1 : 0;
  ++sum.gated[static_cast<std::size_t>(gate)];
  sum.held[static_cast<std::size_t>(gate)] += held;
}

}  // namespace

const char* to_string(LoadGate gate) {
  switch (gate) {
    case LoadGate::kBackToBack: return "back to back";
    case LoadGate::kStillRead: return "still read";
    case LoadGate::kNotDrained: return "not drained";
    case LoadGate::kNotWritten: return "not written";
    case LoadGate::kQueueFull: return "queue full";
    case LoadGate::kFetch: return "fetch";
  }
  return "?";
}

Cycle TensorLoads::all_held() const { return std::accumulate(held.begin(), held.end(), Cycle{0}); }

LoadAhead find_load_ahead(const Program& program, const std::vector<OpLinks>& links,
                          const OpTimeline& timeline, const StartEvents& events) {
  std::vector<Cycle> step_starts;  // rising: the core takes its steps in order
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    if (computes(program.ops[i])) {
      step_starts.push_back(timeline[i].start);
    }
  }
  const auto steps_before = [&](Cycle cycle) {
    return std::ranges::lower_bound(step_starts, cycle) - step_starts.begin();
  };
  LoadAhead ahead;
  std::vector<TensorLoads> tensors(program.tensors.size());
  std::uint64_t used = 0;
  StartCause held_by = StartCause::kBegin;
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    if (const StartCause fetch = events.fetch_event(i).cause; fetch != StartCause::kFetch) {
      held_by = fetch;
    }
    if (!is_load(op)) {
      continue;
    }
    const LoadGate gate = gate_of(events.start_event(i), program, held_by);
    const std::uint32_t before = events.previous(i);
    const Cycle held = timeline[i].start - (before == kNoOp ? 0 : timeline[before].released);
    bool late = false;
    if (const std::uint32_t user = links[i].first_use; user != kNoOp) {
      const Cycle complete = timeline[i].complete;
      const Cycle use = timeline[user].start;
      late = use == complete;
      ahead.mean_cycles += static_cast<double>(use - complete);
      ahead.mean_steps += static_cast<double>(steps_before(use) - steps_before(complete));
      ++used;
    }
    const std::uint32_t tensor = program.tensor_of(op.region);
    tensors[tensor].tensor = tensor;
    add(tensors[tensor], gate, held, late);
    add(ahead.total, gate, held, late);
  }
  for (const TensorLoads& tensor : tensors) {
    if (tensor.loads != 0) {
      ahead.tensors.push_back(tensor);
    }
  }
  if (used != 0) {
    ahead.mean_cycles /= static_cast<double>(used);
    ahead.mean_steps /= static_cast<double>(used);
  }
  return ahead;
}

}  // namespace tilewave
