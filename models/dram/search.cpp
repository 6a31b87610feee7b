// The best of all commands a channel could issue, by comparing all of them: rules 2 to 4 of
// models/dram/channel.h. The channel asks only where it cannot tell without. And rule 0, which
// needs no search.
#include <algorithm>

#include "models/dram/channel.h"

namespace tilewave {

/// Puts the best of one kind of command for the banks of `mask` into plan_ if it beats what is
/// there. The earliest cycle of a bank is the maximum of `any_ready` and `ready(bank)`;
/// `age_of(bank)` is that of the access the command is for.
template <typename Ready, typename Age>
inline void DramChannel::consider(std::uint64_t mask, Command command, DramDirection direction,
                                  DramCycle any_ready, const Ready& ready, const Age& age_of,
                                  unsigned rank) {
  if (mask == 0) {
    return;
  }
  const DramCycle bus = command == Command::kColumn ? column_bus_ : row_bus_;
  const DramCycle floor = std::max({now_, bus, any_ready});
  const DramCycle bus_cycles = bus_cycles_[static_cast<unsigned>(command)];
  if (floor + bus_cycles + (rank > plan_.rank ? 1 : 0) > plan_.end) {
    return;
  }
  DramCycle time = kNoDramCycle;
  std::uint64_t age = 0;
  unsigned bank = 0;
  for (; mask != 0; mask &= mask - 1) {
    // Without branches: which bank is best is as good as random to the host's predictor.
    const unsigned candidate = lowest_bank(mask);
    const DramCycle candidate_time = std::max(floor, ready(candidate));
    const std::uint64_t candidate_age = age_of(candidate);
    const bool better =
        static_cast<int>(candidate_time < time) |
        (static_cast<int>(candidate_time == time) & static_cast<int>(candidate_age < age));
    time = better ? candidate_time : time;
    age = better ? candidate_age : age;
    bank = better ? candidate : bank;
  }
  const DramCycle end = time + bus_cycles;
  const bool first = rank != plan_.rank ? rank < plan_.rank : age < plan_.age;
  if (end < plan_.end || (end == plan_.end && first)) {
    plan_.end = end;  // one by one: a copy of the whole would wait for the stores to it
    plan_.rank = rank;
    plan_.age = age;
    plan_.time = time;
    plan_.bank = bank;
    plan_.command = command;
    plan_.direction = direction;
  }
}

/// Puts the best of all commands into plan_.
void DramChannel::choose_best(const Wants& wants) {
  plan_ = Plan();
  const DramDirection turn = direction_;
  const DramDirection reverse = opposite(turn);
  const DramQueue& entries = queue(turn);
  const DramQueue& reverse_entries = queue(reverse);
  const auto column = [&](unsigned bank) { return banks_.bank_column(bank, turn); };
  const auto reverse_column = [&](unsigned bank) { return banks_.bank_column(bank, reverse); };
  const auto precharge = [&](unsigned bank) { return banks_.earliest_precharge(bank); };
  const auto activate = [&](unsigned bank) { return banks_.bank_activate(bank); };
  const auto next_age = [&](unsigned bank) { return entries.next(bank).age; };
  const auto reverse_age = [&](unsigned bank) { return reverse_entries.next(bank).age; };
  const auto other_age = [&](unsigned bank) { return entries.other(bank).age; };
  // Those of rank 0 first: in the same cycle nothing else can beat them.
  consider(wants.columns & owed_, Command::kColumn, turn, banks_.earliest_any_column(turn), column,
           next_age, 0);
  consider(wants.owed, Command::kColumn, reverse, banks_.earliest_any_column(reverse),
           reverse_column, reverse_age, 0);
  consider(wants.columns & ~owed_, Command::kColumn, turn, banks_.earliest_any_column(turn), column,
           next_age, 1);
  consider(wants.precharges, Command::kPrecharge, turn, 0, precharge, other_age, 1);
  consider(wants.activates, Command::kActivate, turn, banks_.earliest_any_activate(), activate,
           next_age, 1);
}

/// Puts the next command for the oldest access of all into plan_, from cycle `overdue` on. As its
/// bank's oldest it is the one that a column, PRE or ACT there is for.
void DramChannel::choose_overdue(DramCycle overdue) {
  const bool write = writes_.oldest().age < reads_.oldest().age;
  DramDirection direction = write ? DramDirection::kWrite : DramDirection::kRead;
  const DramQueue::Entry& entry = queue(direction).oldest();
  const unsigned bank = entry.bank;
  const DramCycle floor = std::max(now_, overdue);
  const bool owed = (owed_to(opposite(direction)) >> bank & 1) != 0;
  plan_ = Plan();
  plan_.bank = bank;
  plan_.age = entry.age;
  if (banks_.is_open_at(bank, entry.row) || owed) {
    direction = banks_.is_open_at(bank, entry.row) ? direction : opposite(direction);
    plan_.command = Command::kColumn;
    plan_.time = std::max({floor, column_bus_, banks_.earliest_column(bank, direction)});
  } else if (banks_.is_open(bank)) {
    plan_.command = Command::kPrecharge;
    plan_.time = std::max({floor, row_bus_, banks_.earliest_precharge(bank)});
  } else {
    plan_.command = Command::kActivate;
    plan_.time = std::max({floor, row_bus_, banks_.earliest_activate(bank)});
  }
  plan_.direction = direction;
  plan_.end = plan_.time + bus_cycles_[static_cast<unsigned>(plan_.command)];
}

}  // namespace tilewave
