// The controller's rules as docs/timing-model.md lists them, decision by decision and without any
// of models/dram/channel.h's shortcuts: every candidate is looked up anew and compared with all.
// Only the timing rules are shared, models/dram/bank.h.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "models/dram/bank.h"
#include "models/dram/channel.h"

namespace tilewave::test {

/// One access on its way to a channel; the accesses of a burst share its number.
struct PlainAccess {
  DramCycle arrival = 0;
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t burst = 0;
  bool write = false;
};

class PlainController {
 public:
  PlainController(const DramTiming& timing, const DramControllerOptions& options)
      : timing_(timing), options_(options), banks_(timing) {
    next_refresh_ = options.refresh ? timing.refresh_interval : kNoDramCycle;
  }

  /// Serves accesses, in order of arrival; by burst, the cycle its last one is done at.
  std::map<std::uint32_t, DramCycle> run(const std::vector<PlainAccess>& accesses) {
    std::size_t next = 0;
    for (;;) {
      const std::optional<Plan> plan = best();
      if (!plan && next == accesses.size()) {
        return done_;
      }
      const DramCycle due = passed_over_ ? kNoDramCycle : next_refresh_;
      DramCycle until = std::min(plan ? plan->time : kNoDramCycle, due);
      bool admitted = false;
      while (next < accesses.size() && accesses[next].arrival <= until &&
             held(accesses[next].write).size() <
                 (accesses[next].write ? options_.write_entries : options_.read_entries)) {
        now_ = std::max(now_, accesses[next].arrival);
        entered_ = std::max(entered_, accesses[next].arrival);
        until = std::min(until, now_);
        held(accesses[next].write).push_back({accesses[next], next, entered_, false, false});
        if (accesses[next].write && options_.write_ack == DramWriteAck::kAccepted) {
          done(accesses[next].burst, entered_ + 1);
        }
        choose_direction();
        ++next;
        admitted = true;
      }
      if (admitted) {
        continue;
      }
      if (!plan || due <= plan->time) {
        refresh();
      } else {
        issue(*plan);
      }
    }
  }

  DramCounters counters;  ///< rows and refreshes
  DramCycle written = 0;  ///< after the last WR

 private:
  enum class Command { kColumn, kActivate, kPrecharge };
  struct Entry {
    PlainAccess access;
    std::uint64_t age = 0;
    DramCycle entered = 0;
    bool activated = false;
    bool precharged = false;
  };
  struct Plan {
    Command command = Command::kColumn;
    Entry* entry = nullptr;
    DramCycle time = 0;
    DramCycle end = 0;
    int rank = 1;
    auto key() const { return std::tuple(end, rank, entry->age); }
  };
  /// Since the bank's ACT, of one direction.
  struct Count {
    unsigned served = 0;
    unsigned passed = 0;
  };

  std::vector<Entry>& held(bool write) { return entries_[write ? 1 : 0]; }

  Entry* oldest(bool write, unsigned bank, std::optional<bool> for_open_row = {}) {
    for (Entry& entry : held(write)) {
      if (entry.access.bank == bank &&
          (!for_open_row || *for_open_row == (entry.access.row == banks_.row(bank)))) {
        return &entry;
      }
    }
    return nullptr;
  }

  Entry* hit(bool write, unsigned bank) {
    Entry* entry = banks_.is_open(bank) ? oldest(write, bank, true) : nullptr;
    const bool passes = entry != nullptr && entry != oldest(write, bank);
    return passes && counts_[write][bank].passed >= options_.hit_limit ? nullptr : entry;
  }

  std::optional<Plan> best() {
    std::optional<Plan> best;
    const auto consider = [&](Command command, Entry* entry, DramCycle earliest, int rank) {
      const DramCycle bus = command == Command::kColumn ? column_bus_ : row_bus_;
      const DramCycle cycles = command == Command::kColumn     ? timing_.column_bus
                               : command == Command::kActivate ? timing_.activate_bus
                                                               : timing_.precharge_bus;
      const DramCycle time = std::max({now_, bus, earliest});
      const Plan plan{command, entry, time, time + cycles, rank};
      if (!best || plan.key() < best->key()) {
        best = plan;
      }
    };
    for (unsigned bank = 0; bank < timing_.banks(); ++bank) {
      consider_bank(bank, consider);
    }
    Entry* const first = oldest_of_all();
    const DramCycle max_age = options_.max_age / timing_.clock_ps;
    if (!best || best->time - std::min(best->time, first->entered) < max_age) {
      return best;
    }
    // Someone has waited too long: only a command for that one, once it has.
    best.reset();
    consider_access(*first, [&](Command command, Entry* entry, DramCycle earliest) {
      consider(command, entry, std::max(earliest, first->entered + max_age), 1);
    });
    return best;
  }

  Entry* oldest_of_all() {
    Entry* first = nullptr;
    for (std::vector<Entry>& entries : entries_) {
      for (Entry& entry : entries) {
        first = first == nullptr || entry.age < first->age ? &entry : first;
      }
    }
    return first;
  }

