// Whether there is what simulates, before somebody looks at the clock.
#pragma once

namespace tilewave {

/// Loads it if it is a module (platform/module/simulator_module.h) that is not loaded yet; else nothing. Throws
/// InputError.
void load_simulator();

}  // namespace tilewave
