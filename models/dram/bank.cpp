// Refresh of all banks; the commands that run per access are inline in the header.
// When to refresh is models/dram/channel.cpp's decision.
#include "models/dram/bank.h"

#include <bit>

namespace tilewave {

DramBanks::DramBanks(const DramTiming& timing)
    : timing_(timing),
      group_shift_(static_cast<unsigned>(std::countr_zero(timing.banks_per_group))),
      bank_count_(static_cast<unsigned>(timing.banks())) {}

DramCycle DramBanks::earliest_refresh(DramCycle now) const {
  DramCycle ref = now;
  if (open_ != 0) {
    DramCycle precharge_all = now;
    for (std::uint64_t mask = open_; mask != 0; mask &= mask - 1) {
      not_before(precharge_all, banks_[lowest_bank(mask)].precharge);
    }
    not_before(ref, precharge_all + timing_.precharge_all);
  }
  for (unsigned bank = 0; bank < bank_count_; ++bank) {
    not_before(ref, bank_activate(bank));
  }
  return ref;
}

DramCycle DramBanks::refresh_all(DramCycle now) {
  const DramCycle ref = earliest_refresh(now);
  open_ = 0;
  for (unsigned bank = 0; bank < bank_count_; ++bank) {
    banks_[bank].row = kNoRow;
    not_before(banks_[bank].activate, ref + timing_.refresh_cycle);  // tRFC
  }
  return ref;
}

}  // namespace tilewave
