// `tilewave sweep`'s words where they are about a cluster.
#pragma once

#include <memory>

#include "sim/commands/arguments.h"
#include "sim/commands/cluster_command.h"

namespace tilewave {

/// Which of the four it is, and what it is to do. Throws InputError, too for options that have no
/// effect on that one.
std::unique_ptr<const Command> parse_any_sweep(const Arguments& arguments);

}  // namespace tilewave
