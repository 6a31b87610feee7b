// INI files as sources of settings: syntax, known sections and keys, no key twice. What the values
// mean is resolve_config()'s business.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sim/config/config.h"

namespace tilewave {

inline constexpr std::size_t kMaxConfigFileBytes = 1024 * 1024;

/// Throws InputError naming file and line.
SettingSource read_config_file(const std::string& path);

/// Whether `name` is that of a machine that comes with the program, such as "edge".
bool is_shipped_machine(std::string_view name);

/// A shipped machine by its name, else a file. Throws InputError as above, and for a word that is neither
/// with the nearest machine.
SettingSource read_config(const std::string& name);

/// `name` stands in for the file's name in messages.
SettingSource parse_config_text(const std::string& name, std::string_view text);

}  // namespace tilewave
