// The SRAM's time found the slow way, for comparison.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "compiler/program/tensor.h"
#include "models/sram/sram_timing.h"

namespace tilewave::test {

/// The rules of SramTiming the plain way: chunk by chunk and bank by bank, the stream slot by slot. It
/// forgets nothing.
class SlotBySlot {
 public:
  explicit SlotBySlot(const SramConfig& config) : config_(config), banks_(config.banks) {}

  Cycle burst(Cycle at, SramRange range) {
    counters_.bytes += range.bytes;
    const std::uint64_t start = at * config_.ports;
    std::uint64_t last = start;
    visit_pieces(range, [&](Bank& bank, std::uint64_t accesses) {
      const std::uint64_t end = bank.reserve(start, accesses);
      counters_.bank_conflicts += end > start + accesses ? 1 : 0;
      last = std::max(last, end);
    });
    return ceil_div(last, config_.ports);
  }

  void begin_stream(Cycle now, std::span<const SramRange> ranges) {
    for (Bank& bank : banks_) {
      bank.stream_begin = now * config_.ports;
      bank.stream_accesses = 0;
    }
    for (const SramRange& range : ranges) {
      counters_.bytes += range.bytes;
      visit_pieces(range,
                   [](Bank& bank, std::uint64_t accesses) { bank.stream_accesses += accesses; });
    }
    for (const Bank& bank : banks_) {
      const bool taken =
          !bank.reservations.empty() && bank.reservations.back().end > bank.stream_begin;
      counters_.bank_conflicts += bank.stream_accesses > 0 && taken ? 1 : 0;
    }
  }

  Cycle stream_end() const {
    std::uint64_t end = 0;
    for (const Bank& bank : banks_) {
      end = std::max(end, bank.stream_end());
    }
    return ceil_div(end, config_.ports);
  }

  const SramCounters& counters() const { return counters_; }

 private:
  static constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();

  /// A burst's slots are the even ones from `start` on while the stream has its share, the odd ones,
  /// and all behind.
  struct Reservation {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t accesses = 0;

    bool leaves_to_stream(std::uint64_t slot) const {
      return (slot - start) % 2 == 1 && (slot - start) / 2 < end - start - accesses;
    }
  };

  struct Bank {
    std::vector<Reservation> reservations;  // by start
    std::uint64_t stream_begin = 0;
    std::uint64_t stream_accesses = 0;

    /// The first that ends behind a slot.
    auto at_or_behind(std::uint64_t slot) const {
      return std::ranges::upper_bound(reservations, slot, {}, &Reservation::end);
    }

    /// visit(slot) for the slots the stream uses before `until`.
    template <typename Visit>
    void visit_stream(std::uint64_t until, Visit&& visit) const {
      std::uint64_t left = stream_accesses;
      for (std::uint64_t slot = stream_begin; left > 0 && slot < until; ++slot) {
        const auto other = at_or_behind(slot);
        if (other == reservations.end() || slot < other->start || other->leaves_to_stream(slot)) {
          --left;
          visit(slot);
        }
      }
    }

    std::uint64_t reserve(std::uint64_t at, std::uint64_t accesses) {
      for (std::uint64_t start = at;;) {
        const auto next = at_or_behind(start);
        if (next == reservations.end() || start + accesses <= next->start) {
          std::uint64_t left = stream_accesses;
          visit_stream(start, [&](std::uint64_t) { --left; });
          const std::uint64_t end = start + accesses + std::min(accesses, left);
          if (next == reservations.end() || end <= next->start) {
            reservations.insert(next, {start, end, accesses});
            return end;
          }
        }
        start = next->end;
      }
    }

    std::uint64_t stream_end() const {
      std::uint64_t end = 0;
      visit_stream(kForever, [&](std::uint64_t slot) { end = slot + 1; });
      return end;
    }
  };

  /// visit(bank, accesses) for each chunk of the range, or part of one.
  template <typename Visit>
  void visit_pieces(SramRange range, Visit&& visit) {
    const std::uint64_t end = range.address + range.bytes;
    for (std::uint64_t at = range.address; at < end;) {
      const std::uint64_t chunk = at / config_.interleave_bytes;
      const std::uint64_t next = std::min(end, (chunk + 1) * config_.interleave_bytes);
      visit(banks_[chunk % config_.banks], ceil_div(next - at, config_.port_bytes));
      at = next;
    }
  }

  SramConfig config_;
  std::vector<Bank> banks_;
  SramCounters counters_;
};

}  // namespace tilewave::test
