// The accesses a channel holds, by direction and bank, oldest first: linked lists over a fixed
// pool. It knows which accesses of a bank hit the open row and whether that row may be given up for
// another, not when anything may be issued.
#pragma once

#include <cstdint>
#include <vector>

#include "models/dram/bank.h"

namespace tilewave {

/// One direction's entries. All operations are constant time except opened(), which walks one
/// bank's list, and the look for the next row hit, which walks a part of it.
class DramQueue {
 public:
  struct Entry {
    Entry* newer_in_bank = nullptr;  ///< also links the free entries
    Entry* older_in_bank = nullptr;
    Entry* newer = nullptr;
    Entry* older = nullptr;
    std::uint64_t age = 0;  ///< smaller is older
    DramCycle entered = 0;
    std::uint32_t row = 0;
    std::uint32_t burst = 0;  ///< the caller's mark
    std::uint8_t bank = 0;
    bool activated = false;   ///< an ACT was issued for it: not a row hit
    bool precharged = false;  ///< a PRE was issued for it: a row conflict
  };

  /// After `hit_limit` row hits have passed a bank's oldest access, that one is next.
  DramQueue(unsigned capacity, unsigned hit_limit);
  DramQueue(const DramQueue&) = delete;  // the lists run through the vectors
  DramQueue& operator=(const DramQueue&) = delete;
  DramQueue(DramQueue&&) = default;

  unsigned size() const { return size_; }
  bool full() const { return free_ == nullptr; }

  /// The oldest entry of all; if there is none, one that is younger than any and entered at
  /// kNeverEntered.
  const Entry& oldest() const { return *all_.front().newer; }
  static constexpr DramCycle kNeverEntered = kNoDramCycle / 2;
  std::uint64_t waiting() const { return waiting_; }  ///< banks with entries
  std::uint64_t hits() const { return hits_; }        ///< banks with an entry for the open row
  /// Banks whose open row has served more accesses than still wait for it while others wait for
  /// another row: what closing it wastes is less than what opening it has earned.
  std::uint64_t closable() const { return closable_; }
  /// What the bank should serve next: the oldest hit of the open row, else the oldest entry.
  Entry& next(unsigned bank) { return *banks_[bank].next; }
  const Entry& next(unsigned bank) const { return *banks_[bank].next; }
  /// The oldest entry of an open bank that is not for the open row.
  Entry& other(unsigned bank) { return *banks_[bank].other; }
  const Entry& other(unsigned bank) const { return *banks_[bank].other; }

  /// Appends an access; `hit` if its bank's open row is `row`. True if next(bank) or,
  /// with the bank open, other(bank) changed.
  bool push(unsigned bank, std::uint32_t row, std::uint32_t burst, std::uint64_t age,
            DramCycle entered, bool hit);
  /// Removes next(bank), a hit; returns its burst.
  std::uint32_t pop_hit(unsigned bank);
  void opened(unsigned bank, std::uint32_t row);
  void closed(unsigned bank);

 private:
  struct Bank {
    Entry ends;  ///< the list is a ring: the oldest is newer than this one, the newest is older
    Entry* next = nullptr;
    Entry* other = nullptr;
    unsigned passed = 0;  ///< hits that passed, since the ACT
    unsigned served = 0;  ///< accesses, since the ACT
    unsigned left = 0;    ///< entries for the open row

    Entry* oldest() const { return ends.newer_in_bank; }
  };

  bool may_hit(const Bank& bank, const Entry* entry) const {
    return entry == bank.oldest() || bank.passed < hit_limit_;
  }
  // Each takes a bank and its bit in the masks.
  void find_hit(Bank& bank, std::uint64_t bit, Entry* from, std::uint32_t row);
  void serve_oldest(Bank& bank, std::uint64_t bit);
  /// Brings the bank's bit of closable_ up to date; without others it stays clear.
  void weigh(const Bank& bank, std::uint64_t bit) {
    if (bank.other != nullptr) {
      closable_ = bank.served > bank.left ? closable_ | bit : closable_ & ~bit;
    }
  }

