// The way of a burst between DRAM and SRAM, and what the SRAM leaves to operand streams, as the
// replay has them: data paths that are free from some cycle on.
#pragma once

#include <span>
#include <vector>

#include "models/dram/tile_runs.h"
#include "models/sram/sram_timing.h"
#include "sim/explain/dram_service.h"

namespace tilewave {

class ReplayMemory {
 public:
  /// `machine` outlives it. `burst_rate` is what the DMA engines take of the SRAM, in bytes per
  /// cycle, averaged over the run.
  ReplayMemory(const MachineConfig& machine, const DramService& service, double burst_rate);

  /// A burst of an op between DRAM and the SRAM from `sram_address` on, issued at `issue`.
  struct Transfer {
    bool load = false;
    std::uint32_t sram_address = 0;
    Cycle issue = 0;
    BurstCursor::Burst burst;
  };

  /// When it reaches the DRAM; a store's data goes there with it. Asked for again, the answer is
  /// the same until the store before it has moved.
  Cycle arrival(const Transfer& transfer);

  /// Moves a burst that reaches the DRAM at `arrival`; no later one does so earlier. Returns when
  /// its data is in the SRAM, or its acknowledgement back.
  Cycle move(const Transfer& transfer, Cycle arrival);

  /// How long the SRAM needs for the operands of a step: until the bank with most of them is done,
  /// held up by bursts, to which it leaves their share.
  Cycle stream_cycles(std::span<const SramRange> ranges);

 private:
  /// When the bus has a store's data on it, for the last time.
  Cycle store_bus_end(const Transfer& transfer, bool reserve);
  double serve(const BurstCursor::Burst& burst, Cycle arrival);
  Cycle beats(std::uint64_t bytes) const { return ceil_div(bytes, machine_.bus.bytes_per_cycle); }
  /// When `free` (by bank) lets the SRAM serve bytes asked for at `at`; it does so if `reserve`.
  Cycle in_sram(std::vector<Cycle>& free, Cycle at, const Transfer& transfer, bool reserve) const;

  const MachineConfig& machine_;
  DramService service_;
  std::vector<double> pins_;  // by channel: free from
  Cycle bus_read_ = 0;        // free from, as are the next
  Cycle bus_write_ = 0;
  std::vector<Cycle> sram_read_;         // by bank
  std::vector<Cycle> sram_write_;        // by bank
  Cycle chunk_cycles_ = 1;               // of interleave_bytes in their bank
  double stream_share_ = 1;              // of the banks' slots, left to streams
  std::vector<std::uint64_t> accesses_;  // by bank, of one stream
};

}  // namespace tilewave
