// The banks of an SRAM, kept once for neighbours that have seen the same.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/sram/sram_bank.h"

namespace tilewave {

/// A group is a run of banks that have been told the same and so would answer the same; one of them
/// stands for all. Most bursts and streams begin and end at the same few banks, and what they cost is
/// a group or two, however many banks and chunks they touch.
class SramBankGroups {
 public:
  explicit SramBankGroups(std::uint32_t banks) : banks_(banks), begins_(banks / kWordBits + 1) {
    mark(0);
  }

  std::uint32_t banks() const { return static_cast<std::uint32_t>(banks_.size()); }

  /// The bank if it is a group of its own, else null: a short way for bursts that touch no other.
  SramBank* alone(std::uint32_t bank) {
    return is_begin(bank) && (bank + 1 == banks() || is_begin(bank + 1)) ? &banks_[bank] : nullptr;
  }

  /// visit(bank, alike) for each group of the `count` banks from `first` on, 1 ≤ count ≤ banks(), the
  /// first bank following the last: `bank` stands for `alike` of them.
  template <typename Visit>
  void visit(std::uint32_t first, std::uint32_t count, Visit&& visit) {
    const std::uint32_t end = first + count;
    visit_range(first, std::min(end, banks()), visit);
    if (end > banks()) {
      visit_range(0, end - banks(), visit);
    }
  }

  template <typename Visit>
  void visit_all(Visit&& visit) {
    visit_range(0, banks(), visit);
  }
  template <typename Visit>
  void visit_all(Visit&& visit) const {
    for (std::uint32_t group = 0; group < banks();) {
      const std::uint32_t next = next_begin(group);
      visit(banks_[group], next - group);
      group = next;
    }
  }

 private:
  static constexpr std::uint32_t kWordBits = 64;

  /// What has become alike in passing is one group from then on.
  template <typename Visit>
  void visit_range(std::uint32_t first, std::uint32_t end, Visit& visit) {
    split(first);
    split(end);
    std::uint32_t before = first;
    for (std::uint32_t group = first; group < end;) {
      const std::uint32_t next = next_begin(group);
      visit(banks_[group], next - group);
      if (group != first && banks_[group].is_like(banks_[before])) {
        unmark(group);
      } else {
        before = group;
      }
      group = next;
    }
  }

  void split(std::uint32_t bank) {
    if (bank < banks() && !is_begin(bank)) {
      banks_[bank] = banks_[begin_of(bank)];
      mark(bank);
    }
  }

  bool is_begin(std::uint32_t bank) const {
    return (begins_[bank / kWordBits] >> bank % kWordBits & 1) != 0;
  }
  void mark(std::uint32_t bank) {
    begins_[bank / kWordBits] |= std::uint64_t{1} << bank % kWordBits;
  }
  void unmark(std::uint32_t bank) {
    begins_[bank / kWordBits] &= ~(std::uint64_t{1} << bank % kWordBits);
  }
  /// Of the group that `bank` is in the middle of.
  std::uint32_t begin_of(std::uint32_t bank) const {
    std::size_t word = bank / kWordBits;
    std::uint64_t bits = begins_[word] & ((std::uint64_t{1} << bank % kWordBits) - 1);
    while (bits == 0) {
      bits = begins_[--word];
    }
    return static_cast<std::uint32_t>(word * kWordBits + kWordBits - 1) -
           static_cast<std::uint32_t>(std::countl_zero(bits));
  }
  /// Of the group behind that which begins at `bank`; banks() behind the last.
  std::uint32_t next_begin(std::uint32_t bank) const {
    std::size_t word = (bank + 1) / kWordBits;
    std::uint64_t bits = begins_[word] & ~std::uint64_t{0} << (bank + 1) % kWordBits;
    while (bits == 0 && ++word < begins_.size()) {
      bits = begins_[word];
    }
    return bits == 0 ? banks()
                     : static_cast<std::uint32_t>(word * kWordBits) +
                           static_cast<std::uint32_t>(std::countr_zero(bits));
  }

  std::vector<SramBank> banks_;        // where a group begins, all of it; elsewhere, nothing
  std::vector<std::uint64_t> begins_;  // a bit for each bank
};

}  // namespace tilewave
