// A quantity over time in a bounded number of equal bins, for runs whose length is not known ahead:
// when they no longer reach, bins are joined in pairs. Sums are exact.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/machine.h"

namespace tilewave {

class TimeBins {
 public:
  static constexpr std::size_t kMostBins = 2048;

  /// `rate` in every cycle of [from, to).
  void hold(Cycle from, Cycle to, std::uint64_t rate = 1) {
    cover(to);
    while (from < to) {
      const Cycle end = std::min(to, (from / width_ + 1) * width_);
      bins_[from / width_] += rate * (end - from);
      from = end;
    }
  }

  /// `amount` evenly over [from, to), to the unit; all of it at `from` if that is empty. The
  /// product of amount and duration has to fit 64 bits.
  void spread(Cycle from, Cycle to, std::uint64_t amount) {
    to = std::max(to, from + 1);
    cover(to);
    std::uint64_t given = 0;
    for (Cycle at = from; at < to;) {
      const Cycle end = std::min(to, (at / width_ + 1) * width_);
      const std::uint64_t due = amount * (end - from) / (to - from);
      bins_[at / width_] += due - given;
      given = due;
      at = end;
    }
  }

  /// Makes bins for [0, cycles), as wide as that takes: 2048 bins of the least power of two.
  void cover(Cycle cycles) {
    while (cycles > width_ * kMostBins) {
      for (std::size_t i = 0; i < bins_.size(); ++i) {
        const std::uint64_t value = bins_[i];
        bins_[i] = 0;
        bins_[i / 2] += value;
      }
      bins_.resize((bins_.size() + 1) / 2);
      width_ *= 2;
    }
    bins_.resize(std::max<std::size_t>(bins_.size(), (cycles + width_ - 1) / width_));
  }

  Cycle width() const { return width_; }  ///< cycles
  const std::vector<std::uint64_t>& bins() const { return bins_; }

 private:
  Cycle width_ = 1;
  std::vector<std::uint64_t> bins_;
};

}  // namespace tilewave
