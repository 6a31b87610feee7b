// What is known of every byte of SRAM, kept per range: ranges begin and end where accesses did. It
// does not know what is known of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/program/tensor.h"

namespace tilewave {

/// Disjoint ranges of lines of 64 bytes, each with a Content. An access to a range as it stands
/// takes constant time; a range is cut only where an access begins or ends inside it. Addresses and
/// sizes are multiples of 64, or count as if rounded outwards to one.
template <typename Content>
class SramRanges {
 public:
  /// Calls `visit(content)` for every range of [address, address + bytes), in rising order, and for
  /// bytes of which nothing is known with a new one.
  template <typename Visit>
  void visit(std::uint64_t address, std::uint64_t bytes, Visit&& visit) {
    const auto begin = static_cast<std::uint32_t>(address / kSramAlignment);
    const auto end = static_cast<std::uint32_t>(ceil_div(address + bytes, kSramAlignment));
    if (end > at_.size()) {
      at_.resize(end, kNone);
    }
    if (at_[begin] == kNone || ranges_[at_[begin]].end != end) {
      cut(begin);
      cut(end);
    }
    for (std::uint32_t line = begin; line < end; line = ranges_[at_[line]].end) {
      if (at_[line] == kNone) {
        fill(line, end);
      }
      visit(ranges_[at_[line]].content);
    }
  }

  /// The same for a `visit` that leaves one content everywhere: it is one range afterwards.
  template <typename Visit>
  void visit_and_join(std::uint64_t address, std::uint64_t bytes, Visit&& visit) {
    this->visit(address, bytes, visit);
    const auto begin = static_cast<std::uint32_t>(address / kSramAlignment);
    const auto end = static_cast<std::uint32_t>(ceil_div(address + bytes, kSramAlignment));
    while (ranges_[at_[begin]].end != end) {
      const std::uint32_t line = ranges_[at_[begin]].end;
      const std::uint32_t joined = at_[line];
      ranges_[at_[begin]].end = ranges_[joined].end;
      at_[line] = kNone;
      free_.push_back(joined);
    }
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Range {
    std::uint32_t end = 0;  ///< one past its last line
    Content content{};
  };

  /// Makes a range that covers `line` and the line before it two of the same content.
  void cut(std::uint32_t line) {
    if (line == at_.size() || at_[line] != kNone) {
      return;
    }
    std::uint32_t begin = line;
    while (begin > 0 && at_[begin] == kNone) {
      --begin;
    }
    if (at_[begin] == kNone || ranges_[at_[begin]].end <= line) {
      return;
    }
    Range& whole = ranges_[at_[begin]];
    const Range behind = whole;
    whole.end = line;
    add(line, behind);
  }

  /// A new range from `line` to the next one, or to `end`.
  void fill(std::uint32_t line, std::uint32_t end) {
    const auto next = std::find_if(at_.begin() + line, at_.begin() + end,
                                   [](std::uint32_t range) { return range != kNone; });
    add(line, {static_cast<std::uint32_t>(next - at_.begin()), {}});
  }

  void add(std::uint32_t line, const Range& range) {
    if (free_.empty()) {
      at_[line] = static_cast<std::uint32_t>(ranges_.size());
      ranges_.push_back(range);
    } else {
      at_[line] = free_.back();
      free_.pop_back();
      ranges_[at_[line]] = range;
    }
  }

  std::vector<std::uint32_t> at_;  ///< by line: the range that begins there
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> free_;  ///< of ranges_
};

}  // namespace tilewave
