// The values of one tensor, as a std::vector has them, but that the ones nobody sets, all zero,
// cost no memory: of a tensor of gigabytes a program may touch one tile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "compiler/program/element_type.h"
#include "models/dram/zeroed_memory.h"

namespace tilewave {

/// Four bytes each: floats, or of an i32 tensor the integers.
class FloatArray {
 public:
  FloatArray() = default;
  /// Zeros.
  explicit FloatArray(std::size_t size, ElementType type = ElementType::kF32)
      : memory_(size * sizeof(float)), type_(type) {}
  // The values of anything that holds some are an array without a word.
  // NOLINTBEGIN(google-explicit-constructor)
  FloatArray(std::span<const float> values) : FloatArray(values.size()) {
    std::copy(values.begin(), values.end(), begin());
  }
  FloatArray(const std::vector<float>& values) : FloatArray(std::span(values)) {}
  // NOLINTEND(google-explicit-constructor)
  FloatArray(std::initializer_list<float> values)
      : FloatArray(std::span(values.begin(), values.size())) {}
  FloatArray(const FloatArray& other) : FloatArray(std::span(other.data(), other.size())) {
    type_ = other.type_;
  }
  FloatArray(FloatArray&&) noexcept = default;
  FloatArray& operator=(FloatArray other) noexcept {
    memory_ = std::move(other.memory_);
    type_ = other.type_;
    return *this;
  }

  ElementType type() const { return type_; }
  /// Element i as a number.
  double number(std::size_t i) const {
    return type_ == ElementType::kI32 ? static_cast<double>(integers()[i])
                                      : static_cast<double>(data()[i]);
  }
  /// Sets element i to a number that the type has.
  void set(std::size_t i, double number) {
    if (type_ == ElementType::kI32) {
      integers()[i] = static_cast<std::int32_t>(number);
    } else {
      data()[i] = static_cast<float>(number);
    }
  }
  std::span<float> floats() { return {data(), size()}; }
  std::int32_t* integers() { return reinterpret_cast<std::int32_t*>(memory_.data()); }
  const std::int32_t* integers() const {
    return reinterpret_cast<const std::int32_t*>(memory_.data());
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

  /// Of the same number of elements, each equal as a number; so a NaN is not equal to itself.
  bool operator==(const FloatArray& other) const {
    if (type_ != ElementType::kI32 && other.type_ != ElementType::kI32) {
      return std::equal(begin(), end(), other.begin(), other.end());
    }
    bool equal = size() == other.size();
    for (std::size_t i = 0; equal && i < size(); ++i) {
      equal = number(i) == other.number(i);
    }
    return equal;
  }

 private:
  ZeroedMemory memory_;
  ElementType type_ = ElementType::kF32;
};

}  // namespace tilewave
