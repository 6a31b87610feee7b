// A factor that lies in SRAM with rows and columns exchanged, as kernels read it: row by row.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "models/compute/kernel.h"

namespace tilewave {

/// Room for one tile. It grows to the largest that it has held, and is for one thread.
class TransposedTile {
 public:
  /// The tile at `from`, whose rows and columns there are those of `tile`, with both exchanged: at least until
  /// the next call.
  const void* of(const Kernel& kernel, const void* from, const TileExtent& tile) {
    const std::size_t lines = ceil_div(tile.bytes(), sizeof(Line));
    if (room_.size() < lines) {
      room_.resize(lines);
    }
    kernel.transpose(room_.data(), from, tile);
    return room_.data();
  }

 private:
  struct alignas(64) Line {
    std::array<std::byte, 64> bytes;
  };

  std::vector<Line> room_;
};

}  // namespace tilewave
