// How far the loads of a recorded run ran ahead of their use, and what kept them from running
// further ahead: what limits double buffering.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/program/dataflow.h"
#include "sim/explain/start_events.h"

namespace tilewave {

/// Why a load started when it did.
enum class LoadGate : std::uint8_t {
  kBackToBack,  ///< it was not held: the load engine was busy until then, or the run began
  kStillRead,   ///< a step still read the bytes it overwrites
  kNotDrained,  ///< a store still read them
  kNotWritten,  ///< its tile was not stored yet, or its bytes were still being written
  kQueueFull,   ///< not fetched: the sequencer stood in front of a full queue, or overlap is off
  kFetch        ///< not fetched: the sequencer had only just come to it
};
inline constexpr std::size_t kLoadGateCount = 6;
const char* to_string(LoadGate gate);  ///< "back to back", "still read", ...

/// Loads of one tensor.
struct TensorLoads {
  std::uint32_t tensor = 0;
  std::uint64_t loads = 0;
  std::uint64_t late = 0;  ///< the first step that uses the tile started when the load was complete
  std::array<std::uint64_t, kLoadGateCount> gated{};  ///< loads by gate
  std::array<Cycle, kLoadGateCount> held{};  ///< cycles by gate in which the engine was free for it

  Cycle all_held() const;
};

struct LoadAhead {
  std::vector<TensorLoads> tensors;  ///< those with loads, in the program's order
  TensorLoads total;
  double mean_cycles = 0;  ///< from a load's completion to the start of its first use
  double mean_steps = 0;   ///< steps that start in between
};

LoadAhead find_load_ahead(const Program& program, const std::vector<OpLinks>& links,
                          const OpTimeline& timeline, const StartEvents& events);

}  // namespace tilewave
