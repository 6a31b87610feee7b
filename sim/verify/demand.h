// Which elements of a tensor an evaluation is asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compiler/program/tensor.h"

namespace tilewave {

/// Demand is kept by squares of elements that have nothing to do with anybody's tiles.
inline constexpr TileExtent kSquare{32, 32};

/// Which squares of a tensor are demanded.
class Demand {
 public:
  explicit Demand(const TileGrid& grid) : grid_(grid), tiles_(grid.tiles(), 0) {}

  const TileGrid& grid() const { return grid_; }
  bool has(std::uint32_t row, std::uint32_t col) const {
    return tiles_[grid_.index(row, col)] != 0;
  }
  void add(std::uint32_t row, std::uint32_t col) { tiles_[grid_.index(row, col)] = 1; }
  /// The squares that the part of `block` in the tensor touches.
  void add_elements(const ElementRange& block) {
    const auto end = [](std::uint64_t elements, std::uint64_t edge, std::uint32_t squares) {
      return static_cast<std::uint32_t>(std::min<std::uint64_t>(ceil_div(elements, edge), squares));
    };
    for (auto row = static_cast<std::uint32_t>(block.row / kSquare.rows);
         row < end(block.row_end, kSquare.rows, grid_.rows); ++row) {
      for (auto col = static_cast<std::uint32_t>(block.col / kSquare.cols);
           col < end(block.col_end, kSquare.cols, grid_.cols); ++col) {
        add(row, col);
      }
    }
  }
  void add_row(std::uint32_t row) {
    std::fill_n(tiles_.begin() + static_cast<std::ptrdiff_t>(grid_.index(row, 0)), grid_.cols, 1);
  }
  void add_col(std::uint32_t col) {
    for (std::uint32_t row = 0; row < grid_.rows; ++row) {
      add(row, col);
    }
  }

  /// Calls `visit(row, col, end)` for each run of neighbouring demanded tiles of a row.
  template <typename Visit>
  void for_each_run(Visit&& visit) const {
    for (std::uint32_t row = 0; row < grid_.rows; ++row) {
      for (std::uint32_t col = 0; col < grid_.cols; ++col) {
        const std::uint32_t start = col;
        while (col < grid_.cols && has(row, col)) {
          ++col;
        }
        if (col > start) {
          visit(row, start, col);
        }
      }
    }
  }

 private:
  TileGrid grid_;
  std::vector<char> tiles_;
};

}  // namespace tilewave
