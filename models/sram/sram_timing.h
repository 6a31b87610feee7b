// Contention for the banks of the SRAM. Two kinds of users: DMA bursts, short and reserved at once;
// and the core's operand streams, long and drained from whatever the bursts leave over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "models/accounting/counters.h"
#include "models/sram/config.h"

namespace tilewave {

/// A contiguous range of SRAM bytes.
struct SramRange {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

/// What an SRAM did so far, counted when an access is reserved.
struct SramCounters {
  std::uint64_t bytes = 0;
  /// Pieces of bursts, cut by banks, and streams, per bank, that found their bank taken: by others,
  /// or by an earlier piece of their own.
  std::uint64_t bank_conflicts = 0;

  void register_in(CounterRegister& all) const {
    all.add("sram",
            {"bytes", "B", Better::kLower,
             "through the SRAM's ports: DMA both ways, operands and results of the steps"},
            bytes);
    all.add("sram",
            {"bank_conflicts", "1", Better::kLower,
             "accesses that did not get their bank to themselves at once, per bank"},
            bank_conflicts);
  }
};

/// Bytes are interleaved over the banks every `interleave_bytes`; a bank moves `ports` ×
/// `port_bytes` per cycle; interleave and port width are powers of two. In a bank, bursts are
/// served first come first served; while a stream wants the bank too the two alternate access by
/// access, so neither holds the other up for its whole length. No port is ever given out twice.
class SramTiming {
 public:
  explicit SramTiming(const SramConfig& config);

  /// A burst that wants its ports from cycle `at` on, asked for at cycle `now` ≤ `at`; no later
  /// call has an earlier `now`. Returns the cycle in which its last access is over (latency not
  /// included).
  Cycle burst(Cycle now, Cycle at, SramRange range);

  /// Starts a stream over `ranges` at cycle `at`, which must not be earlier than the end of the
  /// stream before.
  void begin_stream(Cycle at, std::span<const SramRange> ranges);
  /// The cycle in which the current stream ends if no more bursts arrive; later bursts move it
  /// back.
  Cycle stream_end();

  const SramCounters& counters() const { return counters_; }
  std::uint64_t peak_bytes_per_cycle() const;
  Cycle latency() const { return config_.latency; }

 private:
  /// Time inside a bank is counted in port slots: slot s belongs to cycle s / ports.
  using Slot = std::uint64_t;

  struct Reservation {
    Slot start = 0;
    Slot end = 0;
    Slot accesses = 0;  // the rest of [start, end) is left to the stream
  };

  struct Stream {
    Slot time = 0;       // everything before is settled
    Slot remaining = 0;  // accesses left at `time`
    Slot end = 0;        // valid once remaining is 0
  };

  /// The reservations that may still matter, disjoint: `last` is the latest; the earlier ones, by
  /// start, are kept only as long as a stream or an earlier burst could meet them.
  struct Bank {
    Reservation last;
    std::vector<Reservation> earlier;
    Stream stream;
  };

  static Slot reserve(Bank& bank, Slot now, Slot at, Slot accesses) {
    Stream& stream = bank.stream;
    if (stream.remaining > 0 && bank.last.end <= stream.time &&
        stream.time + stream.remaining <= now) {
      stream.end = stream.time + stream.remaining;  // over, and nothing was in its way
      stream.remaining = 0;
    }
    if (bank.last.end > now || !bank.earlier.empty() || bank.last.end > stream.time) {
      if (bank.last.end > now || stream.remaining > 0) {
        return reserve_between(bank, now, at, accesses);
      }
      bank.last = {at, at + accesses, accesses};  // whatever was there is over
      return at + accesses;
    }
    // Nothing but the stream is in the way: it has every slot up to `at`, then every second one.
    use_gap(stream, now);
    const Slot left = stream.remaining - std::min(stream.remaining, gap(stream, at));
    const Slot end = at + accesses + std::min(accesses, left);
    bank.last = {at, end, accesses};
    return end;
  }
  static Slot gap(const Stream& stream, Slot until) {
    return until > stream.time ? until - stream.time : 0;
  }
  /// The stream has every slot before `until`.
  static void use_gap(Stream& stream, Slot until) {
    if (stream.remaining > 0 && until > stream.time) {
      const Slot taken = std::min(stream.remaining, until - stream.time);
      stream.remaining -= taken;
      stream.end = stream.time + taken;
      stream.time = until;
    }
  }
  static Slot reserve_between(Bank& bank, Slot now, Slot at, Slot accesses);
  static void settle(const Bank& bank, Stream& stream, Slot until) {
    if (bank.earlier.empty() && bank.last.end <= stream.time) {
      use_gap(stream, until);
    } else if (stream.remaining > 0) {
      settle_among(bank, stream, until);
    }
  }
  static void settle_among(const Bank& bank, Stream& stream, Slot until);
  static void forget(Bank& bank, Slot now);
  Slot accesses_of(std::uint64_t bytes) const { return ((bytes - 1) >> port_shift_) + 1; }
  std::uint32_t bank_of(std::uint64_t chunk) const {
    return static_cast<std::uint32_t>(bank_mask_ != 0 ? chunk & bank_mask_ : chunk % config_.banks);
  }
  Slot accesses_per_bank(SramRange range) const;
  void add_to_stream(SramRange range);

  SramConfig config_;
  unsigned interleave_shift_;  // log2 of interleave_bytes
  unsigned port_shift_;        // log2 of port_bytes
  std::vector<Bank> banks_;
  std::uint32_t bank_mask_;  // banks - 1 if that is a power of two, else 0
  std::vector<std::uint32_t> all_banks_;
  std::vector<std::uint32_t> stream_banks_;
  std::vector<Slot> stream_accesses_;
  Cycle stream_end_ = 0;        // what stream_end() said last
  bool stream_changed_ = true;  // since then: a new one, or a burst
  SramCounters counters_;
};

}  // namespace tilewave
