// What the platform looks like from outside when it is a file of its own: tilewave_simulator.so, which is
// loaded when the first simulation begins. SystemC clears three megabytes as it is loaded, which takes longer than
// all else that a program does before it can say its version, its help or what is wrong with a model.
#pragma once

#include <string_view>
#include <vector>

#include "platform/platform.h"

namespace tilewave {

/// The functions of platform.h, as the module has them.
struct SimulatorModule {
  std::string_view build;  ///< identity_text() of the module
  RunResult (*run_program)(const Program& program, const std::vector<OpHazards>& hazards,
                           const MachineConfig& config, const RunOptions& options);
};

/// The one symbol of the module (compiler/base/module_loader.h).
inline constexpr const char* kSimulatorModuleEntry = "tilewave_simulator_module";

}  // namespace tilewave
