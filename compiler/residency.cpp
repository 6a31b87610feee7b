#include "compiler/residency.h"

#include <algorithm>

namespace tilewave {

void Residency::insert(TileId tile, std::uint32_t address) {
  Entry& entry = resident_[tile];
  entry = {true, address, 0};
  order_.emplace(entry.rank, tile);
}

void Residency::touch(TileId tile, std::uint64_t next_use) {
  Entry& entry = resident_[tile];
  auto node = order_.extract({entry.rank, tile});
  // Ranks rise with the time of use (LRU) or fall with the distance of the next one (Belady); ties
  // cannot occur under LRU and fall to the lower tile id under Belady.
  entry.rank = policy_ == Eviction::kLru ? ++clock_ : ~next_use;
  node.value() = {entry.rank, tile};
  order_.insert(std::move(node));
}

void Residency::erase(TileId tile) {
  order_.erase({resident_[tile].rank, tile});
  resident_[tile].present = false;
}

std::optional<TileId> Residency::victim(std::span<const TileId> pinned) const {
  for (const auto& [rank, tile] : order_) {
    if (std::find(pinned.begin(), pinned.end(), tile) == pinned.end()) {
      return tile;
    }
  }
  return std::nullopt;
}

}  // namespace tilewave
