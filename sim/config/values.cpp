// The text of a key's value, both ways, as its kind and limits say. The table is config_keys.cpp.
#include <algorithm>
#include <bit>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/base/units.h"
#include "sim/config/keys.h"

namespace tilewave {
namespace {

std::uint64_t parse_choice(const ConfigKey& key, std::string_view text) {
  const auto found = std::ranges::find(key.choices, text, &KeyChoice::text);
  if (found == key.choices.end()) {
    std::vector<std::string> known;
    for (const KeyChoice& choice : key.choices) {
      known.push_back(choice.text);
    }
    throw InputError(printable(text) + (text.empty() ? " is empty" : " is not a choice") +
                     did_you_mean(text, known));
  }
  return found->value;
}

void check_limits(const KeyLimits& limits, std::string_view text, std::uint64_t value) {
  if (value < limits.min || value > limits.max) {
    throw InputError(printable(text) + " is out of range");
  }
  if (value % limits.multiple_of != 0) {
    throw InputError(printable(text) + " is not a multiple of " +
                     std::to_string(limits.multiple_of));
  }
  if (limits.power_of_two && !std::has_single_bit(value)) {
    throw InputError(printable(text) + " is not a power of two");
  }
}

bool is_fraction(const ConfigKey& key, std::uint64_t value) {
  return key.kind == KeyKind::kClockPeriod && !ClockPeriod::from_code(value).is_whole();
}

std::uint64_t parse_checked(const ConfigKey& key, std::string_view text) {
  if (key.kind == KeyKind::kChoice) {
    return parse_choice(key, text);
  }
  if (key.kind == KeyKind::kOnOff) {
    return parse_on_off(text) ? 1 : 0;
  }
  const std::uint64_t value = parse_quantity(key, text);
  if (!is_fraction(key, value) && !is_word_of(key, text)) {  // of a fraction they are known already
    check_limits(key.limits, text, value);
  }
  return value;
}

std::string join_choices(const std::vector<KeyChoice>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i].text;
  }
  return text;
}

}  // namespace

bool is_schedule_key(std::string_view name) {
  return name.starts_with("schedule.") || name.starts_with("tile.");
}

std::string unknown_key_message(std::string_view name) {
  std::vector<std::string> known;
  for (const ConfigKey& key : config_keys()) {
    known.push_back(key.name);
  }
  return "unknown key " + in_quotes(name) + did_you_mean(name, known);
}

bool is_number(const ConfigKey& key) {
  return key.kind != KeyKind::kChoice && key.kind != KeyKind::kOnOff && key.kind != KeyKind::kText;
}

bool is_word_of(const ConfigKey& key, std::string_view text) {
  return std::ranges::find(key.choices, text, &KeyChoice::text) != key.choices.end();
}

std::uint64_t parse_quantity(const ConfigKey& key, std::string_view text) {
  if (is_word_of(key, text)) {
    return parse_choice(key, text);
  }
  switch (key.kind) {
    case KeyKind::kBytes: return parse_bytes(text);
    case KeyKind::kTime: return parse_time(text);
    case KeyKind::kClockPeriod:
      return parse_clock_period(text, key.limits.min, key.limits.max).code();
    case KeyKind::kBandwidth: return parse_bandwidth(text);
    case KeyKind::kCycles:
    case KeyKind::kCount: return parse_count(text);
    case KeyKind::kChoice:
    case KeyKind::kOnOff:
    case KeyKind::kText: break;
  }
  throw InternalError(key.name + " is not a number");
}

double quantity_of(const ConfigKey& key, std::uint64_t value) {
  return key.kind == KeyKind::kClockPeriod ? ClockPeriod::from_code(value).picoseconds()
                                           : static_cast<double>(value);
}

std::uint64_t parse_key_value(const ConfigKey& key, std::string_view text) {
  try {
    return parse_checked(key, text);
  } catch (const InputError& error) {  // it starts with the value
    throw InputError(key.name + "=" + error.what() + "; allowed: " + allowed_values(key));
  }
}

std::string print_key_value(const ConfigKey& key, std::uint64_t value) {
  const auto found = std::ranges::find(key.choices, value, &KeyChoice::value);
  if (found != key.choices.end()) {
    return found->text;
  }
  switch (key.kind) {
    case KeyKind::kBytes: return print_bytes(value);
    case KeyKind::kTime: return print_time(value);
    case KeyKind::kClockPeriod: return print_clock_period(ClockPeriod::from_code(value));
    case KeyKind::kBandwidth: return print_bandwidth(value);
    case KeyKind::kCycles:
    case KeyKind::kCount: return std::to_string(value);
    case KeyKind::kOnOff: return print_on_off(value != 0);
    case KeyKind::kChoice:
    case KeyKind::kText: break;
  }
  throw InternalError(key.name + " has no choice for the value " + std::to_string(value));
}

void set_key(const ConfigKey& key, Config& config, std::string_view text) {
  if (key.kind != KeyKind::kText) {
    key.field.set(config, parse_key_value(key, text));
    return;
  }
  try {
    key.field.set_text(config, std::string(text));
  } catch (const InputError& error) {
    throw InputError(key.name + "=" + error.what());
  }
}

std::string key_text(const ConfigKey& key, const Config& config) {
  return key.kind == KeyKind::kText ? key.field.get_text(config)
                                    : print_key_value(key, key.field.get(config));
}

std::string allowed_values(const ConfigKey& key) {
  if (key.kind == KeyKind::kText) {
    return key.allowed;
  }
  if (key.kind == KeyKind::kOnOff) {
    return "on or off";
  }
  if (key.kind == KeyKind::kChoice) {
    return join_choices(key.choices);
  }
  std::string text =
      print_key_value(key, key.limits.min) + ".." + print_key_value(key, key.limits.max);
  if (key.limits.multiple_of != 1) {
    text += ", a multiple of " + print_key_value(key, key.limits.multiple_of);
  }
  if (key.limits.power_of_two) {
    text += ", a power of two";
  }
  for (const KeyChoice& choice : key.choices) {
    text += " or " + choice.text;
  }
  return text;
}

}  // namespace tilewave
