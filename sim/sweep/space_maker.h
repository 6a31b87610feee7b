// Puts points together into a space: their models' patterns are filled, and each model gets one number.
// Which points there are, say grids, samples and files (sim/sweep/space.h).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/sweep/space.h"

namespace tilewave {

class SpaceMaker {
 public:
  /// `models` as given, each once. Throws InputError if a pattern is written wrong.
  explicit SpaceMaker(const std::vector<std::string>& models);

  SweepSpace& space() { return space_; }
  /// The number of a model as given, which may be a new one of the patterns known so far.
  std::uint32_t pattern(const std::string& model);
  /// Whether `key` is of the config, or of a placeholder that the pattern has.
  bool concerns(const ConfigKey& key, std::uint32_t pattern) const;
  /// Gives the models without placeholders their numbers now, whether they get points or not.
  void number_plain_models();
  /// A point of a pattern with `values` for all keys of the space; those of placeholders that the
  /// pattern has not are dropped. Throws InputError if one that it has is not set, if another pattern
  /// makes the same model, or if there are more than kMaxPoints.
  void add(std::uint32_t pattern, std::vector<std::string> values);

 private:
  std::uint32_t model(std::uint32_t pattern, const std::vector<std::string>& values);

  SweepSpace space_;
  std::vector<std::vector<std::string>> placeholders_;  ///< by pattern
  std::unordered_map<std::string, std::uint32_t> patterns_;
  std::unordered_map<std::string, std::uint32_t> models_;
};

/// Throws InputError if that many points are none or too many.
void require_count(std::uint64_t points);

}  // namespace tilewave
