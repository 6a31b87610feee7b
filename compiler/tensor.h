// Shapes, roles and tile grids: the vocabulary that graph, schedule and program share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// Bounds on one extent and on a tensor's size. Under them the bytes of every padded tensor, the
/// sum over all tensors of a program and the multiply-adds of any matmul fit 64 bits.
inline constexpr std::uint64_t kMaxDimension = (1ULL << 31) - 1;
inline constexpr std::uint64_t kMaxElements = 1ULL << 40;

/// Extent of a rank-2 fp32 tensor in elements, row-major.
struct Shape {
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;

  std::uint64_t elements() const { return rows * cols; }
  bool operator==(const Shape&) const = default;
};

std::string to_string(const Shape& shape);  ///< "128x64"

/// "128x64x32" → {128, 64, 32}, each in 1..kMaxDimension. Throws InputError naming the bad part.
std::vector<std::uint64_t> parse_dimensions(std::string_view text);

enum class TensorRole : std::uint8_t { kInput, kParameter, kIntermediate, kOutput };

const char* to_string(TensorRole role);  ///< "input", "param", "intermediate", "output"

inline constexpr std::uint64_t kElementBytes = 4;  // fp32
inline constexpr std::uint64_t kSramAlignment = 64;

/// The tile step of the target: C(m×n) += A(m×k)·B(k×n). In elements.
struct TileShape {
  std::uint32_t m = 32;
  std::uint32_t n = 32;
  std::uint32_t k = 32;

  /// Format version 1 knows square tiles only, so that one tensor has one tile grid.
  std::uint32_t edge() const { return m; }
  std::uint64_t tile_elements() const { return std::uint64_t{m} * n; }
  std::uint64_t tile_bytes() const { return tile_elements() * kElementBytes; }
  bool operator==(const TileShape&) const = default;
};

constexpr std::uint64_t ceil_div(std::uint64_t numerator, std::uint64_t denominator) {
  return numerator / denominator + (numerator % denominator != 0 ? 1 : 0);
}

/// How a tensor is cut: `rows` × `cols` tiles, the last ones padded with zeros.
struct TileGrid {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;

  std::uint64_t tiles() const { return std::uint64_t{rows} * cols; }
  std::uint64_t index(std::uint32_t row, std::uint32_t col) const {
    return std::uint64_t{row} * cols + col;
  }
};

inline TileGrid tile_grid(const Shape& shape, const TileShape& tile) {
  return {static_cast<std::uint32_t>(ceil_div(shape.rows, tile.edge())),
          static_cast<std::uint32_t>(ceil_div(shape.cols, tile.edge()))};
}

inline Shape padded_shape(const Shape& shape, const TileShape& tile) {
  const TileGrid grid = tile_grid(shape, tile);
  return {std::uint64_t{grid.rows} * tile.edge(), std::uint64_t{grid.cols} * tile.edge()};
}

}  // namespace tilewave
