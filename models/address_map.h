// Which channel, bank, row and column a byte address lies in, by a map that is a text such as
// row:bank:bankgroup:column. It knows the sizes of the fields and nothing of time.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/dram_preset.h"

namespace tilewave {

/// Where an access lands. `bank` counts over the channel: group * banks_per_group + bank in group.
struct DramPlace {
  std::uint32_t channel = 0;
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;  ///< in accesses, from the start of the row
  bool operator==(const DramPlace&) const = default;
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

  DramPlace place(std::uint64_t address) const;
  /// Addresses that are equal from this bit on differ in the column only.
  unsigned column_run_bits() const { return column_run_bits_; }
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
  /// place() gathers all fields in one word: bank id, channel, column and row from these bits on.
  static constexpr unsigned kChannelAt = 6;
  static constexpr unsigned kColumnAt = 14;
  static constexpr unsigned kRowAt = 34;

  void parse(const std::string& text, const std::array<unsigned, kFields>& field_bits);

  std::array<Piece, kMaxPieces> pieces_ = {};
  std::size_t piece_count_ = 0;
  unsigned access_bits_ = 0;
  unsigned column_run_bits_ = 0;
  unsigned total_bits_ = 0;
  std::uint32_t group_shift_ = 0;  ///< bank id = group << group_shift_ | bank in group
  std::uint32_t hash_mask_ = 0;    ///< bits of the bank id that +xor flips
};

inline DramPlace AddressMap::place(std::uint64_t address) const {
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < piece_count_; ++i) {
    const Piece& piece = pieces_[i];
    packed |= (address >> piece.address_shift & piece.mask) << piece.packed_shift;
  }
  constexpr std::uint32_t kBankMask = (1u << kChannelAt) - 1;
  constexpr std::uint32_t kChannelMask = (1u << (kColumnAt - kChannelAt)) - 1;
  constexpr std::uint32_t kColumnMask = (1u << (kRowAt - kColumnAt)) - 1;
  const auto row = static_cast<std::uint32_t>(packed >> kRowAt);
  const std::uint32_t bank = static_cast<std::uint32_t>(packed) & kBankMask;
  return {static_cast<std::uint32_t>(packed >> kChannelAt) & kChannelMask,
          bank ^ (row & hash_mask_), row,
          static_cast<std::uint32_t>(packed >> kColumnAt) & kColumnMask};
}

}  // namespace tilewave
