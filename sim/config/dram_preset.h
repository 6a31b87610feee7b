// DRAM presets by the name or the path that a user gives: it opens the files. What they mean is
// models/dram/standard.h.
#pragma once

#include <cstddef>
#include <string>

#include "models/dram/standard.h"

namespace tilewave {

inline constexpr std::size_t kMaxDramPresetBytes = 1024 * 1024;

/// A preset that comes with the program, by its name, or a preset file, by its path: what has a '/'
/// or ends in ".ini" is a path. The name is kept as given. Throws InputError, also for an unknown
/// name.
DramPreset find_dram_preset(const std::string& name);

}  // namespace tilewave
