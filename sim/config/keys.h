// The key table: every configuration key with its kind, limits, help and place in Config. Parsing,
// range checks, help, --print-config and the JSON result all follow from one entry per key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/config.h"

namespace tilewave {

enum class KeyKind : std::uint8_t {
  kBytes,
  kCycles,
  kTime,
  kClockPeriod,  ///< a time or a frequency; its number is ClockPeriod::code()
  kBandwidth,
  kCount,
  kChoice,
  kOnOff,
  kText  ///< a name, a path, a formula: what it may be is the key's own
};

/// Inclusive, in the key's base unit: bytes, cycles, picoseconds, bytes per second.
struct KeyLimits {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::uint64_t multiple_of = 1;
  bool power_of_two = false;
};

struct KeyChoice {
  std::string text;
  std::uint64_t value = 0;  ///< the enumerator
};

/// Where a key's value lives; enumerators and bools are numbers here. Texts have the other two.
struct KeyField {
  std::uint64_t (*get)(const Config&) = nullptr;
  void (*set)(Config&, std::uint64_t) = nullptr;
  std::string (*get_text)(const Config&) = nullptr;
  /// Throws InputError; the message starts with the value.
  void (*set_text)(Config&, const std::string&) = nullptr;
};

/// When a key has an effect: always, or as `holds` says. It must hold or not by itself, whatever
/// the other keys' conditions are.
struct KeyCondition {
  bool (*holds)(const Config&) = nullptr;
  std::string text;                    ///< for the help: "compute.dataflow=simd"
  std::vector<std::string> selectors;  ///< the keys that `holds` looks at
};

/// Which direction cannot hurt a perfect schedule on a machine without queueing effects: more of a
/// resource, less of a latency. Array sizes have neither: a larger array takes longer to fill.
enum class Helps : std::uint8_t { kNeither, kMore, kLess };

struct ConfigKey {
  std::string name;  ///< "section.key"
  KeyKind kind = KeyKind::kCount;
  KeyField field;
  std::string help;                  ///< one sentence without a full stop
  KeyLimits limits{};                ///< of numbers
  std::vector<KeyChoice> choices{};  ///< of a number: words for values beside its limits
  KeyCondition condition{};
  std::string allowed{};  ///< of texts: "a name or a path"
  Helps helps = Helps::kNeither;

  std::string section() const { return name.substr(0, name.find('.')); }
  std::string key() const { return name.substr(name.find('.') + 1); }
  bool has_effect(const Config& config) const {
    return condition.holds == nullptr || condition.holds(config);
  }
};

/// Grouped by section.
const std::vector<ConfigKey>& config_keys();

/// Null if there is no such key.
const ConfigKey* find_config_key(std::string_view name);

/// Whether only the compiler reads it, so that it has no effect on a program.
bool is_schedule_key(std::string_view name);

/// "unknown key 'sram.bank'; did you mean 'sram.banks'?"
std::string unknown_key_message(std::string_view name);

/// Throws InputError: "sram.banks=0 is out of range; allowed: 1..1024".
void set_key(const ConfigKey& key, Config& config, std::string_view text);
/// What set_key() would take for the same value.
std::string key_text(const ConfigKey& key, const Config& config);

/// The same for keys that are not texts, without a config.
std::uint64_t parse_key_value(const ConfigKey& key, std::string_view text);
std::string print_key_value(const ConfigKey& key, std::uint64_t value);

bool is_number(const ConfigKey& key);
/// Whether a number's key takes `text` as a word besides, such as auto.
bool is_word_of(const ConfigKey& key, std::string_view text);
/// What a number's text means, within the key's limits or not. Throws InputError: "4 needs a unit".
std::uint64_t parse_quantity(const ConfigKey& key, std::string_view text);
/// Such a number in the key's base unit, to order by and to draw.
double quantity_of(const ConfigKey& key, std::uint64_t value);

/// "1..1024", "4B..4KiB, a power of two", "os, ws, is or simd".
std::string allowed_values(const ConfigKey& key);

}  // namespace tilewave
