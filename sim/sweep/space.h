// The points of a sweep: which models run on which settings. It runs none of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/sweep/axis.h"

namespace tilewave {

inline constexpr std::uint64_t kMaxPoints = 1'000'000;

/// One run to be made. `values` has a text for every key of the space; an empty one leaves a key as
/// the base config has it, and is all there is for a placeholder that the model's pattern has not.
struct SweepPoint {
  std::uint32_t model = 0;
  std::vector<std::string> values;
};

struct SweepSpace {
  std::vector<std::string> models;  ///< that run, each once: those of a pattern in its place
  std::vector<std::string>
      patterns;  ///< the models as given; most are patterns of themselves alone
  std::vector<std::uint32_t> pattern_of;  ///< by model
  ModelKeys model_keys;                   ///< of the patterns
  std::vector<const ConfigKey*> keys;     ///< of the config and of the models
  std::vector<SweepPoint> points;

  /// What a point sets in the config, in the order of the keys.
  std::vector<Setting> settings(const SweepPoint& point) const;
  /// What it sets in its model's pattern.
  std::vector<Setting> model_values(const SweepPoint& point) const;
};

/// What a point sets in the config, on one line: "sram.size=32KiB sram.banks=8".
std::string settings_text(const SweepSpace& space, const SweepPoint& point);

enum class Sampler : std::uint8_t { kSobol, kLatinHypercube };

struct SampleOptions {
  std::uint64_t count = 0;  ///< per model
  Sampler sampler = Sampler::kSobol;
  std::uint64_t seed = 1;
};

/// Every combination of the axes' values for every model: models outermost, the last axis
/// innermost. An axis of placeholders alone is none for models without them. Throws InputError if there
/// are no points or more than kMaxPoints, if an axis has no values but a range, if two are about one
/// key, if nothing sets a placeholder, or if two patterns make one model.
SweepSpace grid_space(const std::vector<std::string>& models, const std::vector<Axis>& axes);

/// `count` points spread evenly over the axes, the same for every model as given; values may repeat. Sobol:
/// the first points of the sequence after its origin, shifted by a random vector (modulo 1); Latin
/// hypercube: every axis is cut in `count` slices, each of which has one point, at a random place
/// in it. Throws InputError as above, and for more axes than the sequence has dimensions.
SweepSpace sample_space(const std::vector<std::string>& models, const std::vector<Axis>& axes,
                        const SampleOptions& options);

/// What the options of a sweep make of a MODEL's name. May throw InputError.
using ModelNaming = std::function<std::string(const std::string& model)>;

/// A CSV file with a header of keys and, if it likes, `model`; a row is a point. An empty cell leaves
/// its key alone; a row without a model runs for every one of `models`, one with a model for `named` of
/// it, if that is there. Fields may be quoted as in RFC 4180. `name` stands for the file in messages.
/// Throws InputError naming line and column.
SweepSpace points_space(const std::vector<std::string>& models, const std::string& name,
                        std::string_view csv, const ModelNaming& named = {});

}  // namespace tilewave
