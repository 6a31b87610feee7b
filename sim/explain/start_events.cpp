// Compares the times of the few things that an op may have waited for.
#include "sim/explain/start_events.h"

#include <algorithm>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

StartCause cause_of(HazardKind kind) {
  switch (kind) {
    case HazardKind::kReadAfterWrite: return StartCause::kReadAfterWrite;
    case HazardKind::kWriteAfterRead: return StartCause::kWriteAfterRead;
    case HazardKind::kWriteAfterWrite: return StartCause::kWriteAfterWrite;
  }
  throw InternalError("no such hazard");
}

}  // namespace

const char* to_string(StartCause cause) {
  switch (cause) {
    case StartCause::kEngineOrder: return "engine order";
    case StartCause::kReadAfterWrite: return "read-after-write";
    case StartCause::kWriteAfterRead: return "write-after-read";
    case StartCause::kWriteAfterWrite: return "write-after-write";
    case StartCause::kQueueFull: return "queue full";
    case StartCause::kOverlapOff: return "overlap off";
    case StartCause::kFetch: return "fetch";
    case StartCause::kBegin: return "begin";
  }
  return "?";
}

StartEvents::StartEvents(const Program& program, const std::vector<OpHazards>& hazards,
                         const MachineConfig& machine, const OpTimeline& timeline)
    : program_(program), hazards_(hazards), machine_(machine), timeline_(timeline) {
  place_.reserve(program.ops.size());
  for (std::uint32_t op = 0; op < program.ops.size(); ++op) {
    std::vector<std::uint32_t>& queue = queues_[queue_of(op)];
    place_.push_back(static_cast<std::uint32_t>(queue.size()));
    queue.push_back(op);
  }
}

std::size_t StartEvents::queue_of(std::uint32_t op) const {
  return index_of(units_of(machine_).queue_of(program_.ops[op]));
}

std::uint32_t StartEvents::at_queue(std::uint32_t op, std::uint64_t distance) const {
  const std::uint32_t place = place_[op];
  return place < distance ? kNoOp : queues_[queue_of(op)][place - distance];
}

StartEvent StartEvents::start_event(std::uint32_t op) const {
  const Cycle start = timeline_[op].start;
  const std::uint32_t before = previous(op);
  if (before != kNoOp && timeline_[before].released == start) {
    return {StartCause::kEngineOrder, before};
  }
  StartEvent event{StartCause::kBegin, kNoOp};
  for (const Hazard& hazard : hazards_[op]) {
    if (hazard.exists() && timeline_[hazard.op].complete == start) {
      event = std::min(event, {cause_of(hazard.kind), hazard.op},
                       [](const StartEvent& a, const StartEvent& b) { return a.cause < b.cause; });
    }
  }
  if (event.op == kNoOp && timeline_[op].fetched == start) {
    event = {StartCause::kFetch, op};
  }
  if (event.op == kNoOp) {
    throw InternalError("invariant broken: nothing explains why op " + std::to_string(op) +
                        " starts at cycle " + std::to_string(start));
  }
  return event;
}

StartEvent StartEvents::fetch_event(std::uint32_t op) const {
  const Cycle fetched = timeline_[op].fetched;
  if (op == 0) {
    return {StartCause::kBegin, kNoOp};
  }
  const std::uint32_t ahead = at_queue(op, machine_.sequencer.queue_depth);
  if (ahead != kNoOp && timeline_[ahead].start == fetched) {
    return {StartCause::kQueueFull, ahead};
  }
  if (!machine_.sequencer.overlap && timeline_[op - 1].complete == fetched) {
    return {StartCause::kOverlapOff, op - 1};
  }
  if (timeline_[op - 1].fetched + 1 == fetched) {
    return {StartCause::kFetch, op - 1};
  }
  throw InternalError("invariant broken: nothing explains why op " + std::to_string(op) +
                      " is fetched in cycle " + std::to_string(fetched));
}

}  // namespace tilewave
