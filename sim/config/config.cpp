// Resolving and printing, both along the key table.
#include "sim/config/config.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <initializer_list>
#include <map>
#include <numeric>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "models/dram/address_map.h"
#include "sim/base/units.h"
#include "sim/config/dram_preset.h"
#include "sim/config/ini_text.h"
#include "sim/config/keys.h"
#include "sim/config/machine_costs.h"

namespace tilewave {
namespace {

/// Steps by which a shared DMA engine's stores sink behind loads: it takes its queue in order, and
/// a store at its head that waits for its tile would keep the loads behind it from starting.
constexpr std::uint32_t kSharedStoreDelay = 2;

/// Loads that a schedule sends ahead, per entry of an engine's queue: issued at the pace of the
/// DRAM, not many more of them wait in front of the engine than it has entries.
constexpr std::uint32_t kLoadsPerQueueEntry = 4;

/// The setting that a key's value comes from.
struct Given {
  std::size_t source = 0;
  std::size_t line = 0;
  std::string place;  ///< "edge.ini:7" or "command line"
  std::string text;
  bool had_effect = false;  ///< in the config as it was after its own source
};

class Resolution {
 public:
  void apply(const SettingSource& source);
  /// Drops what later sources made meaningless and rejects what never had an effect.
  void check_effects();
  /// Loads what a default only names.
  void complete();
  void note_tiles_place();
  void note_choices();
  void check_machine() const;
  Config finish();

 private:
  void apply(const SettingSource& source, const Setting& setting);
  void check_banked_dram() const;
  /// The key of `keys` that was set last, with its place and value; none if none was.
  std::optional<std::string> blame(std::initializer_list<std::string_view> keys) const;
  /// Blames it.
  [[noreturn]] void reject(std::initializer_list<std::string_view> keys,
                           const std::string& why) const;
  std::string selected(const ConfigKey& key) const;

  Config config_;
  std::map<std::string, Given, std::less<>> given_;
  std::size_t sources_ = 0;
};

void Resolution::apply(const SettingSource& source, const Setting& setting) {
  const std::string place =
      setting.line == 0 ? source.name : source.name + ":" + std::to_string(setting.line);
  const ConfigKey* key = find_config_key(setting.key);
  if (key == nullptr) {
    throw InputError(place + ": " + unknown_key_message(setting.key));
  }
  const auto before = given_.find(key->name);
  if (before != given_.end() && before->second.source == sources_) {
    const Given& first = before->second;
    throw InputError(place + ": " + key->name + "=" + printable(setting.value) +
                     " is given twice; first " +
                     (first.line == 0 ? "" : "in line " + std::to_string(first.line) + " ") +
                     "as " + printable(first.text));
  }
  try {
    set_key(*key, config_, setting.value);
  } catch (const InputError& error) {
    throw InputError(place + ": " + error.what());
  }
  given_[key->name] = {sources_, setting.line, place, setting.value, false};
}

void Resolution::apply(const SettingSource& source) {
  ++sources_;
  for (const Setting& setting : source.settings) {
    apply(source, setting);
  }
  for (auto& [name, given] : given_) {
    if (given.source == sources_) {
      given.had_effect = find_config_key(name)->has_effect(config_);
    }
  }
}

void Resolution::check_effects() {
  std::vector<const ConfigKey*> superseded;
  for (const auto& [name, given] : given_) {
    const ConfigKey& key = *find_config_key(name);
    if (key.has_effect(config_)) {
      continue;
    }
    if (!given.had_effect) {
      reject({name}, "has no effect with " + selected(key));
    }
    superseded.push_back(&key);
  }
  const Config defaults;
  for (const ConfigKey* key : superseded) {
    set_key(*key, config_, key_text(*key, defaults));
  }
}

void Resolution::complete() {
  DramConfig& dram = config_.machine.dram;
  if (dram.kind == DramKind::kBanked && dram.preset.timing.clock_ps == 0) {
    dram.preset = find_dram_preset(dram.preset.name);
  }
}

/// What k and n are in one, so that results can be the next left operands: whole folds of both, if such a
/// tile is legal and leaves the SRAM room for two steps of four-byte elements; else the larger.
std::uint32_t common_edge(std::uint32_t depth, std::uint32_t cols, std::uint64_t sram_bytes) {
  const std::uint64_t whole = std::lcm(std::uint64_t{depth}, std::uint64_t{cols});
  const std::uint64_t two_steps = 2 * 3 * whole * whole * kMaxElementBytes;
  return whole <= kMaxTileEdge && two_steps <= sram_bytes ? static_cast<std::uint32_t>(whole)
                                                          : std::max(depth, cols);
}

/// What the array holds, but that results can be the next left operands, which takes n = k. Where the
/// reduction lies in the array, its elements hold `rate` products at once.
TileShape array_tile(const MachineConfig& machine, std::uint64_t rate) {
  const ComputeConfig& compute = machine.compute;
  const auto edge = [](std::uint64_t extent) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(extent, kMaxTileEdge));
  };
  const std::uint32_t rows = edge(compute.rows);
  const std::uint32_t cols = edge(compute.cols);
  const std::uint32_t depth = edge(compute.rows * rate);
  switch (compute.dataflow) {
    case Dataflow::kOutputStationary: return {rows, cols, cols};
    case Dataflow::kWeightStationary: {
      const std::uint32_t both = common_edge(depth, cols, machine.sram.size_bytes);
      return {both, both, both};
    }
    case Dataflow::kInputStationary: return {cols, depth, depth};
    case Dataflow::kSimd: break;
  }
  return {};
}

