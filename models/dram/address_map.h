// Which channel, bank, row and column a byte address lies in, by a map that is a text such as
// row:bank:bankgroup:column. It knows the sizes of the fields and nothing of time.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "models/dram/standard.h"

namespace tilewave {

/// Where an access lands. `bank` counts over the channel: group * banks_per_group + bank in group.
struct DramPlace {
  std::uint32_t channel = 0;
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;  ///< in accesses, from the start of the row
  bool operator==(const DramPlace&) const = default;
};

/// The same in one word, without names: what the models hold while an access waits.
class PackedPlace {
 public:
  PackedPlace() = default;
  explicit PackedPlace(std::uint64_t bits) : bits_(bits) {}

  std::uint32_t bank() const { return field(0, kChannelAt); }
  std::uint32_t channel() const { return field(kChannelAt, kColumnAt); }
  std::uint32_t column() const { return field(kColumnAt, kRowAt); }
  std::uint32_t row() const { return static_cast<std::uint32_t>(bits_ >> kRowAt); }
  PackedPlace& operator^=(PackedPlace other) {
    bits_ ^= other.bits_;
    return *this;
  }

  /// The first bit of each field; the bank's is 0.
  static constexpr unsigned kChannelAt = 6;
  static constexpr unsigned kColumnAt = 14;
  static constexpr unsigned kRowAt = 34;

 private:
  std::uint32_t field(unsigned from, unsigned to) const {
    return static_cast<std::uint32_t>(bits_ >> from) & ((1u << (to - from)) - 1);
  }

  std::uint64_t bits_ = 0;
};

/// The grammar of a map, most significant field first; the bytes of one access lie below it all:
///
///   map   = field { ":" field } [ "+xor" ]
///   field = ( "row" | "bank" | "bankgroup" | "column" | "channel" ) [ bits ]
///
/// A field given once may leave out `bits`. A field may be split: then every piece gives its bits,
/// the leftmost piece holds the field's upper bits, and the bits add up to the part's own number.
/// `+xor` flips bank and bank group with the low bits of the row, so that a stride of one row
/// visits all banks. Named maps: `P` (page contiguous) is row:bank:bankgroup:channel:column and
/// `B` (bank group above the access) is row:bank:column:bankgroup:channel.
class AddressMap {
 public:
  /// `channels` is a power of two, at most 256; channel may be left out of a map for one channel.
  /// Throws InputError quoting `text` and saying what is allowed.
  AddressMap(const std::string& text, const DramTiming& timing, std::uint64_t channels);

  DramPlace place(std::uint64_t address) const {
    const PackedPlace place = packed(address >> access_bits_);
    return {place.channel(), place.bank(), place.row(), place.column()};
  }
  /// The place of the access of this number, the address divided by the size of an access.
  PackedPlace packed(std::uint64_t access) const;
  /// Makes the place of access `next - 1` that of `next`. Every bit of a place is the parity of
  /// some bits of the address, so what changes depends only on the address bits that change: those
  /// up to the lowest that is set in `next`.
  void step_to(std::uint64_t next, PackedPlace& place) const {
    place ^= steps_[static_cast<unsigned>(std::countr_zero(next))];
  }
  /// The first byte of an access: the inverse of place() within the capacity.
  std::uint64_t address(const DramPlace& place) const;
  std::uint64_t capacity_bytes() const { return std::uint64_t{1} << total_bits_; }
  unsigned access_bits() const { return access_bits_; }

 private:
  enum Field : std::uint8_t { kRow, kGroup, kBank, kColumn, kChannel, kFields };
  struct Piece {
    Field field = kRow;
    std::uint8_t address_shift = 0;
    std::uint8_t field_shift = 0;
    std::uint8_t packed_shift = 0;
    std::uint64_t mask = 0;
  };
  static constexpr std::size_t kMaxPieces = 16;

  void parse(const std::string& text, const std::array<unsigned, kFields>& field_bits);

  std::array<Piece, kMaxPieces> pieces_ = {};
  std::size_t piece_count_ = 0;
  std::array<PackedPlace, 65> steps_ = {};  ///< by number of zeros below the lowest bit set
  unsigned access_bits_ = 0;
  unsigned total_bits_ = 0;
  std::uint32_t group_shift_ = 0;  ///< bank id = group << group_shift_ | bank in group
  std::uint32_t hash_mask_ = 0;    ///< bits of the bank id that +xor flips
};

}  // namespace tilewave
