// Which event let each op of a recorded run start: the last of the things it had to wait for. It
// looks at one op at a time; the way through all of them is critical_path.h.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "models/machine.h"
#include "platform/watch/op_timeline.h"

namespace tilewave {

enum class StartCause : std::uint8_t {
  kEngineOrder,     ///< the engine was busy with the op before
  kReadAfterWrite,  ///< an operand was not there yet
  kWriteAfterRead,  ///< what it overwrites was still being read
  kWriteAfterWrite,
  kQueueFull,   ///< the sequencer stood in front of a full queue, until that queue's op started
  kOverlapOff,  ///< sequencer.overlap=off: the op before was not complete
  kFetch,       ///< the sequencer fetches one op per cycle
  kBegin        ///< the run began
};
inline constexpr std::size_t kStartCauseCount = 8;

/// "engine order", "read-after-write", ...
const char* to_string(StartCause cause);

/// `op` is the other op of the event: the one before it on the engine, the one that completed, the
/// one that left the full queue, the one fetched before; kNoOp at the beginning.
struct StartEvent {
  StartCause cause = StartCause::kBegin;
  std::uint32_t op = kNoOp;
};

/// All references outlive it.
class StartEvents {
 public:
  StartEvents(const Program& program, const std::vector<OpHazards>& hazards,
              const MachineConfig& machine, const OpTimeline& timeline);

  /// Never kQueueFull, kOverlapOff or kBegin: for kFetch, ask fetch_event(). Of events in one cycle
  /// the one that comes first in StartCause. Throws InternalError if none explains the start.
  StartEvent start_event(std::uint32_t op) const;
  /// Why `op` was fetched in its cycle and not earlier.
  StartEvent fetch_event(std::uint32_t op) const;
  /// The op before it on its engine, or kNoOp. A shared DMA engine is one.
  std::uint32_t previous(std::uint32_t op) const { return at_queue(op, 1); }

 private:
  std::size_t queue_of(std::uint32_t op) const;
  /// The op that came `distance` ops before `op` in its queue.
  std::uint32_t at_queue(std::uint32_t op, std::uint64_t distance) const;

  const Program& program_;
  const std::vector<OpHazards>& hazards_;
  const MachineConfig& machine_;
  const OpTimeline& timeline_;
  std::array<std::vector<std::uint32_t>, kEngineCount> queues_;  // all their ops
  std::vector<std::uint32_t> place_;                             // of each op in its queue
};

}  // namespace tilewave
