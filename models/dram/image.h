// The bytes of a program's tensors as they lie in DRAM, and the way in and out for plain row-major
// values.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "compiler/program/program.h"
#include "models/dram/config.h"

namespace tilewave {

/// Starts as zeros, so padding is zero.
class DramImage {
 public:
  DramImage(const Program& program, DramLayout layout);

  /// `values`: shape.elements() floats, row-major, without padding.
  void write(std::uint32_t tensor, std::span<const float> values);
  std::vector<float> read(std::uint32_t tensor) const;

  std::span<std::byte> bytes() { return bytes_; }

 private:
  /// Byte address of element (row, col).
  std::uint64_t address(std::uint32_t tensor, std::uint64_t row, std::uint64_t col) const;
  /// Elements from `col` on that lie contiguously behind (row, col).
  std::uint64_t contiguous(std::uint32_t tensor, std::uint64_t col) const;

  const Program& program_;
  DramLayout layout_;
  std::vector<std::byte> bytes_;
};

}  // namespace tilewave
