// --where: what a point has to fulfil to be shown, in a metric or in a swept key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sweep/result_table.h"

namespace tilewave {

enum class Comparison : std::uint8_t { kLess, kAtMost, kMore, kAtLeast, kEqual, kNotEqual };

/// METRIC or KEY, a comparison, and a value in the unit of either.
struct Condition {
  std::size_t metric = 0;
  std::optional<std::size_t> axis;  ///< of the space's keys; none: it is about the metric
  Comparison comparison = Comparison::kEqual;
  double number = 0;  ///< in the unit of the metric or the base unit of the key
  std::string word;   ///< of a key whose values are words, instead of the number
};

/// `text` is NAME, one of < <= > >= = !=, and VALUE, where NAME is a metric or one of the space's keys.
/// A number may have a unit if the name has one: bytes 64KiB, bandwidths 25.6GB/s, times 1.5us, shares
/// 50%. Words are only equal or not. Throws InputError, which starts with `place`
/// ("command line: --where").
Condition parse_condition(const std::string& place, std::string_view text, const SweepSpace& space);

/// Whether a point fulfils it. What a point has not, a metric for it did not run or a number for it has a
/// word, fulfils nothing.
bool fulfils(const Condition& condition, const SweepDefinition& sweep, const ResultTable& results,
             std::uint32_t point);

}  // namespace tilewave
