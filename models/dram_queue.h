// The accesses a channel holds, by direction and bank, oldest first: fixed arrays and index lists.
// It knows which accesses of a bank hit the open row and whether that row may be given up for
// another, not when anything may be issued.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/dram_bank.h"

namespace tilewave {

/// One direction's entries. All operations are constant time except opened(), which walks one
/// bank's list, and the look for the next row hit, which walks a part of it.
class DramQueue {
 public:
  static constexpr std::uint16_t kNone = 0xffff;

  struct Entry {
    std::uint64_t age = 0;  ///< smaller is older
    std::uint32_t row = 0;
    std::uint32_t burst = 0;  ///< the caller's mark
    std::uint16_t next = kNone;
    std::uint16_t previous = kNone;
    std::uint8_t bank = 0;
    bool activated = false;   ///< an ACT was issued for it: not a row hit
    bool precharged = false;  ///< a PRE was issued for it: a row conflict
  };

  /// After `hit_limit` row hits have passed a bank's oldest access, that one is next.
  DramQueue(unsigned capacity, unsigned hit_limit);

  unsigned size() const { return size_; }
  bool full() const { return free_ == kNone; }
  Entry& operator[](std::uint16_t index) { return entries_[index]; }

  std::uint64_t waiting() const { return waiting_; }  ///< banks with entries
  std::uint64_t hits() const { return hits_; }        ///< banks with an entry for the open row
  /// Banks whose open row has served more accesses than still wait for it while others wait for
  /// another row: what closing it wastes is less than what opening it has earned.
  std::uint64_t closable() const { return closable_; }
  /// What the bank should serve next: the oldest hit of the open row, else the oldest entry.
  std::uint16_t next(unsigned bank) const { return next_[bank]; }
  /// By bank, the age of next().
  const std::array<std::uint64_t, DramBanks::kMaxBanks>& next_ages() const { return ages_; }
  /// The oldest entry of an open bank that is not for the open row.
  std::uint16_t other(unsigned bank) const { return other_[bank]; }
  const std::array<std::uint64_t, DramBanks::kMaxBanks>& other_ages() const { return other_ages_; }

  /// Appends an access; `hit` if its bank's open row is `row`. True if next(bank) or,
  /// with the bank open, other(bank) changed.
  bool push(unsigned bank, std::uint32_t row, std::uint32_t burst, std::uint64_t age, bool hit);
  /// Removes what next(bank) names, a hit; returns its burst.
  std::uint32_t pop_hit(unsigned bank);
  void opened(unsigned bank, std::uint32_t row);
  void closed(unsigned bank);

 private:
  bool may_hit(unsigned bank, std::uint16_t index) const {
    return index == head_[bank] || passed_[bank] < hit_limit_;
  }
  void find_hit(unsigned bank, std::uint16_t from, std::uint32_t row);
  void serve_hit(unsigned bank, std::uint16_t index);
  void serve_head(unsigned bank);
  void set_other(unsigned bank, std::uint16_t index) {
    other_[bank] = index;
    other_ages_[bank] = entries_[index].age;
  }
  /// Brings the bank's bit of closable_ up to date; without others it stays clear.
  void weigh(unsigned bank) {
    if (other_[bank] == kNone) {
      return;
    }
    const bool closable = served_[bank] > left_[bank];
    closable_ = (closable_ & ~(std::uint64_t{1} << bank)) | std::uint64_t{closable} << bank;
  }
  void set_next(unsigned bank, std::uint16_t index) {
    next_[bank] = index;
    ages_[bank] = entries_[index].age;
  }

