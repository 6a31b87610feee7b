// Finds the edges at which tensors with windows are cut.
#include "compiler/program/tile_cells.h"

#include "compiler/program/opcodes.h"

namespace tilewave {
namespace {

void keep_once(std::vector<std::uint64_t>& edges) {
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
}

}  // namespace

TileCells::TileCells(const Program& program)
    : program_(program), tensors_(program.tensors.size() + 1) {
  for (const Window& window : program.windows) {
    const Shape& shape = program.tensors[window.tensor].shape;
    tensors_[window.tensor].rows = {0, shape.rows};
    tensors_[window.tensor].cols = {0, shape.cols};
  }
  if (!program.windows.empty()) {
    for (const Op& op : program.ops) {
      TensorCells& cells = tensors_[program.tensor_of(op.region)];
      if (moves_tile(op) && !cells.rows.empty()) {
        const ElementRange range = program.elements_at(op);
        cells.rows.insert(cells.rows.end(), {range.row, range.row_end});
        cells.cols.insert(cells.cols.end(), {range.col, range.col_end});
      }
    }
  }
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    TensorCells& cells = tensors_[i];
    cells.grid = program.tensors[i].grid();
    std::uint64_t count = cells.grid.tiles();
    if (!cells.rows.empty()) {
      keep_once(cells.rows);
      keep_once(cells.cols);
      count = (cells.rows.size() - 1) * (cells.cols.size() - 1);
    }
    tensors_[i + 1].first = cells.first + count;
  }
}

ElementRange TileCells::elements(std::uint32_t tensor, CellId cell) const {
  const TensorCells& cells = tensors_[tensor];
  const std::uint64_t index = cell - cells.first;
  if (!cells.rows.empty()) {
    const std::uint64_t row = index / (cells.cols.size() - 1);
    const std::uint64_t col = index % (cells.cols.size() - 1);
    return {cells.rows[row], cells.rows[row + 1], cells.cols[col], cells.cols[col + 1]};
  }
  return program_.elements_at({.region = tensor,
                               .row = static_cast<std::uint32_t>(index / cells.grid.cols),
                               .col = static_cast<std::uint32_t>(index % cells.grid.cols)});
}

}  // namespace tilewave
