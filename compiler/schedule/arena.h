// The virtual SRAM: an allocator over byte ranges that exist only at compile time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tilewave {

/// Where a new block goes: the lowest free address that fits, or the first one behind the block
/// allocated last, wrapping around, so that freed bytes are reused as late as possible.
enum class Placement : std::uint8_t { kFirstFit, kNextFit };

/// Sizes are rounded up to 64 bytes, neighbouring free blocks coalesced.
class Arena {
 public:
  explicit Arena(std::uint64_t size_bytes, Placement placement = Placement::kFirstFit);

  /// Address of a new block of at least `bytes` > 0, or nothing if no free block is large enough.
  std::optional<std::uint64_t> allocate(std::uint64_t bytes);
  /// The same at the end of the last hole that is large enough, whatever the placement.
  std::optional<std::uint64_t> allocate_high(std::uint64_t bytes);
  /// Frees the block that starts at `address`; InternalError if there is none.
  void release(std::uint64_t address);

  std::uint64_t live_bytes() const { return live_bytes_; }
  std::uint64_t peak_bytes() const { return peak_bytes_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

  /// "live: 0x0+4096 0x1000+4096; free: 0x2000+8192", at most `most` blocks each.
  std::string describe(std::size_t most = 8) const;

 private:
  using Blocks = std::map<std::uint64_t, std::uint64_t>;  // address → bytes

  std::uint64_t take(Blocks::iterator hole, std::uint64_t address, std::uint64_t bytes);

  std::uint64_t size_bytes_;
  Placement placement_;
  std::uint64_t next_ = 0;  // next fit: where to look first
  std::uint64_t live_bytes_ = 0;
  std::uint64_t peak_bytes_ = 0;
  std::vector<std::uint32_t> live_;  // by address / 64: size / 64 of the block there, or 0
  Blocks free_;
};

}  // namespace tilewave
