// Shapes, roles and tile grids: the vocabulary that graph, schedule and program share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/program/element_type.h"

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
  Shape transposed() const { return {cols, rows}; }
  bool operator==(const Shape&) const = default;
};

std::string to_string(const Shape& shape);  ///< "128x64"

/// A rectangle of a tensor's elements, up to the ends and without them.
struct ElementRange {
  std::uint64_t row = 0;
  std::uint64_t row_end = 0;
  std::uint64_t col = 0;
  std::uint64_t col_end = 0;

  std::uint64_t rows() const { return row_end - row; }
  std::uint64_t cols() const { return col_end - col; }
  std::uint64_t elements() const { return rows() * cols(); }
  bool overlaps(const ElementRange& other) const {
    return row < other.row_end && other.row < row_end && col < other.col_end && other.col < col_end;
  }
  auto operator<=>(const ElementRange&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// "64:128", from the first to before the end.
std::string range_text(std::uint64_t first, std::uint64_t end);
/// "0:128 64:96": rows and columns, up to the ends and without them.
std::string to_string(const ElementRange& range);

/// "128x64x32" → {128, 64, 32}, each in 1..kMaxDimension. Throws InputError naming the bad part.
std::vector<std::uint64_t> parse_dimensions(std::string_view text);

enum class TensorRole : std::uint8_t { kInput, kParameter, kIntermediate, kOutput };

const char* to_string(TensorRole role);  ///< "input", "param", "intermediate", "output"

inline constexpr std::uint64_t kSramAlignment = 64;

/// Size of one tile in elements, row-major, and what they are. A tensor has tiles of one size.
struct TileExtent {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  ElementType type = ElementType::kF32;

  std::uint64_t elements() const { return std::uint64_t{rows} * cols; }
  std::uint64_t bytes() const { return elements() * element_bytes(type); }
  /// The same of other elements.
  TileExtent of(ElementType other) const { return {rows, cols, other}; }
  TileExtent transposed() const { return {cols, rows, type}; }
  bool operator==(const TileExtent&) const = default;
};

std::string to_string(const TileExtent& tile);  ///< "32x64", "32x64 i8" if not of f32

/// The tile step of the target: C(m×n) += A(m×k)·B(k×n). In elements.
struct TileShape {
  std::uint32_t m = 32;
  std::uint32_t n = 32;
  std::uint32_t k = 32;

  TileExtent left() const { return {m, k}; }
  TileExtent right() const { return {k, n}; }
  TileExtent result() const { return {m, n}; }  ///< of a map too, and its whole operands
  TileExtent row() const { return {1, n}; }     ///< of a bias
  TileExtent column() const { return {m, 1}; }  ///< of what is broadcast along rows
  static TileExtent value() { return {1, 1}; }  ///< of what is broadcast to all
  bool operator==(const TileShape&) const = default;
};

/// What m, n and k may be.
inline constexpr std::uint32_t kMaxTileEdge = 256;

constexpr std::uint64_t ceil_div(std::uint64_t numerator, std::uint64_t denominator) {
  return numerator / denominator + (numerator % denominator != 0 ? 1 : 0);
}

/// How a tensor is cut: `rows` × `cols` tiles.
struct TileGrid {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;

  std::uint64_t tiles() const { return std::uint64_t{rows} * cols; }
  std::uint64_t index(std::uint32_t row, std::uint32_t col) const {
    return std::uint64_t{row} * cols + col;
  }
};

inline TileGrid tile_grid(const Shape& shape, const TileExtent& tile) {
  return {static_cast<std::uint32_t>(ceil_div(shape.rows, tile.rows)),
          static_cast<std::uint32_t>(ceil_div(shape.cols, tile.cols))};
}

/// What is there of tile (row, col), which exists, of a tensor of which so much is stored.
inline TileExtent tile_part(const Shape& stored, const TileExtent& tile, std::uint32_t row,
                            std::uint32_t col) {
  const std::uint64_t rows = stored.rows - std::uint64_t{row} * tile.rows;
  const std::uint64_t cols = stored.cols - std::uint64_t{col} * tile.cols;
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(tile.rows, rows)),
          static_cast<std::uint32_t>(std::min<std::uint64_t>(tile.cols, cols)), tile.type};
}

inline Shape padded_shape(const Shape& shape, const TileExtent& tile) {
  const TileGrid grid = tile_grid(shape, tile);
  return {std::uint64_t{grid.rows} * tile.rows, std::uint64_t{grid.cols} * tile.cols};
}

/// What the tiles at the border of a tensor hold: what is there of it, or zeros besides, up to the
/// size of a whole tile.
enum class TileEdges : std::uint8_t { kReal, kPadded };

/// What DRAM holds of a tensor with such tiles.
inline Shape stored_shape(const Shape& shape, const TileExtent& tile, TileEdges edges) {
  return edges == TileEdges::kPadded ? padded_shape(shape, tile) : shape;
}

/// How tensors are cut.
struct Tiling : TileShape {
  Tiling() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Tiling(const TileShape& shape, TileEdges the_edges = TileEdges::kReal)
      : TileShape(shape), edges(the_edges) {}
  Tiling(std::uint32_t the_m, std::uint32_t the_n, std::uint32_t the_k)
      : TileShape{the_m, the_n, the_k} {}

  TileEdges edges = TileEdges::kReal;

  bool operator==(const Tiling&) const = default;
};

}  // namespace tilewave
