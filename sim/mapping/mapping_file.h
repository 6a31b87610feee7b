// A file that holds a mapping, in our own format or another's, and what it means for a model and a config.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "compiler/schedule/mapping.h"
#include "sim/base/yaml.h"
#include "sim/config/config.h"

namespace tilewave {

/// The document of a file, for Config::mapping; "-" is standard input. Throws InputError if it is no YAML or
/// none of the formats.
std::shared_ptr<const YamlDocument> load_mapping(const std::string& path);
/// The same of a text that messages call `name`.
std::shared_ptr<const YamlDocument> parse_mapping(std::string_view text, const std::string& name);

/// What Config::mapping says about a model on this machine. Throws InputError.
Mapping mapping_for(const Graph& graph, const Config& config);

/// `config` with what the mapping says of tiles and scheduling instead. Throws InputError if somebody has
/// set a key that the mapping contradicts: a key of the config agrees if the compiler could have decided
/// with it what the mapping says.
Config mapped_config(const Config& config, const Mapping& mapping);

}  // namespace tilewave
