#include "sim/explain/replay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "compiler/error.h"
#include "models/compute_timing.h"
#include "models/tile_runs.h"
#include "sim/explain/dram_service.h"
#include "sim/explain/tile_access.h"

namespace tilewave {
namespace {

constexpr Cycle kUnknown = ~Cycle{0};

/// An engine's ops in program order and how many have started.
struct Queue {
  std::vector<std::uint32_t> ops;
  std::size_t fetched = 0;
  std::size_t started = 0;
};

/// A DMA engine, working on at most one op.
struct Dma {
  Queue queue;
  std::vector<Cycle> window;  // when each place becomes free, a ring
  std::uint64_t bursts = 0;   // issued so far
  bool active = false;
  bool loads = false;         // the op in work does
  std::uint32_t op = 0;
  BurstCursor cursor;
  BurstCursor::Burst burst;  // the next one
  Cycle ready = 0;           // set up
  Cycle issue = 0;           // of the next burst
  Cycle arrival = 0;         // of the next burst at the DRAM
  Cycle released = 0;
  Cycle done = 0;            // of all bursts so far
};

class Replay {
 public:
  Replay(const Program& program, const std::vector<OpHazards>& hazards,
         const MachineConfig& machine)
      : program_(program),
        hazards_(hazards),
        machine_(machine),
        timing_(machine.compute, program.tile),
        service_(dram_service(program, machine)),
        pins_(service_.channels, 0),
        fetched_(program.ops.size()),
        start_(program.ops.size(), kUnknown),
        complete_(program.ops.size(), kUnknown),
        place_(program.ops.size()) {
    for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
      Queue& queue = queue_of(i);
      place_[i] = static_cast<std::uint32_t>(queue.ops.size());
      queue.ops.push_back(i);
    }
    for (Dma& dma : dma_) {
      dma.window.assign(machine.dma.max_outstanding, 0);
    }
    estimate_sram();
  }

  Cycle run() {
    do {
      while (advance()) {
      }
    } while (complete_transfer());
    Cycle end = 0;
    for (const Cycle complete : complete_) {
      if (complete == kUnknown) {
        throw InternalError("the replay stops before the end of the program");
      }
      end = std::max(end, complete);
    }
    return end;
  }

 private:
  Queue& queue_of(std::uint32_t op) {
    switch (engine_of(program_.ops[op].opcode)) {
      case Engine::kLoadDma: return dma_[0].queue;
      case Engine::kStoreDma: return dma_[machine_.dma.shared ? 0 : 1].queue;
      case Engine::kCompute: return compute_;
    }
    throw InternalError("no such engine");
  }

  /// Everything that is known without another burst. False if there was nothing.
  bool advance() {
    bool any = false;
    while (fetch()) {
      any = true;
    }
    while (step()) {
      any = true;
    }
    for (Dma& dma : dma_) {
      any = begin_transfer(dma) || any;
    }
    return any;
  }

  bool fetch() {
    if (next_ == program_.ops.size()) {
      return false;
    }
    Cycle at = fetch_cycle_;
    if (!machine_.sequencer.overlap && next_ > 0) {
      if (complete_[next_ - 1] == kUnknown) {
        return false;
      }
      at = std::max(at, complete_[next_ - 1]);
    }
    Queue& queue = queue_of(next_);
    const std::uint32_t depth = machine_.sequencer.queue_depth;
    if (place_[next_] >= depth) {
      const Cycle popped = start_[queue.ops[place_[next_] - depth]];
      if (popped == kUnknown) {
        return false;
      }
      at = std::max(at, popped);
    }
    fetched_[next_++] = at;
    fetch_cycle_ = at + 1;
    ++queue.fetched;
    return true;
  }

  /// The cycle in which the head of a queue may start as far as its engine does not matter.
  std::optional<Cycle> head_ready(const Queue& queue) const {
    if (queue.started == queue.fetched) {
      return std::nullopt;
    }
    const std::uint32_t op = queue.ops[queue.started];
    Cycle ready = fetched_[op];
    for (const Hazard& hazard : hazards_[op]) {
      if (hazard.exists()) {
        if (complete_[hazard.op] == kUnknown) {
          return std::nullopt;
        }
        ready = std::max(ready, complete_[hazard.op]);
      }
    }
    return ready;
  }

