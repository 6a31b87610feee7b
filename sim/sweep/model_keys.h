// Models with placeholders: gemm:{m}x768x3072:{type} stands for the built-in models that the keys
// model.m and model.type of a sweep make of it. It knows no axes and no points.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/keys.h"

namespace tilewave {

/// Whether a model is a built-in with placeholders.
bool is_pattern(std::string_view model);

/// The names in braces, in their order, each once. None of a model that is no pattern.
std::vector<std::string> placeholders_of(std::string_view model);

/// `pattern` with `value_of(NAME)` for every {NAME}.
std::string fill_pattern(std::string_view pattern,
                         const std::function<std::string(const std::string& name)>& value_of);

/// The keys of all placeholders: "model.m" for {m}. An extent is a count from 1 on; what stands for the
/// type behind a model's extents is a choice. Copies share the keys.
class ModelKeys {
 public:
  ModelKeys() = default;
  /// Of the patterns among `models`. Throws InputError, which names the model, if a placeholder is
  /// written wrong or stands for an extent here and for a type there.
  explicit ModelKeys(const std::vector<std::string>& models);

  /// The key of a placeholder or of the config, by its name; null if there is none.
  const ConfigKey* find(std::string_view name) const;
  /// "unknown key 'model.n'; did you mean 'model.m'?"
  std::string unknown_key_message(std::string_view name) const;

 private:
  using Keys = std::map<std::string, ConfigKey, std::less<>>;
  std::shared_ptr<const Keys> keys_ = std::make_shared<const Keys>();
};

/// Whether a swept key stands for a placeholder, not for a part of the config.
bool is_model_key(const ConfigKey& key);

/// "m" of the key "model.m".
std::string placeholder_of(const ConfigKey& key);

}  // namespace tilewave
