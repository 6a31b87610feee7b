// The values of one tensor, as a std::vector has them, but that the ones nobody sets, all zero,
// cost no memory: of a tensor of gigabytes a program may touch one tile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

#include "models/dram/zeroed_memory.h"

namespace tilewave {

class FloatArray {
 public:
  FloatArray() = default;
  /// Zeros.
  explicit FloatArray(std::size_t size) : memory_(size * sizeof(float)) {}
  // The values of anything that holds some are an array without a word.
  // NOLINTBEGIN(google-explicit-constructor)
  FloatArray(std::span<const float> values) : FloatArray(values.size()) {
    std::copy(values.begin(), values.end(), begin());
  }
  FloatArray(const std::vector<float>& values) : FloatArray(std::span(values)) {}
  // NOLINTEND(google-explicit-constructor)
  FloatArray(std::initializer_list<float> values)
      : FloatArray(std::span(values.begin(), values.size())) {}
  FloatArray(const FloatArray& other) : FloatArray(std::span(other.data(), other.size())) {}
  FloatArray(FloatArray&&) noexcept = default;
  FloatArray& operator=(FloatArray other) noexcept {
    memory_ = std::move(other.memory_);
    return *this;
  }

  std::size_t size() const { return memory_.size() / sizeof(float); }
  float* data() { return reinterpret_cast<float*>(memory_.data()); }
  const float* data() const { return reinterpret_cast<const float*>(memory_.data()); }
  float* begin() { return data(); }
  float* end() { return data() + size(); }
  const float* begin() const { return data(); }
  const float* end() const { return data() + size(); }
  float& operator[](std::size_t i) { return data()[i]; }
  float operator[](std::size_t i) const { return data()[i]; }

  bool operator==(const FloatArray& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  ZeroedMemory memory_;
};

}  // namespace tilewave
