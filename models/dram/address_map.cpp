// Parses an address map and takes addresses apart, piece by piece.
// The grammar is in the header; what the fields cost in time is not known here.
#include "models/dram/address_map.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

constexpr std::array<std::string_view, 5> kFieldNames = {"row", "bankgroup", "bank", "column",
                                                         "channel"};
constexpr std::string_view kGrammar =
    ", allowed is P, B or row, bank, bankgroup, column, channel, each with an optional number of"
    " bits, joined by ':', then an optional +xor";

unsigned log2_of(std::uint64_t value) { return static_cast<unsigned>(std::countr_zero(value)); }

[[noreturn]] void fail(const std::string& text, const std::string& what) {
  throw InputError("DRAM address map " + in_quotes(text) + ": " + what);
}

}  // namespace

AddressMap::AddressMap(const std::string& text, const DramTiming& timing, std::uint64_t channels) {
  if (!std::has_single_bit(channels) || channels > 256) {
    throw InputError("DRAM channels is " + std::to_string(channels) +
                     ", allowed is a power of two from 1 to 256");
  }
  access_bits_ = log2_of(timing.access_bytes);
  group_shift_ = log2_of(timing.banks_per_group);
  const std::array<unsigned, kFields> bits = {
      log2_of(timing.rows), log2_of(timing.bank_groups), log2_of(timing.banks_per_group),
      log2_of(timing.row_bytes) - access_bits_, log2_of(channels)};
  total_bits_ = access_bits_;
  for (const unsigned field_bits : bits) {
    total_bits_ += field_bits;
  }
  std::string body = text;
  if (body.ends_with("+xor")) {
    body.resize(body.size() - 4);
    hash_mask_ = static_cast<std::uint32_t>(std::min(timing.banks(), timing.rows) - 1);
  }
  if (body == "P") {
    body = "row:bank:bankgroup:channel:column";
  } else if (body == "B") {
    body = "row:bank:column:bankgroup:channel";
  }
  parse(body, bits);
  for (unsigned zeros = 0; zeros + access_bits_ < 64; ++zeros) {
    steps_[zeros] = packed((std::uint64_t{2} << zeros) - 1);
  }
}

void AddressMap::parse(const std::string& text, const std::array<unsigned, kFields>& field_bits) {
  struct Part {
    std::size_t field;
    unsigned bits;
  };
  std::vector<Part> parts;
  std::array<unsigned, kFields> sum = {};
  std::array<unsigned, kFields> times = {};
  std::array<bool, kFields> open_ended = {};
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string_view token = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    const std::size_t digits = std::min(token.find_first_of("0123456789"), token.size());
    const auto found = std::ranges::find(kFieldNames, token.substr(0, digits));
    if (found == kFieldNames.end()) {
      fail(text, "unknown field " + in_quotes(token) + std::string(kGrammar));
    }
    const auto field = static_cast<std::size_t>(found - kFieldNames.begin());
    unsigned bits = field_bits[field];
    if (digits < token.size()) {
      const auto [stop, error] =
          std::from_chars(token.data() + digits, token.data() + token.size(), bits);
      if (error != std::errc() || stop != token.data() + token.size() || bits > 64) {
        fail(text,
             "field " + in_quotes(token) + " has no valid number of bits" + std::string(kGrammar));
      }
    } else {
      open_ended[field] = true;
    }
    parts.push_back({field, bits});
    sum[field] += bits;
    ++times[field];
    if (parts.size() > kMaxPieces) {
      fail(text, "has more than " + std::to_string(kMaxPieces) + " fields, allowed are at most " +
                     std::to_string(kMaxPieces));
    }
  }
  for (std::size_t field = 0; field < kFields; ++field) {
    const std::string name(kFieldNames[field]);
    if (open_ended[field] && times[field] > 1) {
      fail(text, "field '" + name + "' is split, allowed is a number of bits with every piece");
    }
    if (sum[field] != field_bits[field]) {
      fail(text, "field '" + name + "' has " + std::to_string(sum[field]) +
                     " bits, allowed is exactly " + std::to_string(field_bits[field]));
    }
  }
  const std::array<unsigned, kFields> packed_at = {PackedPlace::kRowAt, group_shift_, 0,
                                                   PackedPlace::kColumnAt, PackedPlace::kChannelAt};
  unsigned shift = access_bits_;
  std::array<unsigned, kFields> field_shift = {};
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (part->bits > 0) {
      pieces_[piece_count_++] = {
          static_cast<Field>(part->field), static_cast<std::uint8_t>(shift),
          static_cast<std::uint8_t>(field_shift[part->field]),
          static_cast<std::uint8_t>(packed_at[part->field] + field_shift[part->field]),
          (std::uint64_t{1} << part->bits) - 1};
    }
    shift += part->bits;
    field_shift[part->field] += part->bits;
  }
}

PackedPlace AddressMap::packed(std::uint64_t access) const {
  const std::uint64_t address = access << access_bits_;
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < piece_count_; ++i) {
    const Piece& piece = pieces_[i];
    packed |= (address >> piece.address_shift & piece.mask) << piece.packed_shift;
  }
  return PackedPlace(packed ^ (packed >> PackedPlace::kRowAt & hash_mask_));
}

std::uint64_t AddressMap::address(const DramPlace& place) const {
  const std::uint32_t bank = place.bank ^ (place.row & hash_mask_);
  const std::array<std::uint32_t, kFields> value = {place.row, bank >> group_shift_,
                                                    bank & ((1u << group_shift_) - 1), place.column,
                                                    place.channel};
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < piece_count_; ++i) {
    const Piece& piece = pieces_[i];
    const std::uint64_t bits = value[piece.field] >> piece.field_shift & piece.mask;
    address |= bits << piece.address_shift;
  }
  return address;
}

}  // namespace tilewave
