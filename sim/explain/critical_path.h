// The critical path of a recorded run: the chain of ops, each waiting for the one before, that
// begins in cycle 0 and ends with the run. Its cycles add up to the run's.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/compute/compute_timing.h"
#include "sim/explain/start_events.h"

namespace tilewave {

/// The engines, and the sequencer, whose cycles are on the path where fetching is.
inline constexpr std::size_t kPathUnitCount = kEngineCount + 1;
inline constexpr std::size_t kSequencerUnit = kEngineCount;
const char* path_unit_name(std::size_t unit);  ///< "load_dma", ..., "sequencer"

/// What the next element of the path waited for in these cycles; the cycles of the last element
/// are kEnd.
enum class PathReason : std::uint8_t {
  kEngineOrder,  ///< the engine to become free
  kReadAfterWrite,
  kWriteAfterRead,
  kWriteAfterWrite,
  kQueueFull,
  kOverlapOff,
  kFetch,
  kEnd
};
inline constexpr std::size_t kPathReasonCount = 8;
const char* to_string(PathReason reason);

/// Cycles [begin, end) in which `op` was what the rest of the run waited for.
struct PathElement {
  std::uint32_t op = 0;
  std::uint8_t unit = 0;
  PathReason reason = PathReason::kEnd;
  Cycle begin = 0;
  Cycle end = 0;

  Cycle cycles() const { return end - begin; }
};

/// Consecutive elements of one unit and reason.
struct PathStretch {
  std::size_t first = 0;  ///< element
  std::size_t count = 0;
  Cycle cycles = 0;
};

/// The path's cycles spent in ops of one kind on one tensor.
struct PathShare {
  Opcode opcode = Opcode::kLoad;
  std::uint32_t tensor = 0;
  std::uint64_t elements = 0;
  Cycle cycles = 0;
};

struct CriticalPath {
  std::vector<PathElement> elements;  ///< in order of time, without gaps
  std::array<std::array<Cycle, kPathReasonCount>, kPathUnitCount> cycles{};
  Cycle setup = 0;  ///< of the DMA engines' cycles on the path: setting up, with nothing in flight
  Cycle fill = 0;   ///< of the core's: filling, draining and waiting for operands from the SRAM
  std::vector<PathShare> shares;       ///< most cycles first
  std::vector<PathStretch> stretches;  ///< most cycles first

  Cycle total() const;
};

/// `end` is the run's: what comes after the last completion, while the DRAM writes what it has
/// accepted, is the last op's. Throws InternalError if an op's start cannot be explained or the
/// cycles do not add up.
CriticalPath find_critical_path(const Program& program, const MachineConfig& machine,
                                const OpTimeline& timeline, const StartEvents& events, Cycle end);

}  // namespace tilewave
