// One machine running one program: the modules, wired up, and the results they add up to.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "models/compute/kernel.h"
#include "models/machine.h"
#include "platform/watch/run_observer.h"
#include "platform/watch/run_result.h"

namespace tilewave {

struct RunOptions {
  const Kernel* kernel = nullptr;   ///< null: timing only; cycles are the same
  std::span<std::byte> dram;        ///< the program's tensors (DramImage); unused in timing only
  RunObserver* observer = nullptr;  ///< null: nobody watches, which costs nothing
  /// Called about every kPollCycles cycles of simulated time, outside the simulated processes, for who may
  /// want to stop: what it throws ends the run. Empty: nobody does.
  std::function<void()> poll = {};
  /// Where the number of ops that are fetched so far is kept, for another thread; null: nowhere.
  std::atomic<std::uint64_t>* fetched = nullptr;
};

/// A millisecond or two of host time.
inline constexpr Cycle kPollCycles = 1U << 16U;

/// Simulates a verified program on a machine in a SystemC kernel of its own. Throws InputError if
/// the program does not fit the machine, InternalError if an invariant is broken, and what the
/// observer throws.
RunResult run_program(const Program& program, const std::vector<OpHazards>& hazards,
                      const MachineConfig& config, const RunOptions& options);

}  // namespace tilewave
