// The platform for whoever does not link SystemC: loads the module at the first simulation.
#include "compiler/base/module_loader.h"
#include "platform/module/simulator_module.h"
#include "platform/simulator.h"

namespace tilewave {
namespace {

/// After an error the next call tries again.
const SimulatorModule& loaded_module() {
  static const auto kModule =
      load_module<SimulatorModule>({"tilewave_simulator.so", kSimulatorModuleEntry,
                                    "nothing can be simulated", "what simulates"});
  return kModule;
}

}  // namespace

void load_simulator() { loaded_module(); }

RunResult run_program(const Program& program, const std::vector<OpHazards>& hazards,
                      const MachineConfig& config, const RunOptions& options) {
  return loaded_module().run_program(program, hazards, config, options);
}

}  // namespace tilewave
