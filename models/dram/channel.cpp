// The controller's decisions, one command at a time; the rules are listed in the header.
// Where it takes a search to decide, it is in models/dram/search.cpp; the timing rules themselves
// are in models/dram/bank.h and .cpp.
#include "models/dram/channel.h"

#include <algorithm>

namespace tilewave {
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
      write_latency_(options.write_ack == DramWriteAck::kData ? timing.write_done() : 1),
      max_age_(std::min(options.max_age / timing.clock_ps, DramQueue::kNeverEntered - 1)) {
  if (options.refresh) {
    next_refresh_ = timing.refresh_interval;
  }
}

void DramChannel::decide(DramCycle limit) {
  for (;;) {
    const DramCycle due = refresh_due();
    const DramCycle last = std::min(limit - 1, due);  // no decision is taken here after it
    // A decision sees what arrived at or before it, and none lies before now_.
    const DramCycle until = std::min(planned_ ? plan_.time : now_, last);
    if (arrival_ <= until) {
      admit(until);
      continue;
    }
    if (!planned_) {
      choose();
      planned_ = true;
      if (arrival_ <= std::min(plan_.time, last)) {
        continue;
      }
    }
    if (due < limit && due <= plan_.time) {
      refresh(skip_idle_refreshes(limit));
    } else if (plan_.time < limit) {
      issue();
    } else {
      rest(limit);
      return;
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
  next_work_ = std::min(decision, refresh_due());
  earliest_done_ = is_waited_for() ? next_work_ + least_latency() : kNoDramCycle;
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
  const bool changed = queue(direction).push(bank, row, run.burst, next_age_++, entered_,
                                             banks_.is_open_at(bank, row));
  if (run.write && acknowledges_early()) {
    bursts_.access_done(run.burst, entered_ + write_latency_);
  }
  const DramDirection before = direction_;
  if (direction != before) {  // more of its own changes no turn
    choose_direction();
  }
  // Only what the newcomer's bank wants can have changed.
  if (changed || before != direction_ || plan_.bank == bank) {
    planned_ = false;
  }
}

/// Lets in what arrives until the earliest of `until` and its own arrival: from there on the plan
/// may be another.
inline void DramChannel::admit(DramCycle until) {
  do {
    const DramRun& run = arrivals_.front();
    now_ = std::max(now_, run.cycle);
    entered_ = std::max(entered_, run.cycle);
    until = std::min(until, now_);
    enqueue(run);
    arrivals_.pop();
    look_at_arrivals();
  } while (arrival_ <= until);
}

inline DramChannel::Wants DramChannel::wants() const {
  const DramQueue& entries = queue(direction_);
  const std::uint64_t hits = entries.hits();
  const std::uint64_t misses = entries.waiting() & ~hits;
  const std::uint64_t given_up = hits & entries.closable() & ~owed_;
  Wants wants{hits, 0, 0, 0};
  if ((misses | given_up) != 0) {
    const std::uint64_t open = banks_.open_mask();
    wants.owed = misses & owed_to(opposite(direction_));
    wants.precharges = ((misses & ~wants.owed) | given_up) & open;
    wants.activates = misses & ~open;
  }
  return wants;
}

/// Puts the next command into plan_.
inline void DramChannel::choose() {
  const Wants wants = this->wants();
  if (!choose_oldest(wants)) {
    choose_best(wants);
  }
  const DramCycle overdue = std::min(reads_.oldest().entered, writes_.oldest().entered) + max_age_;
  if (overdue <= plan_.time && plan_.command != Command::kNone) {
    choose_overdue(overdue);
  }
}

/// Most often the oldest access of all hits an open row and no other command beats its column,
/// which takes no search to see. False if it may be otherwise.
inline bool DramChannel::choose_oldest(const Wants& wants) {
  if (wants.owed != 0 || wants.columns == 0) {
    return false;
  }
  const DramQueue& entries = queue(direction_);
  const DramQueue::Entry& oldest = entries.oldest();
  const unsigned bank = oldest.bank;
  const std::uint64_t bit = std::uint64_t{1} << bank;
  const DramCycle time = std::max({now_, column_bus_, banks_.earliest_any_column(direction_)});
  const DramCycle end = time + timing_.column_bus;
  if ((wants.columns & bit) == 0 || &entries.next(bank) != &oldest ||
      banks_.bank_column(bank, direction_) > time) {
    return false;
  }
  // Others of rank 0 go first if they are ready.
  const bool owed = (owed_ & bit) != 0;
  for (std::uint64_t mask = owed ? 0 : wants.columns & owed_; mask != 0; mask &= mask - 1) {
    if (banks_.bank_column(lowest_bank(mask), direction_) <= time) {
      return false;
    }
  }
  if (row_command_before(wants, end)) {
    return false;
  }
  plan_.end = end;
  plan_.rank = owed ? 0 : 1;
  plan_.age = oldest.age;
  plan_.time = time;
  plan_.bank = bank;
  plan_.command = Command::kColumn;
  plan_.direction = direction_;
  return true;
}

/// Whether a row command may be off the command pins before `end`. Commands only ever delay each
/// other, so what was found for some banks stays true for any of them.
inline bool DramChannel::row_command_before(const Wants& wants, DramCycle end) {
  if ((wants.precharges | wants.activates) == 0) {
    return false;
  }
  const DramCycle bus_cycles = std::min(timing_.precharge_bus, timing_.activate_bus);
  const auto before = [&] { return std::max({now_, row_bus_, row_ready_}) + bus_cycles < end; };
  const bool known =
      ((wants.precharges & ~row_precharges_) | (wants.activates & ~row_activates_)) == 0;
  if (known && !before()) {
    return false;
  }
  row_precharges_ = wants.precharges;
  row_activates_ = wants.activates;
  row_ready_ = kNoDramCycle;
  for (std::uint64_t mask = wants.precharges; mask != 0; mask &= mask - 1) {
    row_ready_ = std::min(row_ready_, banks_.earliest_precharge(lowest_bank(mask)));
  }
  for (std::uint64_t mask = wants.activates; mask != 0; mask &= mask - 1) {
    row_ready_ = std::min(row_ready_, banks_.earliest_activate(lowest_bank(mask)));
  }
  return before();
}

inline void DramChannel::issue_column() {
  DramQueue& entries = queue(plan_.direction);
  const unsigned bank = plan_.bank;
  const DramQueue::Entry& entry = entries.next(bank);
  ++(entry.precharged  ? counters_.row_conflicts
     : entry.activated ? counters_.row_misses
                       : counters_.row_hits);
  const std::uint64_t bit = std::uint64_t{1} << bank;
  owed_ &= ~bit;
  owed_writes_ &= ~bit;
  banks_.column(bank, plan_.direction, plan_.time);
  const std::uint32_t burst = entries.pop_hit(bank);
  choose_direction();
  look_at_arrivals();
  passed_over_ = false;
  entered_ = std::max(entered_, plan_.time);  // of whom the full queue held up
  if (plan_.direction == DramDirection::kRead) {
    bursts_.access_done(burst, plan_.time + read_latency_);
    return;
  }
  written_ = plan_.time + 1;
  if (!acknowledges_early()) {
    bursts_.access_done(burst, plan_.time + write_latency_);
  }
}

inline void DramChannel::issue() {
  now_ = plan_.time;
  const bool column = plan_.command == Command::kColumn;
  if (column || !timing_.split_command_bus) {
    column_bus_ = plan_.end;
  }
  if (!column || !timing_.split_command_bus) {
    row_bus_ = plan_.end;
  }
  if (column) {
    issue_column();
  } else if (plan_.command == Command::kActivate) {
    issue_activate();
  } else {
    issue_precharge();
  }
}

void DramChannel::issue_precharge() {
  queue(plan_.direction).other(plan_.bank).precharged = true;
  banks_.precharge(plan_.bank, plan_.time);
  reads_.closed(plan_.bank);
  writes_.closed(plan_.bank);
}

void DramChannel::issue_activate() {
  DramQueue& entries = queue(plan_.direction);
  DramQueue::Entry& entry = entries.next(plan_.bank);
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

/// With nothing to do and all banks closed only the last REF matters. Returns from when on it may
/// come: when it is due, or tRFC after the one before if that was late.
DramCycle DramChannel::skip_idle_refreshes(DramCycle limit) {
  const DramCycle end = std::min(limit, arrivals_.earliest());
  if (plan_.command != Command::kNone || banks_.open_mask() != 0 || end <= next_refresh_) {
    return next_refresh_;
  }
  const DramCycle first = banks_.earliest_refresh(std::max(next_refresh_, row_bus_));
  const DramCycle skipped = (end - 1 - next_refresh_) / timing_.refresh_interval;
  counters_.refreshes += skipped;
  next_refresh_ += skipped * timing_.refresh_interval;
  return std::max(next_refresh_, first + skipped * timing_.refresh_cycle);
}

void DramChannel::refresh(DramCycle now) {
  now_ = std::max(now_, banks_.refresh_all(std::max(now, row_bus_)));
  for (unsigned bank = 0; bank < timing_.banks(); ++bank) {
    reads_.closed(bank);
    writes_.closed(bank);
  }
  owed_ = 0;
  owed_writes_ = 0;
  passed_over_ = reads_.size() + writes_.size() > 0;
  ++counters_.refreshes;
  next_refresh_ += timing_.refresh_interval;
}

}  // namespace tilewave
