// Which tile is given up first, by each policy.
#include "compiler/schedule/residency.h"

#include <algorithm>
#include <functional>

namespace tilewave {
namespace {

/// The heap may hold this many more ranks than two per resident tile.
constexpr std::size_t kSlack = 64;

}  // namespace

void Residency::insert(TileId tile, std::uint32_t address, std::uint64_t next_use) {
  resident_[tile] = {true, address, 0, 0, 0};
  ++present_;
  rank(tile, next_use);
}

void Residency::use(TileId tile, std::uint64_t now, std::uint64_t next_use) {
  resident_[tile].last_use = now;
  rank(tile, next_use);
}

void Residency::erase(TileId tile) {
  resident_[tile].present = false;
  --present_;
}

std::optional<TileId> Residency::victim(std::uint64_t until, std::uint64_t used_before) {
  std::optional<TileId> found;
  skipped_.clear();
  while (!heap_.empty()) {
    const Ranked first = heap_.front();
    if (is_current(first)) {
      const Entry& entry = resident_[first.second];
      if (entry.next_use > until && entry.last_use < used_before) {
        found = first.second;
        break;
      }
      if (entry.next_use <= until && policy_ == Eviction::kBelady) {
        break;  // all that follow are used earlier still
      }
      skipped_.push_back(first);
    }
    pop();
  }
  for (const Ranked& ranked : skipped_) {
    push(ranked);
  }
  return found;
}

void Residency::rank(TileId tile, std::uint64_t next_use) {
  Entry& entry = resident_[tile];
  entry.rank = next_rank(next_use);
  entry.next_use = next_use;
  if (heap_.size() > 2 * present_ + kSlack) {
    std::erase_if(heap_, [&](const Ranked& ranked) { return !is_current(ranked); });
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  push({entry.rank, tile});
}

void Residency::push(const Ranked& ranked) {
  heap_.push_back(ranked);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

void Residency::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  heap_.pop_back();
}

}  // namespace tilewave
