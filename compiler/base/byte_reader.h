// Little-endian integers in and out of bytes, by shifts, whatever the host's own order.
// The reader never reads past its bytes; what a missing byte means is said by its user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/error.h"

namespace tilewave {

/// Appends to a byte vector.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(std::byte{value}); }
  void u16(std::uint16_t value) { little_endian(value, 2); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void text(std::string_view value) {
    for (const char c : value) {
      bytes_.push_back(static_cast<std::byte>(c));
    }
  }
  void reserve(std::size_t size) { bytes_.reserve(size); }
  std::size_t size() const { return bytes_.size(); }
  std::span<const std::byte> written() const { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void little_endian(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
  }

  std::vector<std::byte> bytes_;
};

/// Reads on from a position. The caller asks `has()` first; reading past the end is our own bug.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }
  bool has(std::uint64_t count) const { return count <= bytes_.size() - position_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64() { return little_endian(8); }

  std::string_view text(std::size_t size) {
    const std::span<const std::byte> part = take(size);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    if (!has(size)) {
      throw InternalError("ByteReader: " + std::to_string(size) + " bytes asked at byte " +
                          std::to_string(position_) + " of " + std::to_string(bytes_.size()));
    }
    position_ += size;
    return bytes_.subspan(position_ - size, size);
  }

  std::uint64_t little_endian(std::size_t size) {
    const std::span<const std::byte> part = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value |= std::to_integer<std::uint64_t>(part[i]) << (8 * i);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

}  // namespace tilewave
