// The key table as a Boost.Program_options description: what files and command lines are parsed
// with and what --help prints.
#pragma once

#include <functional>
#include <string_view>

#include <boost/program_options/options_description.hpp>

#include "sim/config/config.h"

namespace tilewave {

/// One option per key that is `listed`, all if that is empty, grouped by section, with unit, range
/// and default: its value in `defaults`.
boost::program_options::options_description config_options(
    const Config& defaults = {}, const std::function<bool(std::string_view key)>& listed = {});

/// Room for 100 columns, option names in the left half.
inline constexpr unsigned kHelpColumns = 100;
inline constexpr unsigned kHelpTextColumns = 56;

}  // namespace tilewave
