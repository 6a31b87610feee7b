// `tilewave sweep`'s words and sweep file to what they mean.
#pragma once

#include "sim/commands/arguments.h"
#include "sim/commands/sweep_command.h"

namespace tilewave {

/// The arguments with those of the sweep file that they name. Throws InputError.
Arguments complete_sweep_arguments(const Arguments& arguments);

/// Reads the points and the config files that complete arguments name. Throws InputError.
SweepCommand parse_sweep(const Arguments& arguments);

/// --where, --goal and --weight, as they are given.
Question parse_question(const Arguments& arguments);

/// --json and --csv. Throws InputError.
SweepOutputFiles parse_sweep_outputs(const Arguments& arguments);

}  // namespace tilewave