  /// The next command for this access, whatever the turn is.
  template <typename Consider>
  void consider_access(Entry& entry, const Consider& consider) {
    const unsigned bank = entry.access.bank;
    const auto column = [&](Entry* served) {
      const auto direction = served->access.write ? DramDirection::kWrite : DramDirection::kRead;
      consider(Command::kColumn, served, banks_.earliest_column(bank, direction));
    };
    if (banks_.row(bank) == entry.access.row) {
      column(&entry);
    } else if (owed_.contains(bank)) {
      column(oldest(owed_[bank], bank, true));
    } else if (banks_.is_open(bank)) {
      consider(Command::kPrecharge, &entry, banks_.earliest_precharge(bank));
    } else {
      consider(Command::kActivate, &entry, banks_.earliest_activate(bank));
    }
  }

  template <typename Consider>
  void consider_bank(unsigned bank, const Consider& consider) {
    const auto column = [&](Entry* entry, int rank) {
      const auto direction = entry->access.write ? DramDirection::kWrite : DramDirection::kRead;
      consider(Command::kColumn, entry, banks_.earliest_column(bank, direction), rank);
    };
    Entry* const first = oldest(write_turn_, bank);
    if (first == nullptr) {
      return;
    }
    const bool owed = owed_.contains(bank);
    if (Entry* const own = hit(write_turn_, bank)) {
      column(own, owed ? 0 : 1);
      const auto left = std::ranges::count_if(held(write_turn_), [&](const Entry& entry) {
        return entry.access.bank == bank && entry.access.row == banks_.row(bank);
      });
      Entry* const other = oldest(write_turn_, bank, false);
      if (!owed && other != nullptr && counts_[write_turn_][bank].served > left) {
        consider(Command::kPrecharge, other, banks_.earliest_precharge(bank), 1);
      }
    } else if (owed && owed_[bank] != write_turn_) {
      column(hit(owed_[bank], bank), 0);
    } else if (banks_.is_open(bank)) {
      consider(Command::kPrecharge, oldest(write_turn_, bank, false),
               banks_.earliest_precharge(bank), 1);
    } else {
      consider(Command::kActivate, first, banks_.earliest_activate(bank), 1);
    }
  }

  void issue(const Plan& plan) {
    now_ = plan.time;
    const bool column = plan.command == Command::kColumn;
    if (column || !timing_.split_command_bus) {
      column_bus_ = plan.end;
    }
    if (!column || !timing_.split_command_bus) {
      row_bus_ = plan.end;
    }
    const unsigned bank = plan.entry->access.bank;
    if (column) {
      issue_column(*plan.entry, plan.time);
    } else if (plan.command == Command::kActivate) {
      plan.entry->activated = true;
      owed_[bank] = plan.entry->access.write;
      banks_.activate(bank, plan.entry->access.row, plan.time);
      counts_[0][bank] = counts_[1][bank] = Count();
    } else {
      plan.entry->precharged = true;
      banks_.precharge(bank, plan.time);
    }
  }

  void issue_column(const Entry& entry, DramCycle time) {
    const bool write = entry.access.write;
    const unsigned bank = entry.access.bank;
    ++(entry.precharged  ? counters.row_conflicts
       : entry.activated ? counters.row_misses
                         : counters.row_hits);
    Count& count = counts_[write][bank];
    ++count.served;
    count.passed += &entry == oldest(write, bank) ? 0 : 1;
    owed_.erase(bank);
    banks_.column(bank, write ? DramDirection::kWrite : DramDirection::kRead, time);
    passed_over_ = false;
    entered_ = std::max(entered_, time);  // whom the full queue held up may enter now
    if (!write) {
      done(entry.access.burst, time + timing_.read_done());
    } else if (options_.write_ack == DramWriteAck::kIssued) {
      done(entry.access.burst, time + 1);
    } else if (options_.write_ack == DramWriteAck::kData) {
      done(entry.access.burst, time + timing_.write_done());
    }
    if (write) {
      written = time + 1;
    }
    held(write).erase(held(write).begin() + (&entry - held(write).data()));
    choose_direction();
  }

  void done(std::uint32_t burst, DramCycle cycle) { done_[burst] = std::max(done_[burst], cycle); }

  void choose_direction() {
    const std::size_t reads = held(false).size();
    const std::size_t writes = held(true).size();
    write_turn_ = write_turn_ ? writes > options_.write_low || reads == 0
                              : writes > options_.write_high || reads == 0;
  }

  void refresh() {
    now_ = std::max(now_, banks_.refresh_all(std::max(next_refresh_, row_bus_)));
    owed_.clear();
    passed_over_ = held(false).size() + held(true).size() > 0;
    ++counters.refreshes;
    next_refresh_ += timing_.refresh_interval;
  }

  DramTiming timing_;
  DramControllerOptions options_;
  DramBanks banks_;
  std::vector<Entry> entries_[2];        // reads, writes
  std::map<unsigned, Count> counts_[2];  // by direction, bank
  std::map<unsigned, bool> owed_;        // banks opened for an access not served: is it a write?
  std::map<std::uint32_t, DramCycle> done_;
  bool write_turn_ = false;
  bool passed_over_ = false;  // an access waited when REF came, and none was served since
  DramCycle entered_ = 0;     // when the latest access entered its queue, or one could have
  DramCycle row_bus_ = 0;
  DramCycle column_bus_ = 0;
  DramCycle now_ = 0;
  DramCycle next_refresh_ = 0;
};

}  // namespace tilewave::test
