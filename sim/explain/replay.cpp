// Sequencer, queues, hazards and engines of the replay; the memory is in replay_memory.cpp.
#include "sim/explain/replay.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/sorted_queue.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/tile_access.h"
#include "sim/explain/replay_core.h"
#include "sim/explain/replay_memory.h"

namespace tilewave {
namespace {

constexpr Cycle kUnknown = ~Cycle{0};

/// Where operands hold up the core, the rate of the bursts that hold up the operands is estimated
/// again until it falls by less than this.
constexpr double kSettled = 0.98;

/// An engine's ops in program order, and how many were fetched and have started.
struct Queue {
  std::vector<std::uint32_t> ops;
  std::size_t fetched = 0;
  std::size_t started = 0;
};

/// A DMA engine, at work on at most one op.
struct Dma {
  Queue queue;
  SortedQueue<Cycle> window;  // when each place becomes free
  bool active = false;
  std::uint32_t op = 0;
  BurstCursor cursor;
  ReplayMemory::Transfer next;  // burst
  Cycle ready = 0;              // the op is set up
  Cycle arrival = 0;            // of the next burst at the DRAM
  Cycle released = 0;           // the burst before was issued
  Cycle done = 0;               // all bursts so far
};

/// The core, or a vector unit.
struct Steps {
  Queue queue;
  ReplayCore core;
};

/// The queues and a sequencer whose times are worked out as far as they are known; then the burst
/// that reaches the DRAM first is moved, and so on. Whatever is not known yet waits for one of the
/// bursts to come and so lies behind them.
class Replay {
 public:
  Replay(const Program& program, const std::vector<OpHazards>& hazards,
         const MachineConfig& machine, const DramService& dram, double burst_rate)
      : program_(program),
        hazards_(hazards),
        machine_(machine),
        units_(units_of(machine)),
        timing_(machine.compute, program),
        memory_(machine, dram, burst_rate),
        fetched_(program.ops.size()),
        start_(program.ops.size(), kUnknown),
        complete_(program.ops.size(), kUnknown),
        place_(program.ops.size()),
        compute_{{}, ReplayCore(timing_, memory_)},
        vector_{{}, ReplayCore(timing_, memory_)} {
    for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
      Queue& queue = queue_of(i);
      place_[i] = static_cast<std::uint32_t>(queue.ops.size());
      queue.ops.push_back(i);
    }
    for (Dma& dma : dma_) {
      for (std::uint32_t place = 0; place < machine.dma.max_outstanding; ++place) {
        dma.window.push(0, std::less{});
      }
    }
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

  bool stretched() const { return compute_.core.stretched() || vector_.core.stretched(); }

 private:
  Queue& queue_of(std::uint32_t op) {
    const std::array<Queue*, kEngineCount> queues = {&dma_[0].queue, &dma_[1].queue,
                                                     &compute_.queue, &vector_.queue};
    return *queues[index_of(units_.queue_of(program_.ops[op]))];
  }

  /// Everything that is known without another burst. False if there was nothing.
  bool advance() {
    bool any = false;
    while (fetch()) {
      any = true;
    }
    while (step(compute_) || step(vector_)) {
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

  /// The cycle in which the head of a queue may start, its engine apart.
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

  bool step(Steps& unit) {
    Queue& queue = unit.queue;
    const auto ready = head_ready(queue);
    if (!ready) {
      return false;
    }
    const std::size_t place = queue.started++;
    const auto at = [&](std::size_t i) { return &program_.ops[queue.ops[i]]; };
    const std::uint32_t index = queue.ops[place];
    const ReplayCore::Times times =
        unit.core.step(program_.ops[index], place == 0 ? nullptr : at(place - 1),
                       place + 1 == queue.ops.size() ? nullptr : at(place + 1), *ready);
    start_[index] = times.start;
    complete_[index] = times.complete;
    return true;
  }

  bool begin_transfer(Dma& dma) {
    const auto ready = dma.active ? std::nullopt : head_ready(dma.queue);
    if (!ready) {
      return false;
    }
    dma.op = dma.queue.ops[dma.queue.started++];
    const Op& op = program_.ops[dma.op];
    start_[dma.op] = std::max(*ready, dma.released);
    dma.ready = start_[dma.op] + machine_.dma.setup;
    dma.cursor =
        BurstCursor(TilePieces(program_, machine_.dram.layout, op), machine_.dma.burst_bytes);
    dma.next.load = is_load(op);
    dma.next.sram_address = dma.next.load ? op.dst : op.a;
    dma.active = true;
    next_burst(dma);
    return true;
  }

  void next_burst(Dma& dma) {
    dma.next.burst = dma.cursor.next();
    dma.next.issue = std::max({dma.ready, dma.released, dma.window.front()});
    dma.arrival = memory_.arrival(dma.next);
  }

  /// Moves bursts, the earliest first, until an op is complete. False if there are none.
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

  /// True if it was the last burst of its op.
  bool move_burst(Dma& dma) {
    const Cycle done = memory_.move(dma.next, dma.arrival);
    dma.released = dma.next.issue;
    dma.window.pop();
    dma.window.push(done, std::less{});
    dma.done = std::max(dma.done, done);
    if (!dma.cursor.done()) {
      next_burst(dma);
      return false;
    }
    complete_[dma.op] = dma.done;
    dma.active = false;
    return true;
  }

  const Program& program_;
  const std::vector<OpHazards>& hazards_;
  const MachineConfig& machine_;
  Units units_;
  ComputeTiming timing_;
  ReplayMemory memory_;

  std::vector<Cycle> fetched_;
  std::vector<Cycle> start_;
  std::vector<Cycle> complete_;
  std::vector<std::uint32_t> place_;  // of each op in its queue
  std::uint32_t next_ = 0;            // op to fetch
  Cycle fetch_cycle_ = 0;
  Steps compute_;
  Steps vector_;            // empty unless it is a unit of its own
  std::array<Dma, 2> dma_;  // loads, stores; a shared engine is the first
};

}  // namespace

Cycle replay(const Program& program, const std::vector<OpHazards>& hazards,
             const MachineConfig& machine, const DramService& dram) {
  const auto moved = static_cast<double>(moved_bytes(program));
  const double pins = dram.bytes_per_cycle * dram.channels;
  Cycle cycles = 0;
  for (double burst_rate = pins;;) {
    Replay replay(program, hazards, machine, dram, burst_rate);
    cycles = replay.run();
    const double rate = moved / static_cast<double>(std::max<Cycle>(cycles, 1));
    if (!replay.stretched() || rate > burst_rate * kSettled) {
      return cycles;
    }
    burst_rate = rate;
  }
}

}  // namespace tilewave
