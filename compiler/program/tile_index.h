// Dense numbers for the tiles of all tensors of a graph or a program, so that what is known of a
// tile is an array entry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/program/tensor.h"

namespace tilewave {

/// Of a tile among those of all tensors.
using TileId = std::uint64_t;

/// Of an Op of a whole tensor, a Uop, or whatever else names a tensor.
template <typename Named>
std::uint32_t tensor_named_by(const Named& named) {
  if constexpr (requires { named.region; }) {
    return named.region;
  } else {
    return named.tensor;
  }
}

/// Tensor after tensor, each row by row.
class TileIndex {
 public:
  struct Place {
    std::uint32_t tensor = 0;
    std::uint32_t row = 0;
    std::uint32_t col = 0;
  };

  /// `tensors` have a `shape` each, and tiles of the size that `tiles` has in the same place.
  template <typename Tensors>
  TileIndex(const Tensors& tensors, const std::vector<TileExtent>& tiles) {
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      add(tile_grid(tensors[i].shape, tiles[i]));
    }
  }
  explicit TileIndex(const std::vector<TileGrid>& grids) {
    for (const TileGrid& grid : grids) {
      add(grid);
    }
  }

  TileId count() const { return first_.back(); }
  /// A tensor's tiles are [first(tensor), first(tensor + 1)).
  TileId first(std::size_t tensor) const { return first_[tensor]; }
  const TileGrid& grid(std::size_t tensor) const { return grids_[tensor]; }

  /// Of an Op of a whole tensor, a Uop, or whatever else names a tensor, a row and a column.
  template <typename Named>
  TileId id(const Named& named) const {
    const std::uint32_t tensor = tensor_named_by(named);
    return first_[tensor] + grids_[tensor].index(named.row, named.col);
  }

  Place place(TileId id) const {
    const auto behind = std::upper_bound(first_.begin(), first_.end(), id);
    const auto tensor = static_cast<std::uint32_t>(behind - first_.begin() - 1);
    const auto index = static_cast<std::uint32_t>(id - first_[tensor]);
    return {tensor, index / grids_[tensor].cols, index % grids_[tensor].cols};
  }

 private:
  void add(const TileGrid& grid) {
    grids_.push_back(grid);
    first_.push_back(first_.back() + grid.tiles());
  }

  std::vector<TileGrid> grids_;
  std::vector<TileId> first_{0};  // and one past the last tile at the end
};

}  // namespace tilewave
