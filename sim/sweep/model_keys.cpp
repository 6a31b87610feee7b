// Braces found, checked and filled.
#include "sim/sweep/model_keys.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/graph/builtins.h"
#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

constexpr std::string_view kSection = "model";
constexpr std::string_view kPrefix = "model.";

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

/// A pair of braces and what stands around it.
struct Placeholder {
  std::string_view name;
  std::size_t begin = 0;  ///< of the brace
  std::size_t end = 0;    ///< behind the other one
};

/// The next one at or behind `from`; its name is empty if there is none, or only one brace.
Placeholder next_placeholder(std::string_view model, std::size_t from) {
  const std::size_t begin = model.find('{', from);
  const std::size_t end = model.find('}', std::min(begin, model.size()));
  if (end == std::string_view::npos) {
    return {{}, model.size(), model.size()};
  }
  return {model.substr(begin + 1, end - begin - 1), begin, end + 1};
}

std::vector<Placeholder> all_placeholders(std::string_view model) {
  std::vector<Placeholder> all;
  for (Placeholder next = next_placeholder(model, 0); next.begin < model.size();
       next = next_placeholder(model, next.end)) {
    all.push_back(next);
  }
  return all;
}

/// Whether it is a whole extent, the whole value of a key, or the whole type.
bool stands_alone(std::string_view model, const Placeholder& placeholder) {
  const char before = model[placeholder.begin - 1];
  const char behind = placeholder.end < model.size() ? model[placeholder.end] : ':';
  return before == '=' ? behind == ':' || behind == ','
                       : (before == ':' || before == 'x') && (behind == ':' || behind == 'x');
}

void check_pattern(std::string_view model, const std::vector<Placeholder>& placeholders) {
  const auto count = [model](char brace) {
    return static_cast<std::size_t>(std::ranges::count(model, brace));
  };
  const bool paired = count('{') == placeholders.size() && count('}') == placeholders.size();
  if (!paired || !std::ranges::all_of(placeholders, [model](const Placeholder& each) {
        return is_name(each.name) && stands_alone(model, each);
      })) {
    throw InputError(
        "model " + in_quotes(model) +
        ": a placeholder is a whole extent or the type, {NAME} of small letters, digits "
        "and '_', such as gemm:{m}x768x3072:{type} or bert:base,tokens={t}");
  }
}

ConfigKey key_of(std::string_view placeholder, bool is_type) {
  ConfigKey key;
  key.name = std::string(kPrefix) + std::string(placeholder);
  const std::string what = "{" + std::string(placeholder) + "} of the built-in models";
  if (!is_type) {
    key.kind = KeyKind::kCount;
    key.help = "extent " + what;
    key.limits = {1, kMaxDimension};
    return key;
  }
  key.kind = KeyKind::kChoice;
  key.help = "type " + what;
  for (const ElementType type : kProductTypes) {
    key.choices.push_back({std::string(to_string(type)), static_cast<std::uint64_t>(type)});
  }
  return key;
}

}  // namespace

bool is_pattern(std::string_view model) {
  return is_builtin(model) && model.find_first_of("{}") != std::string_view::npos;
}

std::vector<std::string> placeholders_of(std::string_view model) {
  std::vector<std::string> names;
  if (!is_pattern(model)) {
    return names;
  }
  for (const Placeholder& each : all_placeholders(model)) {
    if (std::ranges::find(names, each.name) == names.end()) {
      names.emplace_back(each.name);
    }
  }
  return names;
}

std::string fill_pattern(std::string_view pattern,
                         const std::function<std::string(const std::string&)>& value_of) {
  std::string text;
  std::size_t from = 0;
  for (const Placeholder& each : all_placeholders(pattern)) {
    text += std::string(pattern.substr(from, each.begin - from)) + value_of(std::string(each.name));
    from = each.end;
  }
  return text + std::string(pattern.substr(from));
}

ModelKeys::ModelKeys(const std::vector<std::string>& models) {
  Keys keys;
  for (const std::string& model : models) {
    if (!is_pattern(model)) {
      continue;
    }
    const std::vector<Placeholder> placeholders = all_placeholders(model);
    check_pattern(model, placeholders);
    const std::size_t type_at = model.find(':', model.find(':') + 1);
    for (const Placeholder& each : placeholders) {
      const ConfigKey key = key_of(each.name, each.begin > type_at);
      const auto [known, is_new] = keys.try_emplace(key.name, key);
      if (known->second.kind != key.kind) {
        throw InputError("model " + in_quotes(model) + ": {" + std::string(each.name) +
                         "} is an extent and a type; give them two names");
      }
    }
  }
  keys_ = std::make_shared<const Keys>(std::move(keys));
}

const ConfigKey* ModelKeys::find(std::string_view name) const {
  const auto found = keys_->find(name);
  return found != keys_->end() ? &found->second : find_config_key(name);
}

std::string ModelKeys::unknown_key_message(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [known, key] : *keys_) {
    names.push_back(known);
  }
  const std::string near = did_you_mean(name, names);
  if (!name.starts_with(kPrefix) && near.empty()) {
    return tilewave::unknown_key_message(name);
  }
  const std::string placeholder(name.substr(std::min(name.size(), kPrefix.size())));
  return "unknown key " + in_quotes(name) +
         (near.empty() ? ": no MODEL has {" + printable(placeholder) +
                             "} in place of an extent or a type, as gemm:{m}x768x3072:{type} has"
                       : near);
}

bool is_model_key(const ConfigKey& key) { return key.section() == kSection; }

std::string placeholder_of(const ConfigKey& key) { return key.key(); }

}  // namespace tilewave