  std::vector<Entry> entries_;
  std::vector<Entry> all_;  ///< one, which ends the list of all entries as Bank::ends does a bank's
  std::vector<Bank> banks_;
  Entry* free_ = nullptr;
  unsigned hit_limit_ = 0;
  unsigned size_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t closable_ = 0;
};

// Inline from here on: each runs once or twice per access.

inline bool DramQueue::push(unsigned bank, std::uint32_t row, std::uint32_t burst,
                            std::uint64_t age, DramCycle entered, bool hit) {
  Bank& own = banks_[bank];
  Entry& all = all_.front();
  Entry* const entry = free_;
  free_ = entry->newer_in_bank;
  entry->age = age;
  entry->entered = entered;
  entry->row = row;
  entry->burst = burst;
  entry->bank = static_cast<std::uint8_t>(bank);
  entry->activated = false;
  entry->precharged = false;
  Entry* const before_in_bank = own.ends.older_in_bank;
  entry->older_in_bank = before_in_bank;
  entry->newer_in_bank = &own.ends;
  before_in_bank->newer_in_bank = entry;
  own.ends.older_in_bank = entry;
  Entry* const before = all.older;
  entry->older = before;
  entry->newer = &all;
  before->newer = entry;
  all.older = entry;
  ++size_;
  const std::uint64_t bit = std::uint64_t{1} << bank;
  bool changed = false;
  if ((waiting_ & bit) == 0) {
    own.next = entry;
    waiting_ |= bit;
    changed = true;
  }
  if (hit) {
    ++own.left;
    if ((hits_ & bit) == 0 && may_hit(own, entry)) {
      hits_ |= bit;
      own.next = entry;
      changed = true;
    }
    weigh(own, bit);
  } else if (own.other == nullptr) {
    own.other = entry;
    weigh(own, bit);
    changed = true;
  }
  return changed;
}

inline std::uint32_t DramQueue::pop_hit(unsigned bank) {
  Bank& own = banks_[bank];
  const std::uint64_t bit = std::uint64_t{1} << bank;
  Entry* const entry = own.next;
  Entry* const after = entry->newer_in_bank;
  own.passed += entry != own.oldest() ? 1 : 0;
  ++own.served;
  --own.left;
  entry->older_in_bank->newer_in_bank = after;
  after->older_in_bank = entry->older_in_bank;
  entry->older->newer = entry->newer;
  entry->newer->older = entry->older;
  entry->newer_in_bank = free_;
  free_ = entry;
  --size_;
  find_hit(own, bit, after, entry->row);  // entries before it are older and no hits
  weigh(own, bit);
  return entry->burst;
}

inline void DramQueue::opened(unsigned bank, std::uint32_t row) {
  Bank& own = banks_[bank];
  own.passed = 0;
  own.served = 0;
  own.left = 0;
  own.other = nullptr;
  const std::uint64_t bit = std::uint64_t{1} << bank;
  closable_ &= ~bit;
  for (Entry* entry = own.oldest(); entry != &own.ends; entry = entry->newer_in_bank) {
    if (entry->row == row) {
      ++own.left;
    } else if (own.other == nullptr) {
      own.other = entry;
    }
  }
  find_hit(own, bit, own.oldest(), row);
  weigh(own, bit);
}

inline void DramQueue::closed(unsigned bank) {
  Bank& own = banks_[bank];
  serve_oldest(own, std::uint64_t{1} << bank);
  own.left = 0;
  own.served = 0;
}

inline void DramQueue::serve_oldest(Bank& bank, std::uint64_t bit) {
  hits_ &= ~bit;
  if (bank.oldest() == &bank.ends) {
    waiting_ &= ~bit;
  } else {
    bank.next = bank.oldest();
  }
}

inline void DramQueue::find_hit(Bank& bank, std::uint64_t bit, Entry* from, std::uint32_t row) {
  if (bank.left != 0) {
    while (from->row != row) {
      from = from->newer_in_bank;
    }
    if (may_hit(bank, from)) {
      hits_ |= bit;
      bank.next = from;
      return;
    }
  }
  serve_oldest(bank, bit);
}

}  // namespace tilewave
