// The contract between compiler and machine: a tensor table and a flat list of tile ops with
// concrete addresses. Plain data; text and binary forms, verifier and hazards are separate files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/program/tensor.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

enum class Opcode : std::uint8_t { kLoad, kStore, kMatmul, kVector, kReduce };
inline constexpr std::size_t kOpcodeCount = 5;

/// Which half of a double buffer an op belongs to; a remark of the scheduler, without effect on
/// what the machine does.
enum class BufferTag : std::uint8_t { kNone, kPing, kPong };

/// One tile op. SRAM addresses are bytes; unused fields are zero. What each opcode does with which
/// field is said once, in compiler/program/opcodes.h:
///
///   load    dst ← region[row, col]
///   store   region[row, col] ← a
///   matmul  dst += a · b               m×n += m×k · k×n, step `step` of tile (row, col) of `region`;
///                                      of a_type and b_type, less a_zero and b_zero, the sum of
///                                      sum_type()
///           dst = a · b                clear: a new sum
///           dst = bias + a · b         clear and biased: the n values at c, for every row
///                                      a_transposed: what lies at a is k×m, b_transposed: at b n×k
///   vector  dst = kernel(a, b, c, d)   m×n, tile (row, col) of `region`; operands as the kernel
///                                      says
///   reduce  dst = dst ∘ fold           m×1, of m×k values of kernel(a, b, c, d), or 1×n, of k×n:
///                                      step `step` of tile (row, col) of `region`
///           dst = fold                 clear: of these alone
///
/// `relu` on a store or the last matmul of a sum: what is written goes through max(x, 0).
struct Op {
  Opcode opcode = Opcode::kLoad;
  bool clear = false;
  bool relu = false;
  BufferTag tag = BufferTag::kNone;
  bool biased = false;
  ElementType a_type = ElementType::kF32;
  std::uint16_t kernel = 0;  ///< vector and reduce: index into the table of kernels
  std::uint16_t m = 0;       ///< what is computed is m×n
  std::uint16_t n = 0;
  std::uint16_t k =
      0;  ///< matmul: products that the step adds to each sum; reduce: values likewise
  ElementType b_type = ElementType::kF32;
  bool a_transposed = false;  ///< matmul only: rows and columns are exchanged in SRAM
  bool b_transposed = false;
  std::int16_t a_zero = 0;  ///< of integers: what stands for zero
  std::int16_t b_zero = 0;
  std::uint32_t region = 0;  ///< a tensor, or a window: Program has the numbers
  std::uint32_t row = 0;     ///< tile coordinates
  std::uint32_t col = 0;
  std::uint32_t step = 0;  ///< matmul and reduce: which of those of the result, in whatever order
  std::uint32_t a = 0;     ///< first operand, or the source of a store
  std::uint32_t b = 0;     ///< second operand
  std::uint32_t c = 0;     ///< third operand: the bias of a matmul
  std::uint32_t d = 0;     ///< fourth operand
  std::uint32_t dst = 0;   ///< destination of a load, or of what is computed

  TileShape shape() const { return {m, n, k}; }
  void set_shape(const TileShape& shape) {
    m = static_cast<std::uint16_t>(shape.m);
    n = static_cast<std::uint16_t>(shape.n);
    k = static_cast<std::uint16_t>(shape.k);
  }
  bool operator==(const Op&) const = default;
};
static_assert(sizeof(Op) <= 64, "programs have millions");

/// Rows that are no whole number of tiles begin at multiples of so many bytes in DRAM: whole accesses.
inline constexpr std::uint64_t kDramRowAlignment = 64;

/// A tensor in DRAM: rows of `stored.cols` elements from `dram_base` on, or tiles one after the other if the
/// machine stores tensors tiled. What is stored but not of the tensor is padding, and zero.
struct ProgramTensor {
  std::string name;
  Shape shape;
  TileExtent tile;  ///< of the tensor's elements
  Shape stored;     ///< shape, or that rounded up to whole tiles
  TensorRole role = TensorRole::kIntermediate;
  std::uint64_t dram_base = 0;

