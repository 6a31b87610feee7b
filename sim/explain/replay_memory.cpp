#include "sim/explain/replay_memory.h"

#include <algorithm>
#include <cmath>

#include "sim/explain/tile_access.h"

namespace tilewave {
namespace {

/// Times in cycles that differ from a whole number by rounding only are that number.
constexpr double kRounding = 1e-6;

/// While bursts and a stream want the same bank, they alternate.
constexpr double kLargestBurstShare = 0.5;

/// What a stream of whole tiles gets per cycle if no burst comes: the peak, less what an uneven
/// spread over the banks costs.
double undisturbed_stream_rate(const SramConfig& sram, double tile_bytes) {
  const auto peak = static_cast<double>(sram.banks) * sram.ports * sram.port_bytes;
  const double chunks = std::ceil(tile_bytes / sram.interleave_bytes);
  const double accesses = std::ceil(static_cast<double>(sram.interleave_bytes) / sram.port_bytes);
  const double cycles = std::ceil(chunks / sram.banks) * accesses / sram.ports;
  return std::min(peak, tile_bytes / cycles);
}

}  // namespace

ReplayMemory::ReplayMemory(const Program& program, const MachineConfig& machine,
                           const ComputeTiming& timing, const DramService& service)
    : machine_(machine), service_(service), pins_(service.channels, 0) {
  double steps = 0;  // cycles
  double moved = 0;  // bytes
  double tile_bytes = 1;
  for (const Op& op : program.ops) {
    const auto bytes = static_cast<double>(written_bytes(program, op));
    tile_bytes = std::max(tile_bytes, bytes);
    if (engine_of(op.opcode) == Engine::kCompute) {
      steps += static_cast<double>(timing.initiation_interval(op));
    } else {
      moved += bytes;
    }
  }
  const double pins = service.bytes_per_cycle * service.channels;
  const double cycles = std::max({steps, moved / pins, 1.0});
  const double rate = undisturbed_stream_rate(machine.sram, tile_bytes);
  stream_rate_ = rate * (1 - std::min(moved / cycles / rate, kLargestBurstShare));
}

Cycle ReplayMemory::stream_cycles(std::uint64_t bytes) const {
  return static_cast<Cycle>(std::ceil(static_cast<double>(bytes) / stream_rate_)) +
         machine_.sram.latency;
}

Cycle ReplayMemory::burst_in_sram(std::uint64_t bytes) const {
  const SramConfig& sram = machine_.sram;
  const std::uint64_t chunk = std::min<std::uint64_t>(bytes, sram.interleave_bytes);
  const std::uint64_t rounds = ceil_div(ceil_div(bytes, sram.interleave_bytes), sram.banks);
  return ceil_div(rounds * ceil_div(chunk, sram.port_bytes), sram.ports);
}

ReplayMemory::StoreTimes ReplayMemory::store_times(Cycle issue, std::uint64_t bytes) const {
  StoreTimes times;
  times.sram_end = std::max(issue, sram_read_) + burst_in_sram(bytes);
  times.bus_end = std::max(times.sram_end + machine_.sram.latency, bus_write_) + beats(bytes);
  return times;
}

Cycle ReplayMemory::arrival(bool load, Cycle issue, std::uint64_t bytes) const {
  return (load ? issue : store_times(issue, bytes).bus_end) + machine_.bus.latency;
}

Cycle ReplayMemory::move(const BurstCursor::Burst& burst, bool load, Cycle issue) {
  const double pins_end = serve(burst, arrival(load, issue, burst.bytes));
  const Cycle answer = static_cast<Cycle>(std::ceil(pins_end - kRounding)) + machine_.bus.latency;
  if (load) {
    bus_read_ = std::max(answer, bus_read_) + beats(burst.bytes);
    sram_write_ = std::max(bus_read_, sram_write_) + burst_in_sram(burst.bytes);
    return sram_write_ + machine_.sram.latency;
  }
  const StoreTimes times = store_times(issue, burst.bytes);
  sram_read_ = times.sram_end;
  bus_write_ = times.bus_end;
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
