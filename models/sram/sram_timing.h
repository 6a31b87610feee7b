// Contention for the banks of the SRAM. Two kinds of users: DMA bursts, short and reserved at once;
// and the core's operand streams, long and drained from whatever the bursts leave over.
#pragma once

#include <cstdint>
#include <span>

#include "models/sram/bank_groups.h"
#include "models/sram/config.h"
#include "models/sram/sram_counters.h"

namespace tilewave {

/// A contiguous range of SRAM bytes.
struct SramRange {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
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

  /// Starts a stream over `ranges` at cycle `now`, which must not be earlier than the end of the
  /// stream before; no later call has an earlier one.
  void begin_stream(Cycle now, std::span<const SramRange> ranges);
  /// The cycle in which the current stream ends if no more bursts arrive; later bursts move it
  /// back.
  Cycle stream_end();

  const SramCounters& counters() const { return counters_; }
  std::uint64_t peak_bytes_per_cycle() const;
  Cycle latency() const { return config_.latency; }

 private:
  Cycle cycle_of(PortSlot end) const;
  Cycle burst_over_banks(PortSlot asked, PortSlot start, SramRange range);
  PortSlot accesses_of(std::uint64_t bytes) const { return ((bytes - 1) >> port_shift_) + 1; }
  std::uint32_t bank_of(std::uint64_t chunk) const {
    return static_cast<std::uint32_t>(bank_mask_ != 0 ? chunk & bank_mask_ : chunk % config_.banks);
  }
  /// Deals the chunks of a range, or what it has of them, to the banks: all_round(times, accesses) for
  /// so many accesses of every bank, so many times; some(first, count, accesses) for those of `count`
  /// banks from `first` on. In the order of the chunks, as far as one bank sees it.
  template <typename AllRound, typename Some>
  void deal(SramRange range, AllRound&& all_round, Some&& some) const;

  SramConfig config_;
  unsigned interleave_shift_;  // log2 of interleave_bytes
  unsigned port_shift_;        // log2 of port_bytes
  PortSlot whole_chunk_;       // accesses of one
  std::uint32_t bank_mask_;    // banks - 1 if that is a power of two, else 0
  SramBankGroups groups_;
  Cycle stream_end_ = 0;        // what stream_end() said last
  bool stream_changed_ = true;  // since then: a new one, or a burst
  SramCounters counters_;
};

}  // namespace tilewave
