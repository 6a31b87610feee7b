// The length of a core clock cycle as an exact fraction of picoseconds, and how cycles and times
// are turned into each other without drift. It keeps no time.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <numeric>

#include "models/time.h"

namespace tilewave {

/// A whole number of picoseconds, or the period of a frequency: 1.5 GHz is 2000/3 ps. Cycle c
/// begins at c periods; what is told in whole picoseconds is that time rounded down.
class ClockPeriod {
 public:
  static constexpr std::uint64_t kMicrohertz = 1'000'000;  ///< per hertz

  ClockPeriod(Picoseconds period) : numerator_(period) {}  // NOLINT: a plain time is one
  /// The frequency in millionths of a hertz, not 0.
  static ClockPeriod of_microhertz(std::uint64_t frequency) {
    const std::uint64_t common = std::gcd(kOneSecond, frequency);
    return {kOneSecond / common, frequency / common};
  }

  bool is_whole() const { return denominator_ == 1; }
  /// The period is numerator() / denominator() picoseconds, in lowest terms.
  std::uint64_t numerator() const { return numerator_; }
  std::uint64_t denominator() const { return denominator_; }
  double picoseconds() const {
    return static_cast<double>(numerator_) / static_cast<double>(denominator_);
  }
  double seconds() const { return picoseconds() * 1e-12; }
  /// Millionths of a hertz; exact for what of_microhertz() made.
  std::uint64_t microhertz() const { return kOneSecond / numerator_ * denominator_; }

  /// When a cycle begins, rounded down; kNever if that is beyond what can be told.
  Picoseconds begin(Cycle cycle) const {
    return is_whole() ? narrow(Wide{cycle} * numerator_)
                      : narrow(Wide{cycle} * numerator_ / denominator_);
  }
  /// The same, rounded up.
  Picoseconds begin_rounded_up(Cycle cycle) const {
    return is_whole() ? narrow(Wide{cycle} * numerator_)
                      : narrow((Wide{cycle} * numerator_ + (denominator_ - 1)) / denominator_);
  }
  /// The first cycle that begins at or after `time`.
  Cycle cycle_at(Picoseconds time) const {
    return is_whole() ? time / numerator_ + (time % numerator_ != 0 ? 1 : 0)
                      : narrow((Wide{time} * denominator_ + (numerator_ - 1)) / numerator_);
  }
  /// The length of `cycles` in seconds.
  double seconds(Cycle cycles) const {
    return is_whole() ? static_cast<double>(cycles * numerator_) * 1e-12
                      : static_cast<double>(static_cast<long double>(cycles) *
                                            static_cast<long double>(numerator_) /
                                            static_cast<long double>(denominator_) * 1e-12L);
  }
  /// The same period in units of which there are `scale` in a picosecond.
  ClockPeriod scaled(std::uint64_t scale) const {
    const std::uint64_t common = std::gcd(scale, denominator_);
    return {numerator_ * (scale / common), denominator_ / common};
  }

  /// In one word: the picoseconds (2^63 and more are not told apart), or a mark and the frequency.
  /// Its order is not that of periods.
  std::uint64_t code() const {
    return is_whole() ? std::min(numerator_, kFraction - 1) : kFraction | microhertz();
  }
  static ClockPeriod from_code(std::uint64_t code) {
    return (code & kFraction) == 0 ? ClockPeriod(code) : of_microhertz(code & ~kFraction);
  }

  bool operator==(const ClockPeriod&) const = default;
  std::strong_ordering operator<=>(const ClockPeriod& other) const {
    return Wide{numerator_} * other.denominator_ <=> Wide{other.numerator_} * denominator_;
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::uint64_t kOneSecond = 1'000'000'000'000'000'000;  // in ps · 10^-6
  static constexpr std::uint64_t kFraction = std::uint64_t{1} << 63U;

  ClockPeriod(std::uint64_t numerator, std::uint64_t denominator)
      : numerator_(numerator), denominator_(denominator) {}
  static std::uint64_t narrow(Wide value) {
    return value > kNever ? kNever : static_cast<std::uint64_t>(value);
  }

  std::uint64_t numerator_ = 0;
  std::uint64_t denominator_ = 1;
};

}  // namespace tilewave
