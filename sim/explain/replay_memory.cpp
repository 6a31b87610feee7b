// Bursts through DRAM, bus and banks, each path free from some cycle on.
#include "sim/explain/replay_memory.h"

#include <algorithm>
#include <cmath>

namespace tilewave {
namespace {

/// Times in cycles that differ from a whole number by rounding only are that number.
constexpr double kRounding = 1e-6;

/// While bursts and a stream want the same bank, they alternate.
constexpr double kLargestBurstShare = 0.5;

}  // namespace

ReplayMemory::ReplayMemory(const MachineConfig& machine, const DramService& service,
                           double burst_rate)
    : machine_(machine),
      service_(service),
      pins_(service.channels, 0),
      sram_read_(machine.sram.banks, 0),
      sram_write_(machine.sram.banks, 0),
      chunk_cycles_(ceil_div(ceil_div(machine.sram.interleave_bytes, machine.sram.port_bytes),
                             machine.sram.ports)),
      accesses_(machine.sram.banks) {
  const SramConfig& sram = machine.sram;
  const auto peak = static_cast<double>(sram.banks) * sram.ports * sram.port_bytes;
  stream_share_ = 1 - std::min(burst_rate / peak, kLargestBurstShare);
}

Cycle ReplayMemory::stream_cycles(std::span<const SramRange> ranges) {
  const SramConfig& sram = machine_.sram;
  const std::uint64_t round = std::uint64_t{sram.banks} * sram.interleave_bytes;
  std::fill(accesses_.begin(), accesses_.end(), 0);
  std::uint64_t even = 0;  // accesses of every bank
  for (const SramRange& range : ranges) {
    if (range.bytes % round == 0 && range.address % sram.port_bytes == 0) {
      even += range.bytes / (std::uint64_t{sram.banks} * sram.port_bytes);
      continue;
    }
    const std::uint64_t stop = range.address + range.bytes;
    for (std::uint64_t at = range.address; at < stop;) {
      const std::uint64_t chunk = at / sram.interleave_bytes;
      const std::uint64_t end = std::min(stop, (chunk + 1) * sram.interleave_bytes);
      accesses_[chunk % sram.banks] += ceil_div(end - at, sram.port_bytes);
      at = end;
    }
  }
  const std::uint64_t most = even + *std::max_element(accesses_.begin(), accesses_.end());
  const auto alone = static_cast<double>(ceil_div(most, sram.ports));
  return static_cast<Cycle>(std::llround(alone / stream_share_)) + sram.latency;
}

Cycle ReplayMemory::in_sram(std::vector<Cycle>& free, Cycle at, const Transfer& transfer,
                            bool reserve) const {
  const SramConfig& sram = machine_.sram;
  const std::uint64_t start = transfer.sram_address + transfer.burst.tile_offset;
  const std::uint64_t stop = start + transfer.burst.bytes;
  Cycle done = at;
  const std::uint64_t first = start / sram.interleave_bytes;
  std::uint64_t end = (first + 1) * sram.interleave_bytes;
  std::uint32_t bank = static_cast<std::uint32_t>(first % sram.banks);
  for (std::uint64_t byte = start; byte < stop; byte = end, end += sram.interleave_bytes) {
    const bool whole = byte + sram.interleave_bytes == end && end <= stop;
    const Cycle served =
        std::max(at, free[bank]) +
        (whole ? chunk_cycles_
               : ceil_div(ceil_div(std::min(end, stop) - byte, sram.port_bytes), sram.ports));
    done = std::max(done, served);
    if (reserve) {
      free[bank] = served;
    }
    bank = bank + 1 == sram.banks ? 0 : bank + 1;
  }
  return done + sram.latency;
}

Cycle ReplayMemory::store_bus_end(const Transfer& transfer, bool reserve) {
  const Cycle data = in_sram(sram_read_, transfer.issue, transfer, reserve);
  return std::max(data, bus_write_) + beats(transfer.burst.bytes);
}

Cycle ReplayMemory::arrival(const Transfer& transfer) {
  return (transfer.load ? transfer.issue : store_bus_end(transfer, false)) + machine_.bus.latency;
}

Cycle ReplayMemory::move(const Transfer& transfer, Cycle arrival) {
  const double pins_end = serve(transfer.burst, arrival);
  const Cycle answer = static_cast<Cycle>(std::ceil(pins_end - kRounding)) + machine_.bus.latency;
  if (transfer.load) {
    bus_read_ = std::max(answer, bus_read_) + beats(transfer.burst.bytes);
    return in_sram(sram_write_, bus_read_, transfer, true);
  }
  bus_write_ = store_bus_end(transfer, true);
  return answer;
}

/// The time at which the last byte of a burst is off the pins.
double ReplayMemory::serve(const BurstCursor::Burst& burst, Cycle arrival) {
  const double ready = static_cast<double>(arrival) + service_.latency;
  if (service_.channels == 1) {
    return pins_[0] = std::max(ready, pins_[0]) + burst.bytes / service_.bytes_per_cycle;
  }
  double done = ready;
  const std::uint64_t stop = burst.address + burst.bytes;
  for (std::uint64_t at = burst.address; at < stop;) {
    const std::uint64_t chunk = at / service_.interleave_bytes;
    const std::uint64_t end = std::min(stop, (chunk + 1) * service_.interleave_bytes);
    double& free = pins_[chunk % service_.channels];
    free = std::max(ready, free) + static_cast<double>(end - at) / service_.bytes_per_cycle;
    done = std::max(done, free);
    at = end;
  }
  return done;
}

}  // namespace tilewave
