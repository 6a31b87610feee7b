// The controller's decisions, one command at a time; the rules are listed in the header.
// The timing rules themselves are in models/dram_bank.h and .cpp.
#include "models/dram_channel.h"

#include <algorithm>
#include <bit>

namespace tilewave {
namespace {

unsigned lowest(std::uint64_t mask) { return static_cast<unsigned>(std::countr_zero(mask)); }

DramDirection other(DramDirection direction) {
  return direction == DramDirection::kRead ? DramDirection::kWrite : DramDirection::kRead;
}

}  // namespace

DramChannel::DramChannel(const DramTiming& timing, const DramControllerOptions& options,
                         const AddressMap& map, DramBursts& bursts, DramCounters& counters)
    : timing_(timing),
      options_(options),
      bursts_(bursts),
      counters_(counters),
      banks_(timing),
      reads_(options.read_entries, options.hit_limit),
      writes_(options.write_entries, options.hit_limit),
      arrivals_(map),
      bus_cycles_({0, timing.column_bus, timing.activate_bus, timing.precharge_bus}),
      read_latency_(timing.read_done()),
      write_latency_(options.write_ack == DramWriteAck::kCommand ? 1 : timing.write_done()) {
  if (options.refresh) {
    next_refresh_ = timing.refresh_interval;
  }
}

void DramChannel::decide(DramCycle limit) {
  for (;;) {
    if (!planned_) {
      plan_ = Plan();
      planned_ = true;
      consider_banks(~std::uint64_t{0});
    }
    const DramCycle next = std::min(plan_.time, next_refresh_);
    // A decision sees what arrived at or before it.
    const DramCycle until = std::min(next, limit - 1);
    if (arrivals_.earliest() <= until && admit(until)) {
      continue;
    }
    if (next >= limit) {
      rest(limit);
      return;
    }
    if (next_refresh_ <= plan_.time) {
      skip_idle_refreshes(limit);
      refresh(next_refresh_);
    } else {
      issue();
    }
    planned_ = false;
  }
}

/// Notes when there is something to do again, all decisions before `limit` being taken.
void DramChannel::rest(DramCycle limit) {
  DramCycle decision = plan_.time;
  // An arrival before `limit` is held back by a full queue, hence by the plan.
  if (arrivals_.earliest() >= limit) {
    decision = std::min(decision, arrivals_.earliest());
  }
  next_work_ = std::min(decision, next_refresh_);
  const bool writes = writes_.size() + arrivals_.writes() > 0;
  const DramCycle least = writes ? std::min(read_latency_, write_latency_) : read_latency_;
  earliest_done_ = decision == kNoDramCycle ? kNoDramCycle : decision + least;
}

inline void DramChannel::choose_direction() {
  if (direction_ == DramDirection::kRead) {
    if (writes_.size() > options_.write_high || reads_.size() == 0) {
      direction_ = DramDirection::kWrite;
    }
  } else if (writes_.size() <= options_.write_low && reads_.size() != 0) {
    direction_ = DramDirection::kRead;
  }
}

inline void DramChannel::enqueue(const DramRun& run) {
  const auto direction = run.write ? DramDirection::kWrite : DramDirection::kRead;
  const unsigned bank = run.place.bank();
  const std::uint32_t row = run.place.row();
  DramQueue& entries = queue(direction);
  const bool hit = banks_.is_open(bank) && banks_.row(bank) == row;
  const bool changed = entries.push(bank, row, run.burst, next_age_++, hit);
  const DramDirection before = direction_;
  choose_direction();
  // Only what the newcomer's bank wants can have changed.
  if (before != direction_ || (plan_.bank == bank && plan_.command != Command::kNone)) {
    planned_ = false;
  } else if (planned_ && changed && direction == direction_) {
    consider_banks(std::uint64_t{1} << bank);
  }
}

/// Lets in what arrives until the earliest of `until` and its own arrival: from there on the plan
/// may be another. False if nothing could enter.
bool DramChannel::admit(DramCycle until) {
  bool any = false;
  while (arrivals_.earliest() <= until) {
    const DramRun& run = arrivals_.front();
    if ((run.write ? writes_ : reads_).full()) {
      break;
    }
    now_ = std::max(now_, run.cycle);
    until = std::min(until, now_);
    enqueue(run);
    arrivals_.pop();
    any = true;
  }
  return any;
}

/// Puts the best of one kind of command for the banks of `mask` into plan_ if it beats what is
/// there. The earliest cycle of a bank is the maximum of `any_ready` and `ready[bank]`; `ages` are
/// those of the accesses the commands are for.
inline void DramChannel::consider(std::uint64_t mask, Command command, DramDirection direction,
                                  DramCycle any_ready, const PerBank& ready, const PerBank& ages,
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
    const unsigned candidate = lowest(mask);
    const DramCycle candidate_time = std::max(floor, ready[candidate]);
    const std::uint64_t candidate_age = ages[candidate];
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

/// Puts the best command of the banks of `mask` into plan_ if it beats what is there.
void DramChannel::consider_banks(std::uint64_t mask) {
  const DramDirection turn = direction_;
  const DramDirection opposite = other(turn);
  const DramQueue& entries = queue(turn);
  const std::uint64_t hits = entries.hits() & mask;
  const std::uint64_t misses = entries.waiting() & mask & ~hits;
  const std::uint64_t owed = misses & owed_to(opposite);
  const std::uint64_t open = banks_.open_mask();
  const std::uint64_t given_up = hits & entries.closable() & ~owed_;
  const DramQueue& opposite_entries = queue(opposite);
  // Those of rank 0 first: in the same cycle nothing else can beat them.
  consider(hits & owed_, Command::kColumn, turn, banks_.earliest_any_column(turn),
           banks_.bank_columns(turn), entries.next_ages(), 0);
  consider(owed, Command::kColumn, opposite, banks_.earliest_any_column(opposite),
           banks_.bank_columns(opposite), opposite_entries.next_ages(), 0);
  consider(hits & ~owed_, Command::kColumn, turn, banks_.earliest_any_column(turn),
           banks_.bank_columns(turn), entries.next_ages(), 1);
  consider(((misses & ~owed) | given_up) & open, Command::kPrecharge, turn, 0,
           banks_.bank_precharges(), entries.other_ages(), 1);
  consider(misses & ~open, Command::kActivate, turn, banks_.earliest_any_activate(),
           banks_.bank_activates(), entries.next_ages(), 1);
}

inline void DramChannel::issue_column() {
  DramQueue& entries = queue(plan_.direction);
  const DramQueue::Entry& entry = entries[entries.next(plan_.bank)];
  ++(entry.precharged  ? counters_.row_conflicts
     : entry.activated ? counters_.row_misses
                       : counters_.row_hits);
  const std::uint64_t bit = std::uint64_t{1} << plan_.bank;
  owed_ &= ~bit;
  owed_writes_ &= ~bit;
  banks_.column(plan_.bank, plan_.direction, plan_.time);
  const std::uint32_t burst = entries.pop_hit(plan_.bank);
  choose_direction();
  bursts_.access_done(burst, plan_.time + latency(plan_.direction == DramDirection::kWrite));
}

void DramChannel::issue() {
  now_ = plan_.time;
  switch (plan_.command) {
    case Command::kColumn: issue_column(); break;
    case Command::kActivate: issue_activate(); break;
    case Command::kPrecharge: {
      DramQueue& entries = queue(plan_.direction);
      entries[entries.other(plan_.bank)].precharged = true;
      banks_.precharge(plan_.bank, plan_.time);
      reads_.closed(plan_.bank);
      writes_.closed(plan_.bank);
      break;
    }
    case Command::kNone: return;
  }
  const bool column = plan_.command == Command::kColumn;
  if (column || !timing_.split_command_bus) {
    column_bus_ = plan_.end;
  }
  if (!column || !timing_.split_command_bus) {
    row_bus_ = plan_.end;
  }
}

void DramChannel::issue_activate() {
  DramQueue& entries = queue(plan_.direction);
  DramQueue::Entry& entry = entries[entries.next(plan_.bank)];
  entry.activated = true;
  const std::uint32_t row = entry.row;
  const std::uint64_t bit = std::uint64_t{1} << plan_.bank;
  owed_ |= bit;
  owed_writes_ &= ~bit;
  owed_writes_ |= plan_.direction == DramDirection::kWrite ? bit : 0;
  banks_.activate(plan_.bank, row, plan_.time);
  reads_.opened(plan_.bank, row);
  writes_.opened(plan_.bank, row);
}

/// With nothing to do and all banks closed every REF comes on time, so only the last one matters.
void DramChannel::skip_idle_refreshes(DramCycle limit) {
  if (plan_.command != Command::kNone || banks_.open_mask() != 0) {
    return;
  }
  const DramCycle end = std::min(limit, arrivals_.earliest());
  if (end > next_refresh_) {
    const DramCycle skipped = (end - 1 - next_refresh_) / timing_.refresh_interval;
    counters_.refreshes += skipped;
    next_refresh_ += skipped * timing_.refresh_interval;
  }
}

void DramChannel::refresh(DramCycle now) {
  now_ = std::max(now_, banks_.refresh_all(std::max(now, row_bus_)));
  for (unsigned bank = 0; bank < timing_.banks(); ++bank) {
    reads_.closed(bank);
    writes_.closed(bank);
  }
  owed_ = 0;
  owed_writes_ = 0;
  ++counters_.refreshes;
  next_refresh_ += timing_.refresh_interval;
}

}  // namespace tilewave
