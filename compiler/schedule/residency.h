// Which tiles sit in SRAM, where, and which one to give up next. Knows no uOps and no arena.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/program/tile_index.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {

/// Position of a use in the uOp list; kNoUse if there is none.
inline constexpr std::uint64_t kNoUse = ~std::uint64_t{0};

/// The resident tiles in the order in which a policy gives them up: least recently used first
/// (LRU), or farthest next use first (Belady's optimal replacement; L. A. Belady, "A study of
/// replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966).
class Residency {
 public:
  Residency(Eviction policy, std::uint64_t tile_count) : policy_(policy), resident_(tile_count) {}

  bool contains(TileId tile) const { return resident_[tile].present; }
  std::uint32_t address(TileId tile) const { return resident_[tile].address; }

  /// A tile enters at `address`, to be used at position `next_use` first.
  void insert(TileId tile, std::uint32_t address, std::uint64_t next_use);
  /// A use at position `now`; `next_use` is when it will be used again.
  void use(TileId tile, std::uint64_t now, std::uint64_t next_use);
  void erase(TileId tile);
  /// The tile to evict: the first in the policy's order that is not used before or at `until` and
  /// was last used before `used_before`. Nothing if there is none.
  std::optional<TileId> victim(std::uint64_t until, std::uint64_t used_before);

 private:
  struct Entry {
    bool present = false;
    std::uint32_t address = 0;
    std::uint64_t rank = 0;
    std::uint64_t next_use = 0;
    std::uint64_t last_use = 0;
  };

  /// Ranks rise with the time of use (LRU) or fall with the distance of the next one (Belady); ties
  /// cannot occur under LRU and fall to the lower tile id under Belady.
  std::uint64_t next_rank(std::uint64_t next_use) {
    return policy_ == Eviction::kLru ? ++clock_ : ~next_use;
  }

  using Ranked = std::pair<std::uint64_t, TileId>;  // lowest is given up first

  bool is_current(const Ranked& ranked) const {
    const Entry& entry = resident_[ranked.second];
    return entry.present && entry.rank == ranked.first;
  }
  void rank(TileId tile, std::uint64_t next_use);
  void push(const Ranked& ranked);
  void pop();

  Eviction policy_;
  std::vector<Entry> resident_;
  std::vector<Ranked> heap_;     // lowest on top; also ranks that tiles had before
  std::size_t present_ = 0;      // tiles
  std::vector<Ranked> skipped_;  // by victim(); a member only to be allocated once
  std::uint64_t clock_ = 0;
};

}  // namespace tilewave
