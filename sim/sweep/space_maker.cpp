// Models by name, each made by one pattern.
#include "sim/sweep/space_maker.h"

#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {

void require_count(std::uint64_t points) {
  if (points == 0) {
    throw InputError("the sweep has no points");
  }
  if (points > kMaxPoints) {
    throw InputError("the sweep has more than " + std::to_string(kMaxPoints) + " points");
  }
}

SpaceMaker::SpaceMaker(const std::vector<std::string>& models) {
  space_.model_keys = ModelKeys(models);
  for (const std::string& model : models) {
    pattern(model);
  }
}

std::uint32_t SpaceMaker::pattern(const std::string& model) {
  const auto number = static_cast<std::uint32_t>(space_.patterns.size());
  const auto [known, is_new] = patterns_.try_emplace(model, number);
  if (is_new) {
    space_.patterns.push_back(model);
    placeholders_.push_back(placeholders_of(model));
  }
  return known->second;
}

bool SpaceMaker::concerns(const ConfigKey& key, std::uint32_t pattern) const {
  const std::vector<std::string>& names = placeholders_[pattern];
  return !is_model_key(key) || std::ranges::find(names, placeholder_of(key)) != names.end();
}

std::uint32_t SpaceMaker::model(std::uint32_t pattern, const std::vector<std::string>& values) {
  const std::string& given = space_.patterns[pattern];
  const auto value_of = [&](const std::string& placeholder) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const ConfigKey& key = *space_.keys[i];
      if (is_model_key(key) && placeholder_of(key) == placeholder && !values[i].empty()) {
        return values[i];
      }
    }
    throw InputError("model " + in_quotes(given) + ": nothing sets {" + placeholder +
                     "}; it needs values of the key model." + placeholder);
  };
  const std::string name = placeholders_[pattern].empty() ? given : fill_pattern(given, value_of);
  const auto number = static_cast<std::uint32_t>(space_.models.size());
  const auto [known, is_new] = models_.try_emplace(name, number);
  if (is_new) {
    space_.models.push_back(name);
    space_.pattern_of.push_back(pattern);
  }
  const std::uint32_t other = space_.pattern_of[known->second];
  if (other != pattern) {
    throw InputError("the MODEL " + in_quotes(name) + " is given twice, by " +
                     in_quotes(space_.patterns[other]) + " and by " + in_quotes(given));
  }
  return known->second;
}

void SpaceMaker::number_plain_models() {
  for (std::uint32_t i = 0; i < placeholders_.size(); ++i) {
    if (placeholders_[i].empty()) {
      model(i, {});
    }
  }
}

void SpaceMaker::add(std::uint32_t pattern, std::vector<std::string> values) {
  require_count(space_.points.size() + 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!concerns(*space_.keys[i], pattern)) {
      values[i].clear();
    }
  }
  const std::uint32_t number = model(pattern, values);
  space_.points.push_back({number, std::move(values)});
}

}  // namespace tilewave