  // --- the core ------------------------------------------------------------------------------

  bool step() {
    const auto ready = head_ready(compute_);
    if (!ready) {
      return false;
    }
    const std::size_t place = compute_.started++;
    const std::uint32_t index = compute_.ops[place];
    const Op& op = program_.ops[index];
    const Op* before = place == 0 ? nullptr : &program_.ops[compute_.ops[place - 1]];
    const Op* after =
        place + 1 == compute_.ops.size() ? nullptr : &program_.ops[compute_.ops[place + 1]];
    const bool chained = before != nullptr && timing_.chains(*before, op);
    Cycle start = std::max(*ready, core_free_);
    if (!timing_.overlaps(chained)) {
      start = std::max(start, core_complete_);
    }
    if (!chained) {
      start = std::max(start, chain_start_ + preload_);
      chain_start_ = start;
      preload_ = timing_.preload(op);
    }
    const StepTime time = timing_.step(op);
    const bool continues = after != nullptr && timing_.chains(op, *after);
    const Cycle ideal = start + time.interval;
    core_free_ = std::max(ideal, start + stream_cycles(op, chained, continues));
    core_complete_ = std::max(core_complete_, start + time.duration + (core_free_ - ideal));
    start_[index] = start;
    complete_[index] = core_complete_;
    return true;
  }

  Cycle stream_cycles(const Op& op, bool chained, bool continues) const {
    const ComputeTiming::Streams streams = timing_.streams(op, chained, continues);
    const std::uint64_t result = written_bytes(program_, op);
    const std::uint64_t bytes = (streams.a ? left_bytes(program_, op) : 0) +
                                (streams.b ? right_bytes(program_, op) : 0) +
                                (streams.dst_read ? result : 0) + (streams.dst_write ? result : 0);
    return static_cast<Cycle>(std::ceil(static_cast<double>(bytes) / stream_rate_)) +
           machine_.sram.latency;
  }

  /// What the SRAM moves per cycle: its peak, less what uneven banks and the DMA engines take.
  void estimate_sram() {
    const SramConfig& sram = machine_.sram;
    const auto peak = static_cast<double>(sram.banks) * sram.ports * sram.port_bytes;
    const auto tile = static_cast<double>(program_.tile.tile_bytes());
    const double chunks = std::ceil(tile / sram.interleave_bytes);
    const double accesses = std::ceil(static_cast<double>(sram.interleave_bytes) / sram.port_bytes);
    const double even = std::ceil(chunks / sram.banks) * accesses / sram.ports;  // cycles per tile
    sram_rate_ = std::min(peak, tile / even);
    double steps = 0;
    double moved = 0;
    for (const Op& op : program_.ops) {
      if (engine_of(op.opcode) == Engine::kCompute) {
        steps += static_cast<double>(timing_.initiation_interval(op));
      } else {
        moved += static_cast<double>(tensor_tile_bytes(program_, op.tensor));
      }
    }
    const double pins = service_.bytes_per_cycle * service_.channels;
    const double share = moved / std::max({steps, moved / pins, 1.0}) / sram_rate_;
    stream_rate_ = sram_rate_ * (1 - std::min(share, 0.5));
  }

  Cycle burst_in_sram(std::uint64_t bytes) const {
    const SramConfig& sram = machine_.sram;
    const std::uint64_t chunk = std::min<std::uint64_t>(bytes, sram.interleave_bytes);
    const std::uint64_t rounds = ceil_div(ceil_div(bytes, sram.interleave_bytes), sram.banks);
    return ceil_div(rounds * ceil_div(chunk, sram.port_bytes), sram.ports);
  }

  // --- the DMA engines -----------------------------------------------------------------------

  bool begin_transfer(Dma& dma) {
    if (dma.active) {
      return false;
    }
    const auto ready = head_ready(dma.queue);
    if (!ready) {
      return false;
    }
    dma.op = dma.queue.ops[dma.queue.started++];
    const Op& op = program_.ops[dma.op];
    start_[dma.op] = std::max(*ready, dma.released);
    dma.ready = start_[dma.op] + machine_.dma.setup;
    dma.cursor = BurstCursor(tile_runs(program_, machine_.dram.layout, op),
                             machine_.dma.burst_bytes);
    dma.loads = op.opcode == Opcode::kLoad;
    dma.active = true;
    next_burst(dma);
    return true;
  }

