// The options of each command, as Boost.Program_options descriptions, and the help that teaches
// them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options/options_description.hpp>

namespace tilewave {

const std::vector<std::string>& command_names();  ///< "run", "explain", ...

/// The command's own options; config keys are config_options().
boost::program_options::options_description command_options(std::string_view command);

std::string general_help();
std::string command_help(std::string_view command);
std::string version_text();

}  // namespace tilewave
