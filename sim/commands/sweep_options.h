// The words that `tilewave sweep` understands.
#pragma once

#include <boost/program_options/options_description.hpp>

namespace tilewave {

/// Without --help and the config keys.
boost::program_options::options_description sweep_options();

}  // namespace tilewave
