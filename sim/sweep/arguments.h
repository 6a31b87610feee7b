// `tilewave sweep`'s words and sweep file to what they mean.
#pragma once

#include "sim/arguments.h"
#include "sim/sweep/sweep_command.h"

namespace tilewave {

/// Reads the sweep file, the points and the config files that are named. Throws InputError.
SweepCommand parse_sweep(const Arguments& arguments);

}  // namespace tilewave
