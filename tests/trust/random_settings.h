// Random settings over the whole key table: keys that are added to it are drawn too, without a
// change here. It resolves nothing, so what it draws may be refused.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sim/config/keys.h"
#include "tests/trust/machines.h"

namespace tilewave::trust {

/// Keys whose values are drawn from a list: those that must fit each other, and those whose limits
/// only cost memory or host time (1024 bursts in flight into one narrow bank: docs/trust.md).
inline const std::map<std::string, std::vector<std::string>>& listed_values() {
  static const std::map<std::string, std::vector<std::string>> values = {
      {"sram.size", {"12KiB", "12KiB", "16KiB", "24KiB", "36KiB", "60KiB", "96KiB", "256KiB"}},
      {"sram.banks", {"1", "2", "3", "4", "6", "8", "12", "16", "24", "32", "64"}},
      {"sram.interleave_bytes", {"4B", "16B", "64B", "128B", "512B", "1KiB"}},
      {"sram.port_bytes", {"1B", "4B", "8B", "16B", "32B", "64B", "256B"}},
      {"dram.preset", {"ddr4-3200", "lpddr4-3200", "hbm2"}},
      {"dram.address_map", {"P", "B"}},
      {"tile.m", {"1", "7", "16", "24", "32", "64", "auto"}},
      {"tile.n", {"13", "32", "32", "32"}},
      {"tile.k", {"13", "32", "32", "32"}},
      {"dma.max_outstanding", {"1", "2", "3", "5", "8", "12", "16", "24", "40", "64"}}};
  return values;
}

/// Mostly within a factor of 16 of the default; one in 20 at a limit.
inline std::uint64_t random_number(const ConfigKey& key, std::mt19937& random) {
  const KeyLimits& limits = key.limits;
  if (random() % 20 == 0) {
    return random() % 2 == 0 ? limits.min : limits.max;
  }
  const Config defaults;
  const double middle = std::max(4.0, static_cast<double>(key.field.get(defaults)));
  const double exponent = std::uniform_real_distribution<double>(-4, 4)(random);
  auto value = static_cast<std::uint64_t>(middle * std::exp2(exponent));
  if (limits.power_of_two) {
    value = std::uint64_t{1} << (std::bit_width(std::max<std::uint64_t>(1, value)) - 1);
  }
  value -= value % limits.multiple_of;
  return std::clamp(value, limits.min, limits.max);
}

/// The text of a value, "" for a key whose values cannot be enumerated.
inline std::string random_value(const ConfigKey& key, std::mt19937& random) {
  const auto listed = listed_values().find(key.name);
  if (listed != listed_values().end()) {
    return listed->second[random() % listed->second.size()];
  }
  if (!key.choices.empty()) {
    return key.choices[random() % key.choices.size()].text;
  }
  if (key.kind == KeyKind::kOnOff) {
    return random() % 2 == 0 ? "on" : "off";
  }
  return key.limits.max == 0 ? "" : print_key_value(key, random_number(key, random));
}

/// Two of three keys get a value. Those without effect under the others are left out but for one in
/// 50, which resolve_config() then has to refuse.
inline Settings random_settings(std::mt19937& random) {
  Settings settings;
  Config config;
  for (const ConfigKey& key : config_keys()) {
    const std::string value = random_value(key, random);
    if (random() % 3 != 0 && !value.empty()) {
      settings.push_back({key.name, value});
      set_key(key, config, value);
    }
  }
  std::erase_if(settings, [&](const Setting& setting) {
    return !find_config_key(setting.key)->has_effect(config) && random() % 50 != 0;
  });
  return settings;
}

}  // namespace tilewave::trust
