// One swept key, of the config or of a model, and the values it takes: what `--over KEY=VALUES` means. How axes make
// points is sim/sweep/space.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/keys.h"
#include "sim/sweep/model_keys.h"

namespace tilewave {

/// `from..to` without a step: every value in between that the key can take. Only samples draw from
/// it.
struct ValueRange {
  std::uint64_t from = 0;  ///< both included, in the key's base unit
  std::uint64_t to = 0;
  bool frequency = false;  ///< a clock's, both in millionths of a hertz
};

struct Axis {
  const ConfigKey* key = nullptr;
  std::vector<const ConfigKey*> tied = {};  ///< others that have the same value at every point
  /// As --print-config would print them, whether the key's limits allow them or not: a value that
  /// does not fit makes an invalid point. Empty if there is a range instead.
  std::vector<std::string> values;
  std::optional<ValueRange> range;

  /// The value at `unit`, which is in [0, 1): of n values the one at ⌊unit·n⌋; of a range
  /// from + unit·(to − from + 1), rounded down to the key's multiple, bandwidths to MB/s and bytes
  /// to the largest power of two that divides both ends; or the power of two at ⌊unit·n⌋ of the n
  /// in the range if the key takes no others.
  std::string at(double unit) const;
};

/// One value of a swept key, as --print-config would print it, whether the key's limits allow it or
/// not. Throws InputError: "sram.size=64KB ...; allowed: ...".
std::string swept_value(const ConfigKey& key, std::string_view text);

inline constexpr std::size_t kMaxAxisValues = 100'000;

/// `text` is KEY=VALUES, or KEY=KEY=VALUES for keys that change together, where VALUES are
///
///   v1,v2,...           a list, for any key
///   from..to*factor     from, from·factor, from·factor², ... while not above `to`; rounded to the
///                       key's multiple or to MB/s
///   from..to+step       from, from + step, ... up to and including `to`
///   from..to            every value in between, to draw samples from
///
/// A clock's range goes from one time to another or from one frequency to another.
///
/// and the last three are for keys with numbers; where `from` or `step` lack a unit that they need,
/// they have that of `to`. Keys are those of the config and `model_keys`, which outlive the axis.
/// Throws InputError, which starts with `place` ("command line: --over").
Axis parse_axis(const std::string& place, std::string_view text, const ModelKeys& model_keys = {});

}  // namespace tilewave
