// Offsets of tiles in both layouts, and copies between them and row-major values.
#include "models/dram/image.h"

#include <algorithm>

#include "compiler/program/element_conversions.h"

namespace tilewave {

namespace {

/// Integers of 32 bits are carried as they are.
ElementType carried_type(ElementType type) {
  return type == ElementType::kI32 ? ElementType::kF32 : type;
}

}  // namespace

DramImage::DramImage(const Program& program, DramLayout layout)
    : program_(program), layout_(layout), memory_(program.dram_bytes()) {}

std::uint64_t DramImage::address(std::uint32_t tensor, std::uint64_t row, std::uint64_t col) const {
  const ProgramTensor& entry = program_.tensors[tensor];
  if (layout_ == DramLayout::kRowMajor) {
    return entry.dram_base + row * entry.row_bytes() + col * element_bytes(entry.type());
  }
  const auto tile_row = static_cast<std::uint32_t>(row / entry.tile.rows);
  const auto tile_col = static_cast<std::uint32_t>(col / entry.tile.cols);
  const std::uint64_t top = std::uint64_t{tile_row} * entry.tile.rows;
  const std::uint64_t left = std::uint64_t{tile_col} * entry.tile.cols;
  const TileExtent part = entry.tile_at(tile_row, tile_col);
  const std::uint64_t before = top * entry.stored.cols + part.rows * left;
  return entry.dram_base +
         (before + (row - top) * part.cols + col - left) * element_bytes(entry.type());
}

std::uint64_t DramImage::contiguous(std::uint32_t tensor, std::uint64_t col) const {
  const std::uint64_t left = program_.tensors[tensor].shape.cols - col;
  const std::uint64_t cols = program_.tensors[tensor].tile.cols;
  return layout_ == DramLayout::kRowMajor ? left : std::min(left, cols - col % cols);
}

void DramImage::write(std::uint32_t tensor, std::span<const float> values) {
  const Shape& shape = program_.tensors[tensor].shape;
  write(tensor, values, {0, shape.rows, 0, shape.cols});
}

void DramImage::write(std::uint32_t tensor, std::span<const float> values,
                      const ElementRange& range) {
  const std::uint64_t cols = program_.tensors[tensor].shape.cols;
  const ElementType type = carried_type(program_.tensors[tensor].type());
  for (std::uint64_t row = range.row; row < range.row_end; ++row) {
    for (std::uint64_t col = range.col; col < range.col_end;) {
      const std::uint64_t count = std::min(contiguous(tensor, col), range.col_end - col);
      narrow_elements(memory_.data() + address(tensor, row, col), &values[row * cols + col], type,
                      count);
      col += count;
    }
  }
}

void DramImage::read(std::uint32_t tensor, std::uint64_t row, std::uint64_t col,
                     std::span<float> values) const {
  while (!values.empty()) {
    const std::uint64_t count = std::min<std::uint64_t>(contiguous(tensor, col), values.size());
    widen_elements(values.data(), memory_.data() + address(tensor, row, col),
                   carried_type(program_.tensors[tensor].type()), count);
    values = values.subspan(count);
    col += count;
  }
}

void DramImage::read(std::uint32_t tensor, std::span<float> values) const {
  const Shape& shape = program_.tensors[tensor].shape;
  for (std::uint64_t row = 0; row < shape.rows; ++row) {
    read(tensor, row, 0, values.subspan(row * shape.cols, shape.cols));
  }
}

std::vector<float> DramImage::read(std::uint32_t tensor) const {
  std::vector<float> values(program_.tensors[tensor].shape.elements());
  read(tensor, values);
  return values;
}

}  // namespace tilewave