  /// Moves bursts, the earliest first, until an op is complete. What becomes known then lies behind
  /// all bursts moved so far. False if there are none.
  bool complete_transfer() {
    for (;;) {
      Dma* next = nullptr;
      for (Dma& dma : dma_) {
        const bool first = dma.active && (next == nullptr || dma.arrival < next->arrival);
        next = first ? &dma : next;
      }
      if (next == nullptr || move_burst(*next)) {
        return next != nullptr;
      }
    }
  }

  void next_burst(Dma& dma) {
    dma.burst = dma.cursor.next();
    dma.issue = std::max({dma.ready, dma.released, dma.window[dma.bursts % dma.window.size()]});
    dma.arrival = dma.issue + machine_.bus.latency;
    if (!dma.loads) {
      const Cycle in_sram = burst_in_sram(dma.burst.bytes);
      sram_read_.at = std::max(dma.issue, sram_read_.free);
      const Cycle data = sram_read_.at + in_sram + machine_.sram.latency;
      bus_write_.at = std::max(data, bus_write_.free);
      dma.arrival = bus_write_.at + beats(dma.burst.bytes) + machine_.bus.latency;
    }
  }

  Cycle beats(std::uint64_t bytes) const { return ceil_div(bytes, machine_.bus.bytes_per_cycle); }

  /// The engine's next burst through the DRAM. True if it was the last of its op.
  bool move_burst(Dma& dma) {
    const std::uint64_t bytes = dma.burst.bytes;
    dma.released = dma.issue;
    Cycle done = static_cast<Cycle>(std::ceil(serve(dma.burst, dma.arrival) - 1e-6)) +
                 machine_.bus.latency;
    if (dma.loads) {
      const Cycle bus = std::max(done, bus_read_.free);
      bus_read_.free = bus + beats(bytes);
      const Cycle sram = std::max(bus_read_.free, sram_write_.free);
      sram_write_.free = sram + burst_in_sram(bytes);
      done = sram_write_.free + machine_.sram.latency;
    } else {
      sram_read_.free = sram_read_.at + burst_in_sram(bytes);
      bus_write_.free = bus_write_.at + beats(bytes);
    }
    dma.window[dma.bursts++ % dma.window.size()] = done;
    dma.done = std::max(dma.done, done);
    if (!dma.cursor.done()) {
      next_burst(dma);
      return false;
    }
    complete_[dma.op] = dma.done;
    dma.active = false;
    return true;
  }

  /// The time at which the last byte of a burst is off the pins.
  double serve(const BurstCursor::Burst& burst, Cycle arrival) {
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

  /// A data path: `at` is when the next burst would get it.
  struct Path {
    Cycle free = 0;
    Cycle at = 0;
  };

  const Program& program_;
  const std::vector<OpHazards>& hazards_;
  const MachineConfig& machine_;
  ComputeTiming timing_;
  DramService service_;
  std::vector<double> pins_;  // by channel: free from

  std::vector<Cycle> fetched_;
  std::vector<Cycle> start_;
  std::vector<Cycle> complete_;
  std::vector<std::uint32_t> place_;  // of each op in its queue
  std::uint32_t next_ = 0;            // op to fetch
  Cycle fetch_cycle_ = 0;

  Queue compute_;
  Cycle core_free_ = 0;
  Cycle core_complete_ = 0;
  Cycle chain_start_ = 0;
  Cycle preload_ = 0;
  double sram_rate_ = 1;    // bytes per cycle
  double stream_rate_ = 1;  // of it, left to operand streams

  std::array<Dma, 2> dma_;  // loads, stores; a shared engine is the first
  Path bus_read_;
  Path bus_write_;
  Path sram_read_;
  Path sram_write_;
};

}  // namespace

Cycle replay(const Program& program, const std::vector<OpHazards>& hazards,
             const MachineConfig& machine) {
  return Replay(program, hazards, machine).run();
}

}  // namespace tilewave
