// The resolved configuration: every parameter of machine and scheduler, validated once and const
// from then on. Which keys there are is sim/config/keys.cpp; reading files is sim/config/reader.h.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/schedule/schedule.h"
#include "models/machine.h"
#include "sim/base/yaml.h"

namespace tilewave {

struct Config {
  MachineConfig machine;
  TileShape tile_keys{0, 0, 0};  ///< as the user says; 0: follows from the array
  Tiling tile;
  ScheduleOptions schedule;  ///< sram_bytes follows machine.sram.size_bytes
  /// Whom to blame if the tiles of a step do not fit into the SRAM: "edge.ini:2: tile.m=256"; empty if
  /// nobody has set anything.
  std::string tiles_place;
  /// Keys of tiles and scheduler that somebody has set, and where: "edge.ini:2: tile.m=256".
  std::map<std::string, std::string, std::less<>> chosen;
  /// What takes the place of the compiler's choices; null if nothing does (sim/mapping/mapping_file.h).
  std::shared_ptr<const YamlDocument> mapping;
};

/// One `key = value` as the user gave it.
struct Setting {
  std::string key;       ///< "sram.size"
  std::string value;     ///< "256KiB"
  std::size_t line = 0;  ///< in its file, from 1; 0 where there are no lines
};

/// A file or the command line: settings that hold together and override earlier sources.
struct SettingSource {
  std::string name;  ///< file name or "command line", for messages
  std::vector<Setting> settings;
};

/// Defaults, then every source in turn; later wins. A setting that the resolved config makes
/// meaningless is an error, unless it had an effect until a later source chose otherwise: then it
/// falls back to its default. Throws InputError with one line that names the place, the key, the
/// value given and what is allowed.
Config resolve_config(std::span<const SettingSource> sources);

/// The same, with tiles that are to follow from the array, and the costs of a step, as they are for products
/// of such factors.
Config config_for(const Config& config, const ElementTypes& factors);

/// The whole config as an INI file with comments, without the keys that have no effect. Resolving
/// that text gives the same config and the same text.
std::string print_config(const Config& config);

/// Calls `visit(name, value)` for each key that has an effect, in the order of the key table.
void for_each_key(
    const Config& config,
    const std::function<void(std::string_view name, const std::string& value)>& visit);

}  // namespace tilewave
