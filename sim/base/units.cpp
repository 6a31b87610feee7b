// Parsing works on digits and integers only: no locale, no floating point, no silent rounding.
#include "sim/base/units.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <span>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kKi = 1024;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kByteUnits = {Unit{"GiB", kKi* kKi* kKi}, Unit{"MiB", kKi* kKi},
                                   Unit{"KiB", kKi}, Unit{"B", 1}, Unit{"", 1}};
constexpr std::array kTimeUnits = {Unit{"ms", 1'000'000'000}, Unit{"us", 1'000'000},
                                   Unit{"ns", 1'000}, Unit{"ps", 1}};
constexpr std::array kFrequencyUnits = {Unit{"GHz", 1'000'000'000 * ClockPeriod::kMicrohertz},
                                        Unit{"MHz", 1'000'000 * ClockPeriod::kMicrohertz},
                                        Unit{"kHz", 1'000 * ClockPeriod::kMicrohertz},
                                        Unit{"Hz", ClockPeriod::kMicrohertz}};
constexpr std::array kBandwidthUnits = {Unit{"GB/s", 1'000'000'000}, Unit{"MB/s", 1'000'000},
                                        Unit{"KB/s", 1'000}, Unit{"B/s", 1},
                                        Unit{"GiB/s", kKi* kKi* kKi}};
constexpr std::array kNoUnits = {Unit{"", 1}};

/// What is being read: its units, and the words that messages need.
struct Quantity {
  std::string_view noun;
  std::string_view whole;  ///< what its value must be
  std::string_view forms;
  std::span<const Unit> units;
};

const Quantity kBytes = {"a size", "a whole number of bytes",
                         "such as 4096, 64B, 16KiB, 1.5MiB or 1GiB", kByteUnits};
const Quantity kTime = {"a time", "a whole number of picoseconds",
                        "such as 250ps, 60ns, 1.5us or 1ms", kTimeUnits};
const Quantity kClock = {"a clock period", "a whole number of picoseconds",
                         "such as 250ps, 1ns, 1.5GHz or 800MHz", kTimeUnits};
const Quantity kFrequency = {"a frequency", "a whole number of millionths of a hertz", kClock.forms,
                             kFrequencyUnits};
const Quantity kBandwidth = {"a bandwidth", "a whole number of bytes per second",
                             "such as 800MB/s, 25.6GB/s or 24GiB/s", kBandwidthUnits};
const Quantity kCount = {"a count", "a whole number", "a plain whole number", kNoUnits};

[[noreturn]] void refuse(std::string_view text, const std::string& why, const Quantity& quantity) {
  throw InputError(printable(text) + " " + why + " (" + std::string(quantity.forms) + ")");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

/// Digits only; none when the number needs more than 64 bits.
std::optional<std::uint64_t> to_integer(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) {
      return std::nullopt;
    }
    value = value * 10 + digit;
  }
  return value;
}

/// 0.`digits` × factor, if that is whole: with g = gcd(10^d, factor) it is digits / (10^d / g) ×
/// (factor / g), and the two quotients have no common divisor.
std::optional<std::uint64_t> scale_fraction(std::string_view digits, std::uint64_t factor) {
  while (digits.ends_with('0')) {
    digits.remove_suffix(1);
  }
  if (digits.size() > 18) {  // 10^18 is the largest power of ten that surely fits
    return std::nullopt;
  }
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    power *= 10;
  }
  const std::uint64_t common = std::gcd(power, factor);
  const std::uint64_t numerator = to_integer(digits).value();
  if (numerator % (power / common) != 0) {
    return std::nullopt;
  }
  return numerator / (power / common) * (factor / common);
}

std::uint64_t find_factor(std::string_view text, std::string_view unit, const Quantity& quantity) {
  const auto found = std::ranges::find(quantity.units, unit, &Unit::name);
  if (found != quantity.units.end()) {
    return found->factor;
  }
  if (unit.empty()) {
    refuse(text, "has no unit", quantity);
  }
  if (&quantity == &kBytes && unit.size() == 2 && unit[1] == 'B' &&
      std::string_view("KMGk").find(unit[0]) != std::string_view::npos) {
    const std::string binary = std::string(1, unit[0] == 'k' ? 'K' : unit[0]) + "iB";
    refuse(text, "is ambiguous: write " + binary + " instead of " + std::string(unit), quantity);
  }
  refuse(text, "is not " + std::string(quantity.noun), quantity);
}

std::uint64_t parse_quantity(std::string_view text, const Quantity& quantity) {
  if (text.empty()) {
    refuse(text, "is empty", quantity);
  }
  if (text.size() > 1 && text[0] == '-' && is_digit(text[1])) {
    refuse(text, "is negative", quantity);
  }
  std::string_view rest = text;
  const std::string_view integer = rest.substr(0, count_digits(rest));
  rest.remove_prefix(integer.size());
  std::string_view fraction;
  if (rest.starts_with('.')) {
    fraction = rest.substr(1, count_digits(rest.substr(1)));
    rest.remove_prefix(1 + fraction.size());
    if (fraction.empty()) {
      refuse(text, "is not " + std::string(quantity.noun), quantity);
    }
  }
  if (integer.empty()) {
    refuse(text, "is not " + std::string(quantity.noun), quantity);
  }
  if (rest.starts_with(' ')) {  // "25.6 GB/s", but not "25.6 "
    const std::size_t unit_at = rest.find_first_not_of(' ');
    rest = unit_at == std::string_view::npos ? rest : rest.substr(unit_at);
  }
  const std::uint64_t factor = find_factor(text, rest, quantity);
  const auto whole = to_integer(integer);
  if (!whole || *whole > kMax / factor) {
    refuse(text, "is too large", quantity);
  }
  const auto part = scale_fraction(fraction, factor);
  if (!part) {
    refuse(text, "is not " + std::string(quantity.whole), quantity);
  }
  if (*whole * factor > kMax - *part) {
    refuse(text, "is too large", quantity);
  }
  return *whole * factor + *part;
}

/// In the first unit that `value` is a multiple of, else in the last.
std::string print_multiple(std::uint64_t value, std::span<const Unit> units) {
  const auto unit = std::ranges::find_if(
      units, [value](const Unit& u) { return value >= u.factor && value % u.factor == 0; });
  const Unit& chosen = unit == units.end() ? units.back() : *unit;
  return std::to_string(value / chosen.factor) + std::string(chosen.name);
}

}  // namespace

std::uint64_t parse_bytes(std::string_view text) { return parse_quantity(text, kBytes); }

std::string print_bytes(std::uint64_t bytes) {
  return print_multiple(bytes, std::span(kByteUnits).first(4));  // never without a unit
}

Picoseconds parse_time(std::string_view text) { return parse_quantity(text, kTime); }

std::string print_time(Picoseconds time) { return print_multiple(time, kTimeUnits); }

ClockPeriod parse_clock_period(std::string_view text, Picoseconds shortest, Picoseconds longest) {
  if (!text.ends_with("Hz")) {
    return parse_quantity(text, kClock);
  }
  const std::uint64_t frequency = parse_frequency(text);
  if (frequency == 0 || ClockPeriod::of_microhertz(frequency) < ClockPeriod(shortest) ||
      ClockPeriod::of_microhertz(frequency) > ClockPeriod(longest)) {
    refuse(text, "is out of range", kFrequency);
  }
  return ClockPeriod::of_microhertz(frequency);
}

std::string print_clock_period(const ClockPeriod& period) {
  return period.is_whole() ? print_time(period.numerator()) : print_frequency(period.microhertz());
}

std::uint64_t parse_frequency(std::string_view text) { return parse_quantity(text, kFrequency); }

std::string print_frequency(std::uint64_t microhertz) {
  const auto unit = std::ranges::find_if(
      kFrequencyUnits, [microhertz](const Unit& u) { return microhertz >= u.factor; });
  const Unit& chosen = unit == kFrequencyUnits.end() ? kFrequencyUnits.back() : *unit;
  std::string fraction = std::to_string(chosen.factor + microhertz % chosen.factor).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return std::to_string(microhertz / chosen.factor) + (fraction.empty() ? "" : "." + fraction) +
         std::string(chosen.name);
}

std::uint64_t parse_bandwidth(std::string_view text) { return parse_quantity(text, kBandwidth); }

std::string print_bandwidth(std::uint64_t bytes_per_second) {
  // The largest unit in which three decimals are enough: 25.6GB/s rather than 25600MB/s.
  for (const Unit& unit : std::span(kBandwidthUnits).first(3)) {
    const std::uint64_t step = unit.factor / 1000;
    if (bytes_per_second >= unit.factor && bytes_per_second % step == 0) {
      const std::uint64_t thousandths = bytes_per_second / step % 1000;
      std::string text = std::to_string(bytes_per_second / unit.factor);
      if (thousandths != 0) {
        text += "." + std::to_string(1000 + thousandths).substr(1);
        text.erase(text.find_last_not_of('0') + 1);
      }
      return text + std::string(unit.name);
    }
  }
  return std::to_string(bytes_per_second) + "B/s";
}

std::uint64_t parse_count(std::string_view text) { return parse_quantity(text, kCount); }

bool parse_on_off(std::string_view text) {
  if (text != "on" && text != "off") {
    throw InputError(printable(text) + (text.empty() ? " is empty" : " is neither on nor off"));
  }
  return text == "on";
}

std::string print_on_off(bool on) { return on ? "on" : "off"; }

}  // namespace tilewave
