// A sweep as a file: a config file with two more sections.
//
//   [sweep]                          any option of the command, and its models
//   models = gemm:512x512x512, mlp:128x128x64x32x32
//   config = edge.ini
//   timing-only = on
//   [over]                           --over, a line for each
//   sram.size = 32KiB..1MiB*2
//   [dram]                           config keys of every point
//   bandwidth = 8GB/s
#pragma once

#include <string>

#include <boost/program_options/options_description.hpp>

#include "sim/commands/arguments.h"

namespace tilewave {

/// Adds to the command line's arguments what the file has and they have not: an option, the models
/// or [over] given on the command line replace the file's; config keys of the file come before the
/// command line's. Files that it names are relative to itself. `known` are the command's options.
/// Throws InputError naming file and line.
Arguments with_sweep_file(const std::string& path, Arguments arguments,
                          const boost::program_options::options_description& known);

}  // namespace tilewave
