// Checks that models, axes, points and options go together.
#include "sim/sweep/definition.h"

#include <algorithm>
#include <cctype>

namespace tilewave {

Config SweepDefinition::config_of(const SweepPoint& point) const {
  std::vector<SettingSource> all = sources;
  all.push_back({"this point", space.settings(point)});
  return resolve_config(all);
}

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:=,+%@").find(c) != std::string_view::npos;
  });
  if (plain) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

std::optional<std::string> base_value(const SweepDefinition& sweep, const ConfigKey& key) {
  return !is_model_key(key) && key.has_effect(sweep.base) ? std::optional(key_text(key, sweep.base))
                                                          : std::nullopt;
}

std::string run_command_text(const SweepDefinition& sweep, const SweepPoint& point) {
  std::string text = "tilewave run " + shell_word(sweep.space.models[point.model]);
  if (!sweep.run_options.empty()) {
    text += " " + sweep.run_options;
  }
  for (const Setting& setting : sweep.space.settings(point)) {
    text += " " + shell_word("--" + setting.key + "=" + setting.value);
  }
  return text;
}

}  // namespace tilewave
