// Which tile lies where in SRAM, as the verifier walks through a program. Tiles begin at multiples
// of 64 bytes and never overlap. One bit per 64 bytes says where one begins, so that the neighbours
// of a tile are found a word at a time, whatever their sizes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/program/tensor.h"

namespace tilewave {

/// A whole tile in SRAM and what has become of it.
struct SramTile {
  std::uint32_t writer = 0;  ///< index of the op that wrote it last
  TileExtent extent;
  std::uint32_t first_step = 0;  ///< of a sum: its steps are these,
  std::uint32_t last_step = 0;   ///< but for those that came out of order
  bool computed = false;         ///< by matmul or vector; else loaded
  bool used = false;             ///< stored or read as an operand since `writer`
  bool stored = false;           ///< stored at least once

  /// A value somebody computed and nobody has seen yet.
  bool live() const { return computed && !used; }
};

class SramTiles {
 public:
  explicit SramTiles(std::uint64_t sram_bytes) : begins_(sram_bytes / kWordBytes + 1) {}

  /// The tile that begins exactly at `start`, a multiple of 64, or null.
  SramTile* find(std::uint32_t start) {
    const std::size_t line = start / kSramAlignment;
    return begins_at(line) ? &tiles_[line] : nullptr;
  }

  /// Calls `visit(tile)` for every tile that shares a byte with `tile` at `start`, and puts that in
  /// their place.
  template <typename Visit>
  void replace(std::uint32_t start, const SramTile& tile, Visit&& visit) {
    const std::size_t line = start / kSramAlignment;
    if (line >= tiles_.size()) {
      tiles_.resize(line + 1);
    }
    if (begins_at(line) && tiles_[line].extent == tile.extent) {  // then it overlaps no other
      visit(tiles_[line]);
    } else {
      remove_overlapping(line, lines(tile), visit);
      begins_[line / kBits] |= bit(line);
    }
    tiles_[line] = tile;
  }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t word = 0; word < begins_.size(); ++word) {
      for (std::uint64_t bits = begins_[word]; bits != 0; bits &= bits - 1) {
        visit(tiles_[word * kBits + static_cast<std::size_t>(std::countr_zero(bits))]);
      }
    }
  }

 private:
  static constexpr std::size_t kBits = 64;
  static constexpr std::size_t kWordBytes = kBits * kSramAlignment;

  static std::uint64_t bit(std::size_t line) { return std::uint64_t{1} << (line % kBits); }
  static std::size_t lines(const SramTile& tile) {
    return ceil_div(tile.extent.bytes(), kSramAlignment);
  }
  bool begins_at(std::size_t line) const { return (begins_[line / kBits] & bit(line)) != 0; }

  template <typename Visit>
  void remove_overlapping(std::size_t line, std::size_t count, Visit&& visit) {
    const std::size_t before = last_before(line);
    if (before < line && before + lines(tiles_[before]) > line) {
      remove(before, visit);
    }
    const std::size_t end = line + count;
    for (std::size_t word = line / kBits; word < begins_.size() && word * kBits < end; ++word) {
      std::uint64_t bits = begins_[word];
      for (; bits != 0; bits &= bits - 1) {
        const std::size_t at = word * kBits + static_cast<std::size_t>(std::countr_zero(bits));
        if (at >= line && at < end) {
          remove(at, visit);
        }
      }
    }
  }

  template <typename Visit>
  void remove(std::size_t line, Visit&& visit) {
    visit(tiles_[line]);
    begins_[line / kBits] &= ~bit(line);
  }

  /// The last line before `line` in which a tile begins that could reach it; `line` if none does.
  std::size_t last_before(std::size_t line) const {
    constexpr std::size_t kMostWords =
        kMaxTileEdge * kMaxTileEdge * kMaxElementBytes / kWordBytes + 1;
    const std::size_t word = line / kBits;
    std::uint64_t bits = begins_[word] & (bit(line) - 1);
    for (std::size_t back = 0; back <= kMostWords; ++back) {
      if (bits != 0) {
        return (word - back) * kBits + kBits - 1 - static_cast<std::size_t>(std::countl_zero(bits));
      }
      if (back == word) {
        break;
      }
      bits = begins_[word - back - 1];
    }
    return line;
  }

  std::vector<std::uint64_t> begins_;  ///< a bit per line of 64 bytes
  std::vector<SramTile> tiles_;        ///< per line, where one begins; as many as were ever needed
};

}  // namespace tilewave
