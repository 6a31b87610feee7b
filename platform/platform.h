// One machine running one program: the modules, wired up, and the results they add up to.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "models/compute/kernel.h"
#include "models/machine.h"
#include "platform/run_result.h"
#include "platform/watch/run_observer.h"

namespace tilewave {

struct RunOptions {
  const Kernel* kernel = nullptr;   ///< null: timing only; cycles are the same
  std::span<std::byte> dram;        ///< the program's tensors (DramImage); unused in timing only
  RunObserver* observer = nullptr;  ///< null: nobody watches, which costs nothing
};

/// Simulates a verified program on a machine in a SystemC kernel of its own. Throws InputError if
/// the program does not fit the machine, InternalError if an invariant is broken, and what the
/// observer throws.
RunResult run_program(const Program& program, const std::vector<OpHazards>& hazards,
                      const MachineConfig& config, const RunOptions& options);

}  // namespace tilewave