  std::vector<Entry> entries_;
  unsigned hit_limit_ = 0;
  std::array<unsigned, DramBanks::kMaxBanks> passed_ = {};  ///< hits that passed, since the ACT
  std::array<unsigned, DramBanks::kMaxBanks> served_ = {};  ///< accesses, since the ACT
  std::array<unsigned, DramBanks::kMaxBanks> left_ = {};    ///< entries for the open row
  std::uint16_t free_ = kNone;
  unsigned size_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t closable_ = 0;
  std::array<std::uint16_t, DramBanks::kMaxBanks> head_ = {};
  std::array<std::uint16_t, DramBanks::kMaxBanks> tail_ = {};
  std::array<std::uint16_t, DramBanks::kMaxBanks> next_ = {};
  std::array<std::uint64_t, DramBanks::kMaxBanks> ages_ = {};
  std::array<std::uint16_t, DramBanks::kMaxBanks> other_ = {};
  std::array<std::uint64_t, DramBanks::kMaxBanks> other_ages_ = {};
};

// Inline from here on: each runs once or twice per access.

inline bool DramQueue::push(unsigned bank, std::uint32_t row, std::uint32_t burst,
                            std::uint64_t age, bool hit) {
  const std::uint16_t index = free_;
  Entry& entry = entries_[index];
  free_ = entry.next;
  bool changed = false;
  entry = {age, row, burst, kNone, tail_[bank], static_cast<std::uint8_t>(bank), false, false};
  const std::uint64_t bit = std::uint64_t{1} << bank;
  if (tail_[bank] == kNone) {
    head_[bank] = index;
    set_next(bank, index);
    waiting_ |= bit;
    changed = true;
  } else {
    entries_[tail_[bank]].next = index;
  }
  tail_[bank] = index;
  if (hit) {
    ++left_[bank];
    if ((hits_ & bit) == 0 && may_hit(bank, index)) {
      serve_hit(bank, index);
      changed = true;
    }
    weigh(bank);
  } else if (other_[bank] == kNone) {
    set_other(bank, index);
    weigh(bank);
    changed = true;
  }
  ++size_;
  return changed;
}

inline std::uint32_t DramQueue::pop_hit(unsigned bank) {
  const std::uint16_t index = next_[bank];
  Entry& entry = entries_[index];
  const std::uint16_t after = entry.next;
  if (index != head_[bank]) {
    ++passed_[bank];
  }
  ++served_[bank];
  --left_[bank];
  (entry.previous == kNone ? head_[bank] : entries_[entry.previous].next) = after;
  (after == kNone ? tail_[bank] : entries_[after].previous) = entry.previous;
  entry.next = free_;
  free_ = index;
  --size_;
  find_hit(bank, after, entry.row);  // entries before it are older and no hits
  weigh(bank);
  return entry.burst;
}

inline void DramQueue::opened(unsigned bank, std::uint32_t row) {
  passed_[bank] = 0;
  served_[bank] = 0;
  left_[bank] = 0;
  other_[bank] = kNone;
  closable_ &= ~(std::uint64_t{1} << bank);
  for (std::uint16_t i = head_[bank]; i != kNone; i = entries_[i].next) {
    if (entries_[i].row == row) {
      ++left_[bank];
    } else if (other_[bank] == kNone) {
      set_other(bank, i);
    }
  }
  find_hit(bank, head_[bank], row);
  weigh(bank);
}

inline void DramQueue::closed(unsigned bank) {
  serve_head(bank);
  left_[bank] = 0;
  served_[bank] = 0;
}

inline void DramQueue::serve_hit(unsigned bank, std::uint16_t index) {
  hits_ |= std::uint64_t{1} << bank;
  set_next(bank, index);
}

inline void DramQueue::serve_head(unsigned bank) {
  hits_ &= ~(std::uint64_t{1} << bank);
  if (head_[bank] == kNone) {
    waiting_ &= ~(std::uint64_t{1} << bank);
  } else {
    set_next(bank, head_[bank]);
  }
}

inline void DramQueue::find_hit(unsigned bank, std::uint16_t from, std::uint32_t row) {
  if (left_[bank] != 0) {
    while (entries_[from].row != row) {
      from = entries_[from].next;
    }
    if (may_hit(bank, from)) {
      serve_hit(bank, from);
      return;
    }
  }
  serve_head(bank);
}

}  // namespace tilewave
