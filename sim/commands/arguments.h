// A command's arguments taken apart: positionals, options and config settings, spelled as given. It
// knows how options look, not what they mean; no Boost exception gets past it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/program_options/options_description.hpp>

#include "sim/config/config.h"

namespace tilewave {

struct Arguments {
  std::vector<std::string> positionals;
  std::map<std::string, std::vector<std::string>> options;  ///< by long name; flags have value ""
  SettingSource settings;                                   ///< the config keys
  SettingSource file_settings;  ///< those of a file that holds arguments, overridden by the former

  bool has(const std::string& option) const { return options.contains(option); }
  /// The option's value, if given.
  std::optional<std::string> value(const std::string& option) const;
};

/// `own` are the command's options; config keys are understood if `with_config`. Only `--config`,
/// `--inputs`, `--over`, `--slurm`, `--weight` and `--where` may be repeated; the words ending in .pb that follow the value of the
/// last are more of its values. Throws InputError.
Arguments split_arguments(std::span<const std::string> arguments,
                          const boost::program_options::options_description& own, bool with_config);

}  // namespace tilewave
