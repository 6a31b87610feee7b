// LOADs that were sent ahead of the step that they are for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tilewave {

/// The positions of those whose step has not come yet. A queue of few, asked for its length at every uOp.
class EarlyLoads {
 public:
  std::size_t count() const { return positions_.size() - first_; }

  /// Positions rise.
  void push(std::uint64_t position) { positions_.push_back(position); }

  /// The program is at `position`.
  void advance(std::uint64_t position) {
    while (first_ < positions_.size() && positions_[first_] <= position) {
      ++first_;
    }
    if (first_ > count()) {
      positions_.erase(positions_.begin(),
                       positions_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
  }

 private:
  std::vector<std::uint64_t> positions_;
  std::size_t first_ = 0;  ///< of those that count; the others are gone
};

}  // namespace tilewave
