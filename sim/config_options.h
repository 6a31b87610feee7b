// The key table as a Boost.Program_options description: what files and command lines are parsed
// with and what --help prints.
#pragma once

#include <boost/program_options/options_description.hpp>

namespace tilewave {

/// One option per key, grouped by section, with unit, range and default.
boost::program_options::options_description config_options();

/// Room for 100 columns, option names in the left half.
inline constexpr unsigned kHelpColumns = 100;
inline constexpr unsigned kHelpTextColumns = 56;

}  // namespace tilewave
