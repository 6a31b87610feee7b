// Which tile lies where in SRAM, as the verifier walks through a program. Tiles have one size and
// never overlap, so a slot per tile-sized stretch of SRAM finds every neighbour in constant time:
// at most one tile begins in each stretch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tilewave {

/// A whole tile in SRAM and what has become of it.
struct SramTile {
  std::uint32_t start = 0;   ///< first byte
  std::uint32_t writer = 0;  ///< index of the op that wrote it last
  bool present = false;
  bool computed = false;  ///< by matmul, add or relu; else loaded
  bool used = false;      ///< stored or read as an operand since `writer`
  bool stored = false;    ///< stored at least once

  /// A value somebody computed and nobody has seen yet.
  bool live() const { return present && computed && !used; }
};

class SramTiles {
 public:
  SramTiles(std::uint64_t sram_bytes, std::uint64_t tile_bytes)
      : tile_bytes_(static_cast<std::uint32_t>(tile_bytes)), slots_(sram_bytes / tile_bytes + 1) {}

  /// The tile that begins exactly at `start`, or null.
  SramTile* find(std::uint32_t start) {
    SramTile& slot = slots_[start / tile_bytes_];
    return slot.present && slot.start == start ? &slot : nullptr;
  }

  /// Calls `visit(tile)` for every tile that shares a byte with the one beginning at `start`.
  template <typename Visit>
  void visit_overlapping(std::uint32_t start, Visit&& visit) {
    const std::size_t middle = start / tile_bytes_;
    if (middle > 0 && slots_[middle - 1].present &&
        slots_[middle - 1].start + tile_bytes_ > start) {
      visit(slots_[middle - 1]);
    }
    if (slots_[middle].present) {  // both begin in one stretch: they overlap
      visit(slots_[middle]);
    }
    if (middle + 1 < slots_.size() && slots_[middle + 1].present &&
        start + tile_bytes_ > slots_[middle + 1].start) {
      visit(slots_[middle + 1]);
    }
  }

  /// Puts a tile where visit_overlapping() finds none any more.
  void place(const SramTile& tile) { slots_[tile.start / tile_bytes_] = tile; }

  const std::vector<SramTile>& slots() const { return slots_; }

 private:
  std::uint32_t tile_bytes_;
  std::vector<SramTile> slots_;
};

}  // namespace tilewave
