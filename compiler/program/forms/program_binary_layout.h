// Sizes and checksum of the binary form, for its writer and its parser only. The layout itself is
// described in program_binary.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <boost/crc.hpp>

namespace tilewave {

inline constexpr std::string_view kBinaryMagic("\x89TWP\r\n\x1a\n", 8);
inline constexpr std::size_t kHeaderBytes = 96;
inline constexpr std::size_t kTensorRecordBytes = 48;  // of two axes, without the name
inline constexpr std::size_t kRegionRecordBytes = 72;  // of two axes
inline constexpr std::size_t kRegionAxisBytes = 32;
inline constexpr std::uint8_t kAxes = 2;  // rows and columns: the format has room for more
inline constexpr std::size_t kOpBytes = 56;
inline constexpr std::uint8_t kATransposed = 1;  // bits of an op's byte `transposed`
inline constexpr std::uint8_t kBTransposed = 2;
inline constexpr std::size_t kChecksumBytes = 4;
inline constexpr std::size_t kKernelRecordBytes = 2;  // without its text
inline constexpr std::size_t kMaxKernelTextBytes = 4096;

inline std::uint32_t crc32(std::span<const std::byte> bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

}  // namespace tilewave
