// Reservations of bursts per bank, and what they leave of the slots to the stream.
#include "models/sram/sram_timing.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "compiler/program/tensor.h"

namespace tilewave {
namespace {

constexpr std::size_t kTidyAbove = 16;  // reservations kept per bank before looking for old ones

}  // namespace

SramTiming::SramTiming(const SramConfig& config)
    : config_(config),
      interleave_shift_(static_cast<unsigned>(std::countr_zero(config.interleave_bytes))),
      port_shift_(static_cast<unsigned>(std::countr_zero(config.port_bytes))),
      banks_(config.banks),
      bank_mask_(std::has_single_bit(config.banks) ? config.banks - 1 : 0),
      all_banks_(config.banks),
      stream_accesses_(config.banks, 0) {
  std::iota(all_banks_.begin(), all_banks_.end(), 0U);
}

std::uint64_t SramTiming::peak_bytes_per_cycle() const {
  return std::uint64_t{config_.banks} * config_.ports * config_.port_bytes;
}

Cycle SramTiming::burst(Cycle now, Cycle at, SramRange range) {
  counters_.bytes += range.bytes;
  stream_changed_ = true;
  const Slot start = at * config_.ports;
  Slot last = start;
  std::uint64_t chunk = range.address >> interleave_shift_;
  std::uint32_t index = bank_of(chunk);
  const std::uint64_t end = range.address + range.bytes;
  for (std::uint64_t from = range.address; from < end;) {
    const std::uint64_t to = std::min(end, ++chunk << interleave_shift_);
    const Slot accesses = accesses_of(to - from);
    const Slot done = reserve(banks_[index], now * config_.ports, start, accesses);
    counters_.bank_conflicts += done > start + accesses ? 1 : 0;
    last = std::max(last, done);
    index = index + 1 == config_.banks ? 0 : index + 1;
    from = to;
  }
  return config_.ports == 1 ? last : ceil_div(last, config_.ports);
}

void SramTiming::begin_stream(Cycle at, std::span<const SramRange> ranges) {
  for (const std::uint32_t index : stream_banks_) {
    banks_[index].stream.remaining = 0;
    stream_accesses_[index] = 0;
  }
  stream_changed_ = true;
  Slot everywhere = 0;
  bool evenly = true;
  for (const SramRange& range : ranges) {
    counters_.bytes += range.bytes;
    if (const Slot accesses = accesses_per_bank(range); accesses > 0) {
      everywhere += accesses;
      continue;
    }
    if (evenly) {
      evenly = false;
      stream_banks_.clear();
    }
    add_to_stream(range);
  }
  if (everywhere > 0 && stream_banks_.size() < banks_.size()) {
    stream_banks_ = all_banks_;
  } else if (everywhere == 0 && evenly) {
    stream_banks_.clear();
  }
  const Slot start = at * config_.ports;
  for (const std::uint32_t index : stream_banks_) {
    Bank& bank = banks_[index];
    if (!bank.earlier.empty()) {
      forget(bank, start);
    }
    bank.stream = {start, everywhere + stream_accesses_[index], start};
    counters_.bank_conflicts += bank.last.end > start ? 1 : 0;
  }
}

/// Accesses of each bank if the chunks of a range come in whole rounds; else 0.
SramTiming::Slot SramTiming::accesses_per_bank(SramRange range) const {
  const std::uint64_t chunks = range.bytes >> interleave_shift_;
  const bool aligned = ((range.address | range.bytes) & (config_.interleave_bytes - 1)) == 0;
  return aligned && bank_of(chunks) == 0
             ? chunks / config_.banks * accesses_of(config_.interleave_bytes)
             : 0;
}

/// Deals the chunks of a range to the banks.
void SramTiming::add_to_stream(SramRange range) {
  const std::uint64_t first = range.address >> interleave_shift_;
  const std::uint64_t last = (range.address + range.bytes - 1) >> interleave_shift_;
  const std::uint64_t end = range.address + range.bytes;
  std::uint64_t from = range.address;
  for (std::uint64_t chunk = first; chunk <= last; ++chunk) {
    const std::uint64_t to = std::min(end, (chunk + 1) << interleave_shift_);
    const std::uint32_t bank = bank_of(chunk);
    if (stream_accesses_[bank] == 0) {
      stream_banks_.push_back(bank);
    }
    stream_accesses_[bank] += accesses_of(to - from);
    from = to;
  }
}

Cycle SramTiming::stream_end() {
  if (!stream_changed_) {
    return stream_end_;
  }
  Slot end = 0;
  for (const std::uint32_t index : stream_banks_) {
    const Bank& bank = banks_[index];
    if (bank.last.end <= bank.stream.time) {
      end = std::max(end, bank.stream.remaining == 0 ? bank.stream.end
                                                     : bank.stream.time + bank.stream.remaining);
    } else {
      Stream stream = bank.stream;
      settle(bank, stream, ~Slot{0});
      end = std::max(end, stream.end);
    }
  }
  stream_end_ = config_.ports == 1 ? end : ceil_div(end, config_.ports);
  stream_changed_ = false;
  return stream_end_;
}

/// First gap at or after `at` that holds the accesses, and as many of the stream's in between.
SramTiming::Slot SramTiming::reserve_between(Bank& bank, Slot now, Slot at, Slot accesses) {
  if (bank.stream.remaining > 0 || bank.earlier.size() >= kTidyAbove) {
    forget(bank, now);
  }
  if (bank.last.end <= at && bank.stream.remaining == 0) {
    bank.earlier.push_back(bank.last);
    bank.last = {at, at + accesses, accesses};
    return at + accesses;
  }
  Slot start = at;
  Stream stream = bank.stream;
  const auto length = [&] {
    settle(bank, stream, start);
    return accesses + std::min(accesses, stream.remaining);
  };
  Slot needed = length();
  auto next = std::ranges::upper_bound(bank.earlier, at, {}, &Reservation::end);
  const auto fits_before = [&](const Reservation& reservation) {
    if (reservation.end > start) {
      if (start + needed <= reservation.start) {
        return true;
      }
      start = reservation.end;
      needed = length();
    }
    return false;
  };
  while (next != bank.earlier.end() && !fits_before(*next)) {
    ++next;
  }
  if (next == bank.earlier.end() && !fits_before(bank.last)) {
    if (bank.last.end > now || bank.last.end > bank.stream.time) {
      bank.earlier.push_back(bank.last);
    }
    bank.last = {start, start + needed, accesses};
  } else {
    bank.earlier.insert(next, {start, start + needed, accesses});
  }
  return start + needed;
}

/// Lets the stream use every slot before `until` that no reservation holds. Stops at the start of a
/// reservation that `until` would cut in two.
void SramTiming::settle_among(const Bank& bank, Stream& stream, Slot until) {
  const auto use_reservation = [&](const Reservation& reservation) {
    if (reservation.end <= stream.time) {
      return;
    }
    use_gap(stream, std::min(reservation.start, until));
    if (stream.remaining == 0 || reservation.end > until) {
      until = std::min(until, reservation.start);
      return;
    }
    const Slot share = reservation.end - reservation.start - reservation.accesses;
    // Alternating, the stream's n-th access is the 2n-th slot of the reservation. One that starts
    // in the middle has missed some: they are over, or the stream before has used them.
    const Slot missed =
        stream.time > reservation.start ? ceil_div(stream.time - reservation.start, 2) : 0;
    const Slot taken = std::min(share - std::min(share, missed), stream.remaining);
    stream.remaining -= taken;
    stream.end = taken == 0 ? stream.end
                            : std::min(reservation.end, reservation.start + 2 * (missed + taken));
    stream.time = reservation.end;
  };
  if (!bank.earlier.empty()) {
    auto next = std::ranges::upper_bound(bank.earlier, stream.time, {}, &Reservation::end);
    for (; next != bank.earlier.end() && next->start < until; ++next) {
      use_reservation(*next);
    }
  }
  use_reservation(bank.last);
  use_gap(stream, until);
}

/// Drops earlier reservations that can no longer matter: over, and passed by the stream.
void SramTiming::forget(Bank& bank, Slot now) {
  if (bank.stream.remaining > 0) {
    settle(bank, bank.stream, now);
  }
  if (!bank.earlier.empty()) {
    const Slot passed = bank.stream.remaining == 0 ? now : std::min(now, bank.stream.time);
    std::erase_if(bank.earlier,
                  [passed](const Reservation& reservation) { return reservation.end <= passed; });
  }
}

}  // namespace tilewave
