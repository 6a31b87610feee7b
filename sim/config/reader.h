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

/// `name` stands in for the file's name in messages.
SettingSource parse_config_text(const std::string& name, std::string_view text);

}  // namespace tilewave
