// The way of a burst between DRAM and SRAM, and what the SRAM leaves to operand streams, as the
// replay has them: data paths that are free from some cycle on.
#pragma once

#include <vector>

#include "models/compute_timing.h"
#include "models/tile_runs.h"
#include "sim/explain/dram_service.h"

namespace tilewave {

class ReplayMemory {
 public:
  /// All references outlive it.
  ReplayMemory(const Program& program, const MachineConfig& machine, const ComputeTiming& timing,
               const DramService& service);

  /// When a burst issued at `issue` reaches the DRAM. A store's data goes there with it; asked for
  /// again, the answer is the same until the store before it has moved.
  Cycle arrival(bool load, Cycle issue, std::uint64_t bytes) const;

  /// Moves a burst whose arrival() was that; no later call has an earlier arrival. Returns when its
  /// data is in the SRAM, or its acknowledgement back.
  Cycle move(const BurstCursor::Burst& burst, bool load, Cycle issue);

  /// How long the SRAM needs for the operands of a step.
  Cycle stream_cycles(std::uint64_t bytes) const;

 private:
  struct StoreTimes {
    Cycle sram_end = 0;
    Cycle bus_end = 0;
  };
  StoreTimes store_times(Cycle issue, std::uint64_t bytes) const;
  double serve(const BurstCursor::Burst& burst, Cycle arrival);
  Cycle beats(std::uint64_t bytes) const { return ceil_div(bytes, machine_.bus.bytes_per_cycle); }
  Cycle burst_in_sram(std::uint64_t bytes) const;

  const MachineConfig& machine_;
  DramService service_;
  std::vector<double> pins_;  // by channel: free from
  Cycle bus_read_ = 0;        // free from, as are the next
  Cycle bus_write_ = 0;
  Cycle sram_read_ = 0;
  Cycle sram_write_ = 0;
  double stream_rate_ = 1;  // bytes per cycle
};

}  // namespace tilewave