void Resolution::note_tiles_place() {
  config_.tiles_place = blame({"sram.size", "tile.m", "tile.n", "tile.k", "compute.rows",
                               "compute.cols", "compute.dataflow"})
                            .value_or("");
}

void Resolution::note_choices() {
  for (const auto& [name, given] : given_) {
    if (name.starts_with("tile.") || name.starts_with("schedule.")) {
      config_.chosen[name] = given.place + ": " + name + "=" + printable(given.text);
    }
  }
}

void Resolution::check_machine() const {
  const SramConfig& sram = config_.machine.sram;
  const std::uint64_t stripe = std::uint64_t{sram.banks} * sram.interleave_bytes;
  if (sram.size_bytes % stripe != 0) {
    reject({"sram.size", "sram.banks", "sram.interleave_bytes"},
           "does not fit: sram.banks x sram.interleave_bytes (" + std::to_string(sram.banks) +
               " x " + print_bytes(sram.interleave_bytes) + " = " + print_bytes(stripe) +
               ") must divide sram.size (" + print_bytes(sram.size_bytes) + ")");
  }
  if (sram.port_bytes > sram.interleave_bytes) {
    reject({"sram.port_bytes", "sram.interleave_bytes"},
           "does not fit: sram.port_bytes (" + print_bytes(sram.port_bytes) +
               ") must not exceed sram.interleave_bytes (" + print_bytes(sram.interleave_bytes) +
               ")");
  }
  if (config_.machine.dram.kind == DramKind::kBanked) {
    check_banked_dram();
  }
}

void Resolution::check_banked_dram() const {
  const DramConfig& dram = config_.machine.dram;
  if (!std::has_single_bit(dram.channels)) {
    reject({"dram.channels", "dram.model"},
           "does not fit: dram.model=banked takes a power of two of channels");
  }
  try {
    const AddressMap map(dram.address_map, dram.preset.timing, dram.channels);
  } catch (const InputError& error) {
    reject({"dram.address_map", "dram.preset", "dram.channels", "dram.model"},
           std::string("does not fit: ") + error.what());
  }
}

Config Resolution::finish() {
  const DramConfig& dram = config_.machine.dram;
  config_.schedule.sram_bytes = config_.machine.sram.size_bytes;
  config_.schedule.dram_bytes =
      dram.kind == DramKind::kBanked
          ? AddressMap(dram.address_map, dram.preset.timing, dram.channels).capacity_bytes()
          : kMaxDramBytes;
  config_.schedule.loads_ahead = kLoadsPerQueueEntry * config_.machine.sequencer.queue_depth;
  config_.schedule.store_delay = config_.machine.dma.shared ? kSharedStoreDelay : 0;
  return config_for(config_, {});
}

std::optional<std::string> Resolution::blame(std::initializer_list<std::string_view> keys) const {
  std::string_view name;
  const Given* last = nullptr;
  for (const std::string_view key : keys) {
    const auto found = given_.find(key);
    if (found != given_.end() && (last == nullptr || found->second.source > last->source)) {
      name = key;
      last = &found->second;
    }
  }
  return last == nullptr
             ? std::nullopt
             : std::optional(last->place + ": " + std::string(name) + "=" + printable(last->text));
}

void Resolution::reject(std::initializer_list<std::string_view> keys,
                        const std::string& why) const {
  const auto place = blame(keys);
  if (!place) {
    throw InternalError("the default config is not valid: " + std::string(*keys.begin()) + " " +
                        why);
  }
  throw InputError(*place + " " + why);
}

std::string Resolution::selected(const ConfigKey& key) const {
  std::string text;
  for (const std::string& name : key.condition.selectors) {
    const ConfigKey& selector = *find_config_key(name);
    text += (text.empty() ? "" : " and ") + name + "=" + key_text(selector, config_);
  }
  return text;
}

}  // namespace

Config resolve_config(std::span<const SettingSource> sources) {
  Resolution resolution;
  for (const SettingSource& source : sources) {
    resolution.apply(source);
  }
  resolution.check_effects();
  resolution.complete();
  resolution.note_tiles_place();
  resolution.note_choices();
  resolution.check_machine();
  return resolution.finish();
}

Config config_for(const Config& config, const ElementTypes& factors) {
  const TileShape automatic = array_tile(config.machine, config.machine.compute.rate_of(factors));
  const auto choose = [](std::uint32_t given, std::uint32_t otherwise) {
    return given != 0 ? given : otherwise;
  };
  Config fitted = config;
  fitted.tile.m = choose(config.tile_keys.m, automatic.m);
  fitted.tile.n = choose(config.tile_keys.n, automatic.n);
  fitted.tile.k = choose(config.tile_keys.k, automatic.k);
  fitted.schedule.costs = machine_costs(config.machine, fitted.tile);
  return fitted;
}

std::string print_config(const Config& config) {
  std::string text =
      "# tilewave configuration, fully resolved; keys without effect are left out.\n";
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    if (!key.has_effect(config)) {
      continue;
    }
    if (key.section() != section) {
      section = key.section();
      text += "\n[" + section + "]\n";
    }
    text += "# " + key.help + " (" + allowed_values(key) + ")\n" + key.key() + " = " +
            ini_text(key_text(key, config)) + "\n";
  }
  return text;
}

void for_each_key(
    const Config& config,
    const std::function<void(std::string_view name, const std::string& value)>& visit) {
  for (const ConfigKey& key : config_keys()) {
    if (key.has_effect(config)) {
      visit(key.name, key_text(key, config));
    }
  }
}

}  // namespace tilewave
