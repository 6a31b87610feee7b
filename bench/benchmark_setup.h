// What the benchmark programs share: settings from the command line, and medians.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/config.h"

namespace tilewave {

/// --section.key=value as the command line of `tilewave` takes it.
inline SettingSource settings_of(const std::vector<std::string>& arguments) {
  SettingSource source{"command line", {}};
  for (const std::string& text : arguments) {
    const std::size_t equals = text.find('=');
    source.settings.push_back({text.substr(2, equals - 2), text.substr(equals + 1), 0});
  }
  return source;
}

inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

}  // namespace tilewave
