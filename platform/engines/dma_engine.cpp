// One op is prepared while the bursts of those before it are in flight.
#include "platform/engines/dma_engine.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

#include "platform/memory/direct_memory.h"
#include "platform/systemc/simulation_context.h"

namespace tilewave {

DmaEngine::DmaEngine(sc_core::sc_module_name name, Engine engine, std::uint32_t bus_port,
                     const EngineContext& context, OpQueue& queue, CycleLedger* load_ledger,
                     CycleLedger* store_ledger)
    : sc_module(name),
      engine_(engine),
      phase_(engine == Engine::kLoadDma ? Phase::kLoadDma : Phase::kStoreDma),
      bus_port_(bus_port),
      context_(context),
      front_(context, queue, phase_),
      ledger_(load_ledger, store_ledger) {
  for (std::uint32_t place = 0; place < context.config.dma.max_outstanding; ++place) {
    free_places_.push(0, std::less<>());
  }
  const Units units = units_of(context.config);
  ops_left_ = static_cast<std::uint32_t>(std::ranges::count_if(
      context.program.ops, [&](const Op& op) { return units.queue_of(op) == engine; }));
  bus_socket.bind(*this);
  sram_socket.bind(*this);
  SC_HAS_PROCESS(DmaEngine);
  SC_THREAD(run);
  SC_METHOD(issue_on_time);
  sensitive << place_free_;
  dont_initialize();
}

void DmaEngine::run() {
  begin_process_stack();
  if (context_.kernel != nullptr) {
    Burst any;
    sram_ = direct_memory(sram_socket, any);
    dram_ = direct_memory(bus_socket, any);
  }
  for (; ops_left_ > 0; --ops_left_) {
    const std::uint32_t op = front_.head([this](EngineState state, Cycle until) {
      if (loads_outstanding_ == 0) {
        ledger_.engine(Kind::kLoad, state, until);
      }
    });
    const Kind kind = is_load(context_.program.ops[op]) ? Kind::kLoad : Kind::kStore;
    front_.wait_for_hazards(op,
                            [&](EngineState state, Cycle until) { account(kind, state, until); });
    context_.scoreboard.check_start(op, context_.hazards[op]);
    front_.pop();
    if (active_ops_++ == 0) {
      context_.overlap.begin(engine_, context_.clock.now());
    }
    if (context_.feed != nullptr) {
      context_.feed->started(op, context_.clock.now());
    }
    begin_transfer(op, kind);
    if (context_.feed != nullptr) {
      context_.feed->released(op, context_.clock.now());
    }
  }
}

void DmaEngine::account(Kind kind, EngineState state, Cycle until) {
  if (outstanding_ == 0) {
    ledger_.engine(kind, state, until);
  } else if (loads_outstanding_ == 0) {
    // Stores that wait for their acknowledgement do not keep the engine from its next op.
    ledger_.engine_before_tails(kind, state, until);
  }
}

void DmaEngine::begin_transfer(std::uint32_t index, Kind kind) {
  const Op& op = context_.program.ops[index];
  Transfer transfer;
  transfer.op = index;
  transfer.kind = kind;
  transfer.sram_base = kind == Kind::kLoad ? op.dst : op.a;
  const TilePieces pieces(context_.program, context_.config.dram.layout, op);
  transfer.cursor = BurstCursor(pieces, context_.config.dma.burst_bytes);
  if (context_.kernel != nullptr) {
    move_tile(transfer, pieces);
  }
  now_ = context_.clock.now();
  transfer.ready = now_ + context_.config.dma.setup;
  account(kind, EngineState::kSetup, transfer.ready);
  transfers_.push_back(transfer);
  // Setup takes no process switch: the bursts are issued now, for later.
  issue_bursts();
  if (!transfers_.back().cursor.done()) {
    waiting_for_issue_ = true;
    wait(all_issued_);
    waiting_for_issue_ = false;
  } else if (last_issue_ > context_.clock.now()) {
    wait(context_.clock.until(last_issue_, phase_));
  }
}

/// All of an op's bytes, as it starts: until it is complete, nobody else writes where it reads or uses
/// what it writes. Its bursts carry none; they say when it is complete.
void DmaEngine::move_tile(const Transfer& transfer, TilePieces pieces) {
  const Op& op = context_.program.ops[transfer.op];
  const ElementType type = context_.program.tensor(op).type();
  while (!pieces.done()) {
    const TileRuns runs = pieces.next();
    std::byte* in_sram = sram_ + transfer.sram_base + runs.sram_offset;
    std::byte* in_dram = dram_ + runs.base;
    for (std::uint32_t run = 0; run < runs.count; ++run) {
      if (transfer.kind == Kind::kLoad) {
        std::memcpy(in_sram, in_dram, runs.run_bytes);
      } else {
        std::memcpy(in_dram, in_sram, runs.run_bytes);
        if (op.relu) {
          relu_sums(*context_.kernel, type, in_dram, runs.run_bytes / element_bytes(type));
        }
      }
      in_sram += runs.sram_stride;
      in_dram += runs.stride;
    }
  }
}

/// Fills the window. Bursts are issued in order, each as soon as it is set up and there is a place:
/// one that becomes free later is taken now only if no other can become free before it.
void DmaEngine::issue_bursts() {
  if (transfers_.empty()) {
    return;
  }
  Transfer& transfer = transfers_.back();
  if (transfer.cursor.done()) {
    return;
  }
  while (!transfer.cursor.done() && !free_places_.empty()) {
    const Cycle free_from = free_places_.front();
    const Cycle at = std::max({now_, transfer.ready, last_issue_});
    if (free_from > at && free_from > earliest_release()) {
      context_.clock.notify(place_free_, free_from, phase_);
      return;
    }
    free_places_.pop();
    if (idle_ == nullptr) {
      add_slot();
    }
    Slot& slot = *idle_;
    idle_ = slot.next_idle;
    const BurstCursor::Burst burst = transfer.cursor.next();
    slot.transfer = &transfer;
    slot.sram_address = transfer.sram_base + burst.tile_offset;
    slot.burst.set_command(transfer.kind == Kind::kLoad ? tlm::TLM_READ_COMMAND
                                                        : tlm::TLM_WRITE_COMMAND);
    slot.burst.set_address(burst.address);
    slot.burst.set_data_length(burst.bytes);
    const Cycle without_window = std::max(transfer.ready, last_issue_);
    last_issue_ = std::max(at, free_from);
    counted(transfer.kind).window_waits += last_issue_ > without_window ? 1 : 0;
    slot.issued = last_issue_;
    ++counted(transfer.kind).bursts;
    ++transfer.in_flight;
    ++outstanding_;
    loads_outstanding_ += transfer.kind == Kind::kLoad ? 1 : 0;
    slot.burst.time = last_issue_;
    slot.burst.now = now_;
    if (context_.feed != nullptr) {
      context_.feed->issued(transfer.op, last_issue_);
    }
    if (transfer.kind == Kind::kLoad) {
      request(slot.burst);
    } else {
      issue_store(slot);
    }
  }
  if (waiting_for_issue_ && transfer.cursor.done()) {
    context_.clock.notify(all_issued_, last_issue_, phase_);
  }
}

void DmaEngine::issue_on_time() {
  now_ = context_.clock.now();
  issue_bursts();
}

/// No burst in flight gives its place back before this cycle: a store is acknowledged by the DRAM
/// at the earliest now, a load has at least one beat and one access of the SRAM before it.
Cycle DmaEngine::earliest_release() const {
  const Cycle response = now_ + context_.config.bus.latency;
  if (loads_outstanding_ < outstanding_) {
    return response;
  }
  return loads_outstanding_ == 0
             ? std::numeric_limits<Cycle>::max()
             : std::max(response, read_path_free_) + 2 + context_.config.sram.latency;
}

void DmaEngine::issue_store(Slot& slot) {
  Burst& burst = slot.burst;
  const sc_dt::uint64 dram_address = burst.get_address();
  burst.set_command(tlm::TLM_READ_COMMAND);
  burst.set_address(slot.sram_address);
  access_sram(burst);
  const Cycle ready = burst.time;
  burst.set_command(tlm::TLM_WRITE_COMMAND);
  burst.set_address(dram_address);
  request(burst);
  ledger_.burst(Kind::kStore, slot.issued, EngineState::kWaitSram, ready, burst.bus_start,
                burst.bus_end);
}

tlm::tlm_sync_enum DmaEngine::nb_transport_bw(Burst& burst, tlm::tlm_phase&, sc_core::sc_time&) {
  Slot& slot = *slots_[burst.slot];
  --outstanding_;
  loads_outstanding_ -= burst.is_read() ? 1 : 0;
  now_ = burst.now;
  const sc_dt::uint64 dram_address = burst.get_address();
  const bool read = burst.is_read();
  if (read) {
    read_path_free_ = burst.bus_end;
    ledger_.burst(Kind::kLoad, slot.issued, EngineState::kWaitDram, burst.arrived, burst.bus_start,
                  burst.bus_end);
    burst.set_command(tlm::TLM_WRITE_COMMAND);
    burst.set_address(slot.sram_address);
    access_sram(burst);
    ledger_.tail(Kind::kLoad, EngineState::kWaitSram, burst.time);
  } else {
    ledger_.tail(Kind::kStore, EngineState::kWaitDram, burst.time);
  }
  if (context_.feed != nullptr) {
    tell_burst(slot, dram_address, read);
  }
  finish_burst(slot, burst.time);
  return tlm::TLM_COMPLETED;
}

void DmaEngine::tell_burst(const Slot& slot, std::uint64_t dram_address, bool read) const {
  const Burst& burst = slot.burst;
  const Cycle bus_latency = context_.config.bus.latency;
  context_.feed->burst({.op = slot.transfer->op,
                        .write = !read,
                        .address = dram_address,
                        .bytes = burst.get_data_length(),
                        .issued = slot.issued,
                        .dram_from = (read ? slot.issued : burst.bus_end) + bus_latency,
                        .dram_to = burst.now,
                        .bus_start = burst.bus_start,
                        .bus_end = burst.bus_end,
                        .done = burst.time});
}

void DmaEngine::request(Burst& burst) {
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay;
  bus_socket->nb_transport_fw(burst, phase, delay);
}

void DmaEngine::access_sram(Burst& burst) {
  sc_core::sc_time delay;
  sram_socket->b_transport(burst, delay);
}

void DmaEngine::add_slot() {
  auto slot = std::make_unique<Slot>();
  slot->burst.port = bus_port_;
  slot->burst.slot = static_cast<std::uint32_t>(slots_.size());
  slot->burst.set_streaming_width(context_.config.dma.burst_bytes);
  slot->burst.set_data_ptr(nullptr);
  slot->next_idle = idle_;
  idle_ = slot.get();
  slots_.push_back(std::move(slot));
}

void DmaEngine::finish_burst(Slot& slot, Cycle done) {
  Transfer& transfer = *slot.transfer;
  --transfer.in_flight;
  transfer.last_done = std::max(transfer.last_done, done);
  free_places_.push(done, std::less<>());
  slot.next_idle = idle_;
  idle_ = &slot;
  issue_bursts();
  if (transfer.in_flight == 0) {
    retire_transfers();
  }
}

/// Ops complete in order, so that the latest complete op stands for all before it.
void DmaEngine::retire_transfers() {
  while (!transfers_.empty() && transfers_.front().in_flight == 0 &&
         transfers_.front().cursor.done()) {
    last_completion_ = std::max(last_completion_, transfers_.front().last_done);
    context_.scoreboard.complete(transfers_.front().op, last_completion_);
    if (context_.feed != nullptr) {
      context_.feed->completed(transfers_.front().op, last_completion_);
    }
    transfers_.pop_front();
    if (--active_ops_ == 0) {
      context_.overlap.end(engine_, last_completion_);
    }
  }
  if (active_ops_ == 0 && ops_left_ == 0) {
    finish(last_completion_);
  }
}

void DmaEngine::finish(Cycle end) { ledger_.engine(Kind::kLoad, EngineState::kDrained, end); }

void DmaEngine::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {}

}  // namespace tilewave
