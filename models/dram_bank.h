// The device side of one channel: open rows and the earliest cycle each command may be issued.
// It refuses nothing and chooses nothing; models/dram_channel.h asks, decides and reports back.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "models/dram_preset.h"

namespace tilewave {

using DramCycle = std::uint64_t;

inline constexpr DramCycle kNoDramCycle = std::numeric_limits<DramCycle>::max();

enum class DramDirection : std::uint8_t { kRead = 0, kWrite = 1 };

/// Every rule is kept as "not before": a command moves the earliest cycles of those it delays, for
/// the channel and per bank; what a rule says of a bank group is noted with each of its banks. So
/// asking, which happens more often, is the maximum of two numbers.
class DramBanks {
 public:
  static constexpr unsigned kMaxBanks = 64;

  explicit DramBanks(const DramTiming& timing);

  bool is_open(unsigned bank) const { return (open_ >> bank & 1) != 0; }
  std::uint64_t open_mask() const { return open_; }
  std::uint32_t row(unsigned bank) const { return rows_[bank]; }

  DramCycle earliest_activate(unsigned bank) const {
    return std::max(activate_, bank_activate_[bank]);
  }
  DramCycle earliest_precharge(unsigned bank) const { return bank_precharge_[bank]; }
  DramCycle earliest_column(unsigned bank, DramDirection direction) const {
    return std::max(earliest_any_column(direction), bank_columns(direction)[bank]);
  }
  /// The channel's share of earliest_column(): no column of this direction comes before it.
  DramCycle earliest_any_column(DramDirection direction) const {
    return column_[static_cast<unsigned>(direction)];
  }
  /// ... and no ACT before this one.
  DramCycle earliest_any_activate() const { return activate_; }

  /// The banks' share, by bank: an earliest cycle is the maximum of both shares.
  using PerBank = std::array<DramCycle, kMaxBanks>;
  const PerBank& bank_activates() const { return bank_activate_; }
  const PerBank& bank_precharges() const { return bank_precharge_; }
  const PerBank& bank_columns(DramDirection direction) const {
    return bank_column_[static_cast<unsigned>(direction)];
  }

  void activate(unsigned bank, std::uint32_t row, DramCycle now);
  void precharge(unsigned bank, DramCycle now);
  void column(unsigned bank, DramDirection direction, DramCycle now);
  /// Closes all banks and refreshes them, as soon as the rules allow from `now` on. Returns the
  /// cycle of the REF command; no bank can be activated before tRFC after it.
  DramCycle refresh_all(DramCycle now);

 private:
  static void not_before(DramCycle& earliest, DramCycle cycle) {
    earliest = std::max(earliest, cycle);
  }
  /// No bank of this bank's group before `cycle`.
  void group_not_before(PerBank& earliest, unsigned bank, DramCycle cycle) const {
    const unsigned first = bank & ~(group_banks_ - 1);
    for (unsigned i = first; i < first + group_banks_; ++i) {
      not_before(earliest[i], cycle);
    }
  }

  DramTiming timing_;
  unsigned group_banks_ = 1;
  unsigned bank_count_ = 0;
  std::uint64_t open_ = 0;
  DramCycle activate_ = 0;                ///< tRRD_S and tFAW
  std::array<DramCycle, 2> column_ = {};  ///< tCCD_S, turnarounds
  std::array<DramCycle, 4> window_ = {};  ///< tFAW: when the ACT four commands ago stops to count
  unsigned window_next_ = 0;
  PerBank bank_activate_ = {};
  PerBank bank_precharge_ = {};
  std::array<PerBank, 2> bank_column_ = {};
  std::array<std::uint32_t, kMaxBanks> rows_ = {};
};

// What each command delays, one rule per line with its JEDEC name.

inline void DramBanks::activate(unsigned bank, std::uint32_t row, DramCycle now) {
  open_ |= std::uint64_t{1} << bank;
  rows_[bank] = row;
  not_before(bank_column_[0][bank], now + timing_.activate_to_read);          // tRCD
  not_before(bank_column_[1][bank], now + timing_.activate_to_write);         // tRCD
  not_before(bank_precharge_[bank], now + timing_.activate_to_precharge);     // tRAS
  not_before(bank_activate_[bank], now + timing_.activate_to_activate);       // tRC
  group_not_before(bank_activate_, bank, now + timing_.activate_same_group);  // tRRD_L
  not_before(activate_, now + timing_.activate_other_group);                  // tRRD_S
  window_[window_next_] = now + timing_.four_activates;
  window_next_ = (window_next_ + 1) % 4;
  not_before(activate_, window_[window_next_]);  // tFAW
}

inline void DramBanks::precharge(unsigned bank, DramCycle now) {
  open_ &= ~(std::uint64_t{1} << bank);
  not_before(bank_activate_[bank], now + timing_.precharge);  // tRP
}

inline void DramBanks::column(unsigned bank, DramDirection direction, DramCycle now) {
  if (direction == DramDirection::kRead) {
    not_before(column_[0], now + timing_.column_other_group);                  // tCCD_S
    group_not_before(bank_column_[0], bank, now + timing_.column_same_group);  // tCCD_L
    not_before(column_[1], now + timing_.read_to_write);                 // turnaround of the pins
    not_before(bank_precharge_[bank], now + timing_.read_to_precharge);  // tRTP
  } else {
    const DramCycle data_end = now + timing_.write_done();
    const DramCycle group_read = data_end + timing_.write_to_read_same_group;
    not_before(column_[1], now + timing_.column_other_group);                  // tCCD_S
    group_not_before(bank_column_[1], bank, now + timing_.column_same_group);  // tCCD_L
    not_before(column_[0], data_end + timing_.write_to_read_other_group);      // tWTR_S
    group_not_before(bank_column_[0], bank, group_read);                       // tWTR_L
    not_before(bank_precharge_[bank], data_end + timing_.write_recovery);      // tWR
  }
}

}  // namespace tilewave
