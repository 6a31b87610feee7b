// Who touches the same elements of DRAM: tensors cut into cells, so that every tile that an op moves is a whole
// number of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "compiler/program/program.h"

namespace tilewave {

/// Of a cell among those of all tensors.
using CellId = std::uint64_t;

/// The cells of a tensor without windows are its tiles; those of one with windows are what the edges of
/// all tiles make that are moved by the program's ops.
class TileCells {
 public:
  /// The program outlives them. Expects that the ops name tiles that exist.
  explicit TileCells(const Program& program);

  CellId count() const { return tensors_.back().first; }
  /// A tensor's cells are [first(tensor), first(tensor + 1)).
  CellId first(std::size_t tensor) const { return tensors_[tensor].first; }
  ElementRange elements(std::uint32_t tensor, CellId cell) const;

  /// Calls `visit(cell)` for those of a tile that is moved.
  template <typename Visit>
  void visit(const Op& op, Visit&& visit) const {
    const std::uint32_t tensor = program_.tensor_of(op.region);
    const TensorCells& cells = tensors_[tensor];
    if (cells.rows.empty()) {
      visit(cells.first + cells.grid.index(op.row, op.col));
    } else {
      visit_within(cells, program_.elements_at(op), visit);
    }
  }
  /// For those that share elements with a tile of the tensor as it is stored, moved or not.
  template <typename Visit>
  void visit_stored(std::uint32_t tensor, std::uint32_t row, std::uint32_t col,
                    Visit&& visit) const {
    const TensorCells& cells = tensors_[tensor];
    if (cells.rows.empty()) {
      visit(cells.first + cells.grid.index(row, col));
    } else {
      visit_within(cells, program_.elements_at({.region = tensor, .row = row, .col = col}), visit);
    }
  }

 private:
  struct TensorCells {
    CellId first = 0;
    TileGrid grid;                    ///< where cells are tiles; else, by axis:
    std::vector<std::uint64_t> rows;  ///< the edges, from 0 to the end of the tensor
    std::vector<std::uint64_t> cols;
  };

  template <typename Visit>
  static void visit_within(const TensorCells& cells, const ElementRange& range, Visit& visit) {
    for (std::size_t row = cell_of(cells.rows, range.row); cells.rows[row] < range.row_end; ++row) {
      for (std::size_t col = cell_of(cells.cols, range.col); cells.cols[col] < range.col_end;
           ++col) {
        visit(cells.first + row * (cells.cols.size() - 1) + col);
      }
    }
  }
  /// The one that `at` is in, by its first edge.
  static std::size_t cell_of(const std::vector<std::uint64_t>& edges, std::uint64_t at) {
    return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), at) -
                                    edges.begin() - 1);
  }

  const Program& program_;
  std::vector<TensorCells> tensors_;  // and one behind the last
};

/// What is known of each cell: an array, unless most cells are touched by no op.
template <typename Entry>
class CellMap {
 public:
  CellMap(CellId cells, std::size_t ops) : dense_(cells <= kCellsPerOp * ops ? cells : 0) {}

  Entry& operator[](CellId cell) { return dense_.empty() ? sparse_[cell] : dense_[cell]; }
  /// Null: nobody has asked for it with [], or it is as it was at first.
  const Entry* find(CellId cell) const {
    if (!dense_.empty()) {
      return &dense_[cell];
    }
    const auto found = sparse_.find(cell);
    return found == sparse_.end() ? nullptr : &found->second;
  }

 private:
  static constexpr std::size_t kCellsPerOp = 16;

  std::vector<Entry> dense_;
  std::unordered_map<CellId, Entry> sparse_;
};

}  // namespace tilewave
