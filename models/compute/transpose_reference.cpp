// Tiles transposed in plain C++: what the faster ones are compared with.
#include <algorithm>
#include <cstring>

#include "models/compute/typed_kernels.h"

namespace tilewave::kernels::reference {
namespace {

/// In blocks whose lines of either tile stay in the first cache until each is used up.
template <std::size_t Bytes>
void transpose_elements(std::byte* dst, const std::byte* src, const TileExtent& tile) {
  constexpr std::size_t kBlock = 16;
  const std::size_t rows = tile.rows;
  const std::size_t cols = tile.cols;
  for (std::size_t first_row = 0; first_row < rows; first_row += kBlock) {
    const std::size_t end_row = std::min(first_row + kBlock, rows);
    for (std::size_t first_col = 0; first_col < cols; first_col += kBlock) {
      const std::size_t end_col = std::min(first_col + kBlock, cols);
      for (std::size_t col = first_col; col < end_col; ++col) {
        for (std::size_t row = first_row; row < end_row; ++row) {
          std::memcpy(dst + (col * rows + row) * Bytes, src + (row * cols + col) * Bytes, Bytes);
        }
      }
    }
  }
}

}  // namespace

void transpose(void* dst, const void* src, const TileExtent& tile) {
  auto* to = static_cast<std::byte*>(dst);
  const auto* from = static_cast<const std::byte*>(src);
  switch (tile.type) {
    case ElementType::kF32:
    case ElementType::kI32: return transpose_elements<4>(to, from, tile);
    case ElementType::kBf16:
    case ElementType::kF16: return transpose_elements<2>(to, from, tile);
    case ElementType::kI8:
    case ElementType::kU8: return transpose_elements<1>(to, from, tile);
  }
}

}  // namespace tilewave::kernels::reference
