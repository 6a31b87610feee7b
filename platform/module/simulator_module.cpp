// The way into the module; everything else in it is hidden (cmake/module_symbols.map).
#include "platform/module/simulator_module.h"

#include <string>

#include "compiler/base/build_identity.h"

extern "C" void tilewave_simulator_module(tilewave::SimulatorModule* module) {
  static const std::string kBuild = tilewave::identity_text();
  *module = {kBuild, tilewave::run_program};
}
