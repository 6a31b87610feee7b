// What is derived from the tables of a program.
#include "compiler/program/program.h"

#include <algorithm>

#include "compiler/program/opcodes.h"

namespace tilewave {

std::uint64_t Program::dram_bytes() const {
  std::uint64_t end = 0;
  for (const ProgramTensor& tensor : tensors) {
    end = std::max(end, tensor.dram_base + tensor.bytes());
  }
  return end;
}

std::vector<bool> moved_tensors(const Program& program) {
  std::vector<bool> moved(program.tensors.size());
  for (const Op& op : program.ops) {
    if (moves_tile(op) && op.region < program.regions()) {
      const std::uint32_t tensor = program.tensor_of(op.region);
      if (tensor < moved.size()) {
        moved[tensor] = true;
      }
    }
  }
  return moved;
}

ElementRange Program::elements_at(const Op& op) const {
  const bool whole = !is_window(op.region);
  const ElementRange outer =
      whole ? ElementRange{0, tensors[op.region].shape.rows, 0, tensors[op.region].shape.cols}
            : window(op.region).elements();
  const TileExtent& extent = whole ? tensors[op.region].tile : window(op.region).tile;
  const std::uint64_t row = outer.row + std::uint64_t{op.row} * extent.rows;
  const std::uint64_t col = outer.col + std::uint64_t{op.col} * extent.cols;
  return {row, std::min(row + extent.rows, outer.row_end), col,
          std::min(col + extent.cols, outer.col_end)};
}

}  // namespace tilewave
