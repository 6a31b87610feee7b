// Cuts ranges into what they take of each bank.
#include "models/sram/sram_timing.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "compiler/program/tensor.h"

namespace tilewave {

SramTiming::SramTiming(const SramConfig& config)
    : config_(config),
      interleave_shift_(static_cast<unsigned>(std::countr_zero(config.interleave_bytes))),
      port_shift_(static_cast<unsigned>(std::countr_zero(config.port_bytes))),
      whole_chunk_(accesses_of(config.interleave_bytes)),
      bank_mask_(std::has_single_bit(config.banks) ? config.banks - 1 : 0),
      groups_(config.banks) {}

/// The cycle in which all slots before `end` are over.
Cycle SramTiming::cycle_of(PortSlot end) const {
  return config_.ports == 1 ? end : ceil_div(end, config_.ports);
}

std::uint64_t SramTiming::peak_bytes_per_cycle() const {
  return std::uint64_t{config_.banks} * config_.ports * config_.port_bytes;
}

template <typename AllRound, typename Some>
void SramTiming::deal(SramRange range, AllRound&& all_round, Some&& some) const {
  const std::uint64_t end = range.address + range.bytes;
  std::uint64_t first = range.address >> interleave_shift_;
  const std::uint64_t last = (end - 1) >> interleave_shift_;
  if (first == last) {
    some(bank_of(first), 1, accesses_of(range.bytes));
    return;
  }
  const PortSlot of_first = accesses_of(((first + 1) << interleave_shift_) - range.address);
  const PortSlot of_last = accesses_of(end - (last << interleave_shift_));
  std::uint64_t chunks = last - first + 1;
  if (of_first < whole_chunk_) {
    some(bank_of(first), 1, of_first);
    ++first;
    --chunks;
  }
  chunks -= of_last < whole_chunk_ ? 1 : 0;
  if (const std::uint64_t rounds = chunks / config_.banks; rounds > 0) {
    all_round(rounds, whole_chunk_);
    chunks -= rounds * config_.banks;
  }
  if (chunks > 0) {
    some(bank_of(first), static_cast<std::uint32_t>(chunks), whole_chunk_);
  }
  if (of_last < whole_chunk_) {
    some(bank_of(last), 1, of_last);
  }
}

Cycle SramTiming::burst(Cycle now, Cycle at, SramRange range) {
  counters_.bytes += range.bytes;
  stream_changed_ = true;
  const PortSlot asked = now * config_.ports;
  const PortSlot start = at * config_.ports;
  const std::uint64_t first = range.address >> interleave_shift_;
  if (first == (range.address + range.bytes - 1) >> interleave_shift_) {
    if (SramBank* const bank = groups_.alone(bank_of(first)); bank != nullptr) {
      const PortSlot accesses = accesses_of(range.bytes);
      const PortSlot done = bank->reserve(asked, start, accesses);
      counters_.bank_conflicts += done > start + accesses ? 1 : 0;
      return cycle_of(done);
    }
  }
  return burst_over_banks(asked, start, range);
}

Cycle SramTiming::burst_over_banks(PortSlot asked, PortSlot start, SramRange range) {
  PortSlot last = start;
  const auto take = [&](SramBank& bank, std::uint32_t alike, PortSlot accesses) {
    const PortSlot done = bank.reserve(asked, start, accesses);
    counters_.bank_conflicts += done > start + accesses ? alike : 0;
    last = std::max(last, done);
    return done;
  };
  deal(
      range,
      [&](std::uint64_t times, PortSlot accesses) {
        groups_.visit_all([&](SramBank& bank, std::uint32_t alike) {
          for (std::uint64_t left = times; left > 0;) {
            --left;
            if (take(bank, alike, accesses) == bank.reserved_until() && left > 0) {
              last = std::max(last, bank.repeat(asked, accesses, left));
              counters_.bank_conflicts += left * alike;
              break;
            }
          }
        });
      },
      [&](std::uint32_t first, std::uint32_t count, PortSlot accesses) {
        groups_.visit(first, count,
                      [&](SramBank& bank, std::uint32_t alike) { take(bank, alike, accesses); });
      });
  return cycle_of(last);
}

void SramTiming::begin_stream(Cycle now, std::span<const SramRange> ranges) {
  stream_changed_ = true;
  PortSlot everywhere = 0;
  for (const SramRange& range : ranges) {
    counters_.bytes += range.bytes;
    deal(
        range, [&](std::uint64_t times, PortSlot accesses) { everywhere += times * accesses; },
        [&](std::uint32_t first, std::uint32_t count, PortSlot accesses) {
          groups_.visit(first, count, [&](SramBank& bank, std::uint32_t) { bank.want(accesses); });
        });
  }
  const PortSlot start = now * config_.ports;
  groups_.visit_all([&](SramBank& bank, std::uint32_t alike) {
    const bool in_use = everywhere + bank.wanted() > 0;
    counters_.bank_conflicts += in_use && bank.reserved_until() > start ? alike : 0;
    bank.begin_stream(start, everywhere);
  });
}

Cycle SramTiming::stream_end() {
  if (stream_changed_) {
    PortSlot end = 0;
    std::as_const(groups_).visit_all(
        [&](const SramBank& bank, std::uint32_t) { end = std::max(end, bank.stream_end()); });
    stream_end_ = cycle_of(end);
    stream_changed_ = false;
  }
  return stream_end_;
}

}  // namespace tilewave
