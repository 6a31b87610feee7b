#include "compiler/residency.h"

namespace tilewave {

void Residency::insert(TileId tile, std::uint32_t address, std::uint64_t next_use) {
  Entry& entry = resident_[tile];
  entry = {true, address, next_rank(next_use), next_use, 0};
  order_.emplace(entry.rank, tile);
}

void Residency::use(TileId tile, std::uint64_t now, std::uint64_t next_use) {
  Entry& entry = resident_[tile];
  auto node = order_.extract({entry.rank, tile});
  entry.rank = next_rank(next_use);
  entry.next_use = next_use;
  entry.last_use = now;
  node.value() = {entry.rank, tile};
  order_.insert(std::move(node));
}

void Residency::erase(TileId tile) {
  order_.erase({resident_[tile].rank, tile});
  resident_[tile].present = false;
}

std::optional<TileId> Residency::victim(std::uint64_t until, std::uint64_t used_before) const {
  for (const auto& [rank, tile] : order_) {
    const Entry& entry = resident_[tile];
    if (entry.next_use > until) {
      if (entry.last_use < used_before) {
        return tile;
      }
    } else if (policy_ == Eviction::kBelady) {
      break;  // all that follow are used earlier still
    }
  }
  return std::nullopt;
}

}  // namespace tilewave
