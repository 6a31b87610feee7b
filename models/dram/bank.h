// The device side of one channel: open rows and the earliest cycle each command may be issued.
// It refuses nothing and chooses nothing; models/dram/channel.h asks, decides and reports back.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "models/dram/standard.h"

namespace tilewave {

using DramCycle = std::uint64_t;

inline constexpr DramCycle kNoDramCycle = std::numeric_limits<DramCycle>::max();

enum class DramDirection : std::uint8_t { kRead = 0, kWrite = 1 };

inline DramDirection opposite(DramDirection direction) {
  return direction == DramDirection::kRead ? DramDirection::kWrite : DramDirection::kRead;
}

/// The first bank of a mask that is not empty.
inline unsigned lowest_bank(std::uint64_t mask) {
  return static_cast<unsigned>(std::countr_zero(mask));
}

/// Every rule is kept as "not before": a command moves the earliest cycles of those it delays, for
/// the channel, per bank group and per bank. No earliest cycle ever moves back.
class DramBanks {
 public:
  static constexpr unsigned kMaxBanks = 64;
  static constexpr std::uint32_t kNoRow = 0xffffffff;

  explicit DramBanks(const DramTiming& timing);

  bool is_open(unsigned bank) const { return (open_ >> bank & 1) != 0; }
  std::uint64_t open_mask() const { return open_; }
  /// The open row, kNoRow if the bank is closed.
  std::uint32_t row(unsigned bank) const { return banks_[bank].row; }
  /// Whether `row` is the open one of this bank.
  bool is_open_at(unsigned bank, std::uint32_t row) const { return banks_[bank].row == row; }

  DramCycle earliest_activate(unsigned bank) const {
    return std::max(activate_, bank_activate(bank));
  }
  DramCycle earliest_precharge(unsigned bank) const { return banks_[bank].precharge; }
  DramCycle earliest_column(unsigned bank, DramDirection direction) const {
    return std::max(earliest_any_column(direction), bank_column(bank, direction));
  }
  /// The channel's share of earliest_column(): no column of this direction comes before it.
  DramCycle earliest_any_column(DramDirection direction) const {
    return column_[static_cast<unsigned>(direction)];
  }
  /// ... and no ACT before this one.
  DramCycle earliest_any_activate() const { return activate_; }
  /// The share of a bank and its group: an earliest cycle is the maximum of this and the channel's.
  DramCycle bank_activate(unsigned bank) const {
    return std::max(banks_[bank].activate, groups_[bank >> group_shift_].activate);
  }
  DramCycle bank_column(unsigned bank, DramDirection direction) const {
    const auto index = static_cast<unsigned>(direction);
    return std::max(banks_[bank].column[index], groups_[bank >> group_shift_].column[index]);
  }

  void activate(unsigned bank, std::uint32_t row, DramCycle now);
  void precharge(unsigned bank, DramCycle now);
  void column(unsigned bank, DramDirection direction, DramCycle now);
  /// Closes all banks and refreshes them, as soon as the rules allow from `now` on. Returns the
  /// cycle of the REF command; no bank can be activated before tRFC after it.
  DramCycle refresh_all(DramCycle now);
  /// The cycle of that REF command.
  DramCycle earliest_refresh(DramCycle now) const;

 private:
  static void not_before(DramCycle& earliest, DramCycle cycle) {
    earliest = std::max(earliest, cycle);
  }
  /// Earliest cycles, by command; columns by direction.
  struct Bank {
    DramCycle activate = 0;                ///< tRC, tRP, tRFC
    DramCycle precharge = 0;               ///< tRAS, tRTP, tWR
    std::array<DramCycle, 2> column = {};  ///< tRCD
    std::uint32_t row = kNoRow;            ///< the open one
  };
  struct Group {
    DramCycle activate = 0;                ///< tRRD_L
    std::array<DramCycle, 2> column = {};  ///< tCCD_L, tWTR_L
  };

  DramTiming timing_;
  unsigned group_shift_ = 0;  ///< a bank's group is its number shifted right by this
  unsigned bank_count_ = 0;
  std::uint64_t open_ = 0;
  DramCycle activate_ = 0;                ///< tRRD_S and tFAW
  std::array<DramCycle, 2> column_ = {};  ///< tCCD_S, turnarounds
  std::array<DramCycle, 4> window_ = {};  ///< tFAW: when the ACT four commands ago stops to count
  unsigned window_next_ = 0;
  std::array<Bank, kMaxBanks> banks_ = {};
  std::array<Group, kMaxBanks> groups_ = {};
};

// What each command delays, one rule per line with its JEDEC name.

inline void DramBanks::activate(unsigned bank, std::uint32_t row, DramCycle now) {
  open_ |= std::uint64_t{1} << bank;
  Bank& own = banks_[bank];
  own.row = row;
  not_before(own.column[0], now + timing_.activate_to_read);                              // tRCD
  not_before(own.column[1], now + timing_.activate_to_write);                             // tRCD
  not_before(own.precharge, now + timing_.activate_to_precharge);                         // tRAS
  not_before(own.activate, now + timing_.activate_to_activate);                           // tRC
  not_before(groups_[bank >> group_shift_].activate, now + timing_.activate_same_group);  // tRRD_L
  not_before(activate_, now + timing_.activate_other_group);                              // tRRD_S
  window_[window_next_] = now + timing_.four_activates;
  window_next_ = (window_next_ + 1) % 4;
  not_before(activate_, window_[window_next_]);  // tFAW
}

inline void DramBanks::precharge(unsigned bank, DramCycle now) {
  open_ &= ~(std::uint64_t{1} << bank);
  banks_[bank].row = kNoRow;
  not_before(banks_[bank].activate, now + timing_.precharge);  // tRP
}

inline void DramBanks::column(unsigned bank, DramDirection direction, DramCycle now) {
  Bank& own = banks_[bank];
  Group& group = groups_[bank >> group_shift_];
  if (direction == DramDirection::kRead) {
    not_before(column_[0], now + timing_.column_other_group);      // tCCD_S
    not_before(group.column[0], now + timing_.column_same_group);  // tCCD_L
    not_before(column_[1], now + timing_.read_to_write);           // turnaround of the pins
    not_before(own.precharge, now + timing_.read_to_precharge);    // tRTP
  } else {
    const DramCycle data_end = now + timing_.write_done();
    not_before(column_[1], now + timing_.column_other_group);                  // tCCD_S
    not_before(group.column[1], now + timing_.column_same_group);              // tCCD_L
    not_before(column_[0], data_end + timing_.write_to_read_other_group);      // tWTR_S
    not_before(group.column[0], data_end + timing_.write_to_read_same_group);  // tWTR_L
    not_before(own.precharge, data_end + timing_.write_recovery);              // tWR
  }
}

}  // namespace tilewave
