// The key table as a Boost.Program_options description: what files and command lines are parsed
// with and what --help prints.
#pragma once

#include <string_view>

#include <boost/program_options/options_description.hpp>

namespace tilewave {

/// One option per key, grouped by section, with unit, range and default; of one section only if it
/// is named.
boost::program_options::options_description config_options(std::string_view only_section = {});

/// Room for 100 columns, option names in the left half.
inline constexpr unsigned kHelpColumns = 100;
inline constexpr unsigned kHelpTextColumns = 56;

}  // namespace tilewave
