// The bytes of a program's tensors as they lie in DRAM, and the way in and out for plain row-major
// values.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "compiler/program/program.h"
#include "models/dram/config.h"
#include "models/dram/zeroed_memory.h"

namespace tilewave {

/// Starts as zeros, so padding is zero. It takes memory only for what is written.
class DramImage {
 public:
  DramImage(const Program& program, DramLayout layout);

  /// `values`: shape.elements() floats, row-major, without padding, which the tensor's type can hold
  /// (others are rounded). Of an i32 tensor, here and below, their bits are those of the integers.
  void write(std::uint32_t tensor, std::span<const float> values);
  /// The same, but only of these elements.
  void write(std::uint32_t tensor, std::span<const float> values, const ElementRange& range);
  std::vector<float> read(std::uint32_t tensor) const;
  void read(std::uint32_t tensor, std::span<float> values) const;  ///< all of them
  /// `values.size()` elements from (row, col) on, all of one row.
  void read(std::uint32_t tensor, std::uint64_t row, std::uint64_t col,
            std::span<float> values) const;

  std::span<std::byte> bytes() { return memory_.bytes(); }

 private:
  /// Byte address of element (row, col).
  std::uint64_t address(std::uint32_t tensor, std::uint64_t row, std::uint64_t col) const;
  /// Elements from `col` on that lie contiguously behind (row, col).
  std::uint64_t contiguous(std::uint32_t tensor, std::uint64_t col) const;

  const Program& program_;
  DramLayout layout_;
  ZeroedMemory memory_;
};

}  // namespace tilewave
