// The product of the axes, a Sobol sequence or a Latin hypercube over them, or given points.
#include "sim/sweep/space.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <boost/random/sobol.hpp>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/sweep/space_maker.h"

namespace tilewave {
namespace {

/// One random number in [0, 1) for each pair of numbers, on every machine the same.
class UnitRandom {
 public:
  explicit UnitRandom(std::uint64_t seed) : state_(seed) {}

  /// SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  double unit() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }
  /// Below `bound`, which is far below 2^64: the bias is of no matter.
  std::uint64_t below(std::uint64_t bound) { return bits() % bound; }

 private:
  std::uint64_t state_;
};

using UnitPoints = std::vector<std::vector<double>>;  // [point][axis], in [0, 1)

UnitPoints latin_hypercube(std::uint64_t count, std::size_t axes, UnitRandom& random) {
  UnitPoints points(count, std::vector<double>(axes));
  std::vector<std::uint64_t> slices(count);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::iota(slices.begin(), slices.end(), std::uint64_t{0});
    for (std::uint64_t i = count; i > 1; --i) {  // Fisher and Yates
      std::swap(slices[i - 1], slices[random.below(i)]);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      points[i][axis] =
          (static_cast<double>(slices[i]) + random.unit()) / static_cast<double>(count);
    }
  }
  return points;
}

UnitPoints sobol(std::uint64_t count, std::size_t axes, UnitRandom& random) {
  boost::random::sobol engine(axes);  // begins after the origin
  std::vector<double> shift(axes);
  std::ranges::generate(shift, [&random] { return random.unit(); });
  UnitPoints points(count, std::vector<double>(axes));
  for (std::vector<double>& point : points) {
    for (std::size_t axis = 0; axis < axes; ++axis) {
      const double unit = static_cast<double>(engine()) * 0x1p-64 + shift[axis];
      point[axis] = unit < 1 ? unit : unit - 1;
    }
  }
  return points;
}

/// Of all axes in turn, the tied ones behind the axis's own; those of models become the space's.
void set_keys(SpaceMaker& maker, const std::vector<Axis>& axes) {
  SweepSpace& space = maker.space();
  const auto add = [&space](const ConfigKey* given) {
    const ConfigKey* key = space.model_keys.find(given->name);
    if (key == nullptr) {
      throw InputError("--over " + space.model_keys.unknown_key_message(given->name));
    }
    if (std::ranges::find(space.keys, key) != space.keys.end()) {
      throw InputError("--over " + key->name + " is given twice");
    }
    space.keys.push_back(key);
  };
  for (const Axis& axis : axes) {
    add(axis.key);
    std::ranges::for_each(axis.tied, add);
  }
}

/// For every key of the axis.
void put(const Axis& axis, const std::string& value, std::vector<std::string>& values) {
  values.insert(values.end(), 1 + axis.tied.size(), value);
}

/// Whether different values of the axis make different points of a pattern.
bool concerns(const SpaceMaker& maker, const Axis& axis, std::uint32_t pattern) {
  const auto of_pattern = [&](const ConfigKey* key) { return maker.concerns(*key, pattern); };
  return of_pattern(axis.key) || std::ranges::any_of(axis.tied, of_pattern);
}

std::vector<Setting> settings_where(const SweepSpace& space, const SweepPoint& point,
                                    bool of_model) {
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < space.keys.size(); ++i) {
    if (!point.values[i].empty() && is_model_key(*space.keys[i]) == of_model) {
      settings.push_back({space.keys[i]->name, point.values[i], 0});
    }
  }
  return settings;
}

/// Every combination of those axes that concern the pattern.
void add_grid(SpaceMaker& maker, const std::vector<Axis>& axes, std::uint32_t pattern) {
  std::vector<std::uint64_t> extents;
  std::uint64_t combinations = 1;
  for (const Axis& axis : axes) {
    extents.push_back(concerns(maker, axis, pattern) ? axis.values.size() : 1);
    combinations *= extents.back();
    require_count(combinations);
  }
  require_count(maker.space().points.size() + combinations);
  for (std::uint64_t number = 0; number < combinations; ++number) {
    std::vector<std::string> values;
    std::uint64_t places = combinations;  // of the axes that follow
    for (std::size_t i = 0; i < axes.size(); ++i) {
      places /= extents[i];
      put(axes[i], axes[i].values[number / places % extents[i]], values);
    }
    maker.add(pattern, std::move(values));
  }
}

}  // namespace

std::vector<Setting> SweepSpace::settings(const SweepPoint& point) const {
  return settings_where(*this, point, false);
}

std::vector<Setting> SweepSpace::model_values(const SweepPoint& point) const {
  return settings_where(*this, point, true);
}

SweepSpace grid_space(const std::vector<std::string>& models, const std::vector<Axis>& axes) {
  SpaceMaker maker(models);
  set_keys(maker, axes);
  for (const Axis& axis : axes) {
    if (axis.range) {
      throw InputError("--over " + axis.key->name +
                       " is a range without a step, for --sample only; a grid needs values: "
                       "from..to*factor, from..to+step or a list");
    }
  }
  for (std::uint32_t pattern = 0; pattern < models.size(); ++pattern) {
    add_grid(maker, axes, pattern);
  }
  require_count(maker.space().points.size());
  return std::move(maker.space());
}

SweepSpace sample_space(const std::vector<std::string>& models, const std::vector<Axis>& axes,
                        const SampleOptions& options) {
  SpaceMaker maker(models);
  set_keys(maker, axes);
  require_count(options.count * models.size());
  if (axes.empty()) {
    throw InputError("--sample needs something to vary; see --over");
  }
  UnitRandom random(options.seed);
  const UnitPoints units = options.sampler == Sampler::kSobol
                               ? sobol(options.count, axes.size(), random)
                               : latin_hypercube(options.count, axes.size(), random);
  for (std::uint32_t pattern = 0; pattern < models.size(); ++pattern) {
    const bool varies =
        std::ranges::any_of(axes, [&](const Axis& axis) { return concerns(maker, axis, pattern); });
    for (std::size_t i = 0; i < (varies ? units.size() : 1); ++i) {
      std::vector<std::string> values;
      for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        put(axes[axis], axes[axis].at(units[i][axis]), values);
      }
      maker.add(pattern, std::move(values));
    }
  }
  return std::move(maker.space());
}

std::string settings_text(const SweepSpace& space, const SweepPoint& point) {
  std::string text;
  for (const Setting& setting : space.settings(point)) {
    text += (text.empty() ? "" : " ") + setting.key + "=" + setting.value;
  }
  return text;
}

}  // namespace tilewave
