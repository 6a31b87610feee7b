// The product of the axes, a Sobol sequence or a Latin hypercube over them, or given points.
#include "sim/sweep/space.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <boost/random/sobol.hpp>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

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

/// Of all axes in turn, the tied ones behind the axis's own.
std::vector<const ConfigKey*> keys_of(const std::vector<Axis>& axes) {
  std::vector<const ConfigKey*> keys;
  const auto add = [&keys](const ConfigKey* key) {
    if (std::ranges::find(keys, key) != keys.end()) {
      throw InputError("--over " + key->name + " is given twice");
    }
    keys.push_back(key);
  };
  for (const Axis& axis : axes) {
    add(axis.key);
    std::ranges::for_each(axis.tied, add);
  }
  return keys;
}

/// For every key of the axis.
void put(const Axis& axis, const std::string& value, SweepPoint& point) {
  point.values.insert(point.values.end(), 1 + axis.tied.size(), value);
}

void require_count(std::uint64_t points) {
  if (points == 0) {
    throw InputError("the sweep has no points");
  }
  if (points > kMaxPoints) {
    throw InputError("the sweep has more than " + std::to_string(kMaxPoints) + " points");
  }
}

SweepSpace empty_space(std::vector<std::string> models, const std::vector<Axis>& axes) {
  SweepSpace space;
  space.models = std::move(models);
  space.keys = keys_of(axes);
  return space;
}

}  // namespace

std::vector<Setting> SweepSpace::settings(const SweepPoint& point) const {
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!point.values[i].empty()) {
      settings.push_back({keys[i]->name, point.values[i], 0});
    }
  }
  return settings;
}

SweepSpace grid_space(std::vector<std::string> models, const std::vector<Axis>& axes) {
  SweepSpace space = empty_space(std::move(models), axes);
  std::uint64_t combinations = 1;
  for (const Axis& axis : axes) {
    if (axis.range) {
      throw InputError("--over " + axis.key->name +
                       " is a range without a step, for --sample only; a grid needs values: "
                       "from..to*factor, from..to+step or a list");
    }
    combinations *= axis.values.size();
    require_count(combinations);
  }
  require_count(combinations * space.models.size());
  for (std::uint32_t model = 0; model < space.models.size(); ++model) {
    for (std::uint64_t number = 0; number < combinations; ++number) {
      SweepPoint point{model, {}};
      std::uint64_t places = combinations;  // of the axes that follow
      for (const Axis& axis : axes) {
        places /= axis.values.size();
        put(axis, axis.values[number / places % axis.values.size()], point);
      }
      space.points.push_back(std::move(point));
    }
  }
  return space;
}

SweepSpace sample_space(std::vector<std::string> models, const std::vector<Axis>& axes,
                        const SampleOptions& options) {
  SweepSpace space = empty_space(std::move(models), axes);
  require_count(options.count * space.models.size());
  if (axes.empty()) {
    throw InputError("--sample needs something to vary; see --over");
  }
  UnitRandom random(options.seed);
  const UnitPoints units = options.sampler == Sampler::kSobol
                               ? sobol(options.count, axes.size(), random)
                               : latin_hypercube(options.count, axes.size(), random);
  for (std::uint32_t model = 0; model < space.models.size(); ++model) {
    for (const std::vector<double>& unit : units) {
      SweepPoint point{model, {}};
      for (std::size_t i = 0; i < axes.size(); ++i) {
        put(axes[i], axes[i].at(unit[i]), point);
      }
      space.points.push_back(std::move(point));
    }
  }
  return space;
}

std::string settings_text(const SweepSpace& space, const SweepPoint& point) {
  std::string text;
  for (const Setting& setting : space.settings(point)) {
    text += (text.empty() ? "" : " ") + setting.key + "=" + setting.value;
  }
  return text;
}

}  // namespace tilewave