  ElementType type() const { return tile.type; }
  /// From one row to the next where rows are stored. Those that end in a part of a tile, behind whole ones,
  /// are aligned, as leading dimensions usually are; others follow each other without a gap.
  std::uint64_t row_bytes() const {
    const std::uint64_t bytes = stored.cols * element_bytes(type());
    const bool ragged = stored.cols > tile.cols && stored.cols % tile.cols != 0;
    return ragged ? ceil_div(bytes, kDramRowAlignment) * kDramRowAlignment : bytes;
  }
  /// Of DRAM, that it takes at most, stored as rows or as tiles.
  std::uint64_t bytes() const { return stored.rows * row_bytes(); }
  /// What is there of a tile that exists.
  TileExtent tile_at(std::uint32_t row, std::uint32_t col) const {
    return tile_part(stored, tile, row, col);
  }
  TileGrid grid() const { return tile_grid(shape, tile); }
  bool operator==(const ProgramTensor&) const = default;
};

/// A part of a tensor, in tiles of its own: the columns of one head, the rows of one batch. Its tiles need not meet
/// those of the tensor, nor those of other windows.
struct Window {
  std::uint32_t tensor = 0;
  std::uint64_t top = 0;  ///< its first element in the tensor
  std::uint64_t left = 0;
  Shape shape;
  TileExtent tile;  ///< of the tensor's type

  /// What is there of a tile that exists.
  TileExtent tile_at(std::uint32_t row, std::uint32_t col) const {
    return tile_part(shape, tile, row, col);
  }
  TileGrid grid() const { return tile_grid(shape, tile); }
  ElementRange elements() const { return {top, top + shape.rows, left, left + shape.cols}; }
  bool operator==(const Window&) const = default;
};

/// What ops name are tiles of regions. A region's number is that of a tensor, cut as it is stored, or, from
/// `tensors.size()` on, that of a window.
struct Program {
  TileShape tile;                ///< the largest m, n and k of an op
  std::uint64_t sram_bytes = 0;  ///< SRAM the program needs: one past the highest byte it touches
  std::vector<ProgramTensor> tensors;
  std::vector<Window> windows;
  std::vector<VectorKernel> kernels;  ///< of the ops that have one
  std::vector<Op> ops;

  std::size_t regions() const { return tensors.size() + windows.size(); }
  bool is_window(std::uint32_t region) const { return region >= tensors.size(); }
  const Window& window(std::uint32_t region) const { return windows[region - tensors.size()]; }
  /// The tensor of a region, or of the region that an op names.
  std::uint32_t tensor_of(std::uint32_t region) const {
    return is_window(region) ? window(region).tensor : region;
  }
  const ProgramTensor& tensor(const Op& op) const { return tensors[tensor_of(op.region)]; }
  TileGrid grid(std::uint32_t region) const {
    return is_window(region) ? window(region).grid() : tensors[region].grid();
  }
  /// What the region is a part of, without padding.
  Shape shape(std::uint32_t region) const {
    return is_window(region) ? window(region).shape : tensors[region].shape;
  }
  /// What is there of the op's tile, padding included.
  TileExtent tile_at(const Op& op) const {
    return is_window(op.region) ? window(op.region).tile_at(op.row, op.col)
                                : tensors[op.region].tile_at(op.row, op.col);
  }
  /// The elements of its tensor that the op's tile is, without padding.
  ElementRange elements_at(const Op& op) const;
  std::uint64_t dram_bytes() const;  ///< one past the last byte of the last tensor
  bool operator==(const Program&) const = default;
};

/// By tensor, whether some op loads or stores a tile of it. What is never moved takes no DRAM, wherever it lies. Ops
/// of regions that do not exist count for nothing.
std::vector<bool> moved_tensors(const Program& program);

/// Limits that keep a hostile file from asking for the machine's whole memory.
inline constexpr std::uint64_t kMaxTensors = 1U << 16;
inline constexpr std::uint64_t kMaxWindows = 1U << 20;
inline constexpr std::uint64_t kMaxKernels = 1U << 16;
inline constexpr std::uint64_t kMaxOps = 1ULL << 27;
inline constexpr std::uint64_t kMaxDramBytes = 16ULL << 30;
inline constexpr std::uint64_t kMaxSramBytes = 1ULL << 30;

}  // namespace tilewave
