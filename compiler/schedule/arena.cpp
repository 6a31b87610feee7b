// Free blocks in order of address; first fit and next fit over them.
#include "compiler/schedule/arena.h"

#include <algorithm>
#include <cstdio>

#include "compiler/base/error.h"
#include "compiler/program/tensor.h"

namespace tilewave {

Arena::Arena(std::uint64_t size_bytes, Placement placement)
    : size_bytes_(size_bytes), placement_(placement) {
  if (size_bytes > 0) {
    free_.emplace(0, size_bytes);
  }
}

std::optional<std::uint64_t> Arena::allocate(std::uint64_t bytes) {
  const std::uint64_t rounded = ceil_div(bytes, kSramAlignment) * kSramAlignment;
  const auto first_fit = [&](Blocks::iterator begin, Blocks::iterator end) {
    return std::find_if(begin, end, [&](const auto& block) { return block.second >= rounded; });
  };
  if (placement_ == Placement::kNextFit) {
    // The hole that holds `next_` may have room behind it.
    auto behind = free_.upper_bound(next_);
    if (behind != free_.begin()) {
      const auto around = std::prev(behind);
      if (around->first + around->second >= next_ + rounded) {
        return take(around, next_, rounded);
      }
    }
    if (const auto hole = first_fit(behind, free_.end()); hole != free_.end()) {
      return take(hole, hole->first, rounded);
    }
  }
  const auto hole = first_fit(free_.begin(), free_.end());
  if (hole == free_.end()) {
    return std::nullopt;
  }
  return take(hole, hole->first, rounded);
}

std::optional<std::uint64_t> Arena::allocate_high(std::uint64_t bytes) {
  const std::uint64_t rounded = ceil_div(bytes, kSramAlignment) * kSramAlignment;
  for (auto hole = free_.end(); hole != free_.begin();) {
    --hole;
    const std::uint64_t end = (hole->first + hole->second) / kSramAlignment * kSramAlignment;
    if (end >= hole->first + rounded) {
      return take(hole, end - rounded, rounded);
    }
  }
  return std::nullopt;
}

/// Cuts [address, address + bytes) out of a hole.
std::uint64_t Arena::take(Blocks::iterator hole, std::uint64_t address, std::uint64_t bytes) {
  const std::uint64_t hole_begin = hole->first;
  const std::uint64_t hole_end = hole_begin + hole->second;
  auto next = free_.erase(hole);
  if (address + bytes < hole_end) {
    next = free_.emplace_hint(next, address + bytes, hole_end - address - bytes);
  }
  if (hole_begin < address) {
    free_.emplace_hint(next, hole_begin, address - hole_begin);
  }
  const std::size_t line = address / kSramAlignment;
  if (line >= live_.size()) {
    live_.resize(line + 1);
  }
  live_[line] = static_cast<std::uint32_t>(bytes / kSramAlignment);
  live_bytes_ += bytes;
  peak_bytes_ = std::max(peak_bytes_, live_bytes_);
  next_ = address + bytes;
  return address;
}

void Arena::release(std::uint64_t address) {
  const std::size_t line = address / kSramAlignment;
  if (address % kSramAlignment != 0 || line >= live_.size() || live_[line] == 0) {
    throw InternalError("arena: release of address " + std::to_string(address) +
                        ", which is not allocated");
  }
  std::uint64_t bytes = live_[line] * kSramAlignment;
  live_bytes_ -= bytes;
  live_[line] = 0;

  auto next = free_.lower_bound(address);
  if (next != free_.end() && address + bytes == next->first) {
    bytes += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    const auto previous = std::prev(next);
    if (previous->first + previous->second == address) {
      previous->second += bytes;
      return;
    }
  }
  free_.emplace_hint(next, address, bytes);
}

std::string Arena::describe(std::size_t most) const {
  const auto list = [most](const Blocks& blocks) {
    std::string text;
    std::size_t shown = 0;
    for (const auto& [address, bytes] : blocks) {
      if (shown++ == most) {
        text += " and " + std::to_string(blocks.size() - most) + " more";
        break;
      }
      char buffer[64];
      std::snprintf(buffer, sizeof buffer, " 0x%llx+%llu", static_cast<unsigned long long>(address),
                    static_cast<unsigned long long>(bytes));
      text += buffer;
    }
    return text.empty() ? std::string(" none") : text;
  };
  Blocks live;
  for (std::size_t line = 0; line < live_.size(); ++line) {
    if (live_[line] != 0) {
      live.emplace(line * kSramAlignment, live_[line] * kSramAlignment);
    }
  }
  return "live:" + list(live) + "; free:" + list(free_);
}

}  // namespace tilewave
