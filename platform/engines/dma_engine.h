// A DMA engine: takes tile loads and stores in order, cuts them into bursts, and keeps a window of
// them in flight between DRAM and SRAM.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "compiler/base/sorted_queue.h"
#include "models/accounting/cycle_ledger.h"
#include "models/accounting/unit_counters.h"
#include "models/dram/tile_runs.h"
#include "platform/engines/engine_front.h"
#include "platform/memory/burst.h"

namespace tilewave {

/// One op at a time is prepared (hazards, setup) and issued; the bursts of earlier ops may still be
/// in flight. A load burst: bus, DRAM, bus, SRAM. A store burst: SRAM, bus, DRAM, bus. A burst
/// holds its place in the window from its issue until it is delivered or acknowledged.
///
/// Bursts take time and carry nothing. An op's bytes move all at once when it starts, between direct
/// memories: no earlier op that it conflicts with is under way then, and no later one starts before it
/// is complete, so nobody can tell.
class DmaEngine : public sc_core::sc_module, private BurstBackward {
 public:
  BurstInitiatorSocket bus_socket{"bus_socket"};
  BurstInitiatorSocket sram_socket{"sram_socket"};

  /// `engine` kLoadDma or kStoreDma; a shared engine is kLoadDma and gets both ledgers.
  DmaEngine(sc_core::sc_module_name name, Engine engine, std::uint32_t bus_port,
            const EngineContext& context, OpQueue& queue, CycleLedger* load_ledger,
            CycleLedger* store_ledger);

  /// The engine's account up to the end of the simulation.
  void finish(Cycle end);

  /// Of the engine, or of a shared one's loads or stores.
  const UnitCounters& counters(Engine account) const {
    return account == Engine::kStoreDma ? counted(Kind::kStore) : counted(Kind::kLoad);
  }

 private:
  using Kind = TransferLedger::Kind;

  /// An op whose bursts are being issued or in flight.
  struct Transfer {
    std::uint32_t op = 0;
    Kind kind = Kind::kLoad;
    std::uint32_t sram_base = 0;
    BurstCursor cursor;
    Cycle ready = 0;  // set up: no burst is issued before
    std::uint32_t in_flight = 0;
    Cycle last_done = 0;
  };

  /// A burst in flight. Its payload is soon used again, while the host has it in its cache; a place in
  /// the window, which becomes free later, is only a time.
  struct Slot {
    Burst burst;
    Transfer* transfer = nullptr;
    std::uint32_t sram_address = 0;
    Cycle issued = 0;
    Slot* next_idle = nullptr;
  };

  const UnitCounters& counted(Kind kind) const { return counters_[static_cast<std::size_t>(kind)]; }
  UnitCounters& counted(Kind kind) { return counters_[static_cast<std::size_t>(kind)]; }

  void run();
  void begin_transfer(std::uint32_t op, Kind kind);
  void move_tile(const Transfer& transfer, TilePieces pieces);

  void issue_bursts();
  void issue_on_time();
  Cycle earliest_release() const;
  void issue_store(Slot& slot);
  void tell_burst(const Slot& slot, std::uint64_t dram_address, bool read) const;
  void request(Burst& burst);
  void access_sram(Burst& burst);
  void add_slot();
  void finish_burst(Slot& slot, Cycle done);
  void retire_transfers();

  /// Accounts `state` until `until`, unless loads in flight say more about the time.
  void account(Kind kind, EngineState state, Cycle until);

  tlm::tlm_sync_enum nb_transport_bw(Burst& burst, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  Engine engine_;
  Phase phase_;
  std::uint32_t bus_port_;
  const EngineContext& context_;
  std::byte* sram_ = nullptr;  // functional runs only: both memories
  std::byte* dram_ = nullptr;
  EngineFront front_;
  TransferLedger ledger_;
  std::array<UnitCounters, 2> counters_;  // by Kind

  std::vector<std::unique_ptr<Slot>> slots_;
  Slot* idle_ = nullptr;            // the one that was in flight last, and so on
  SortedQueue<Cycle> free_places_;  // of the window: when they become free
  std::deque<Transfer> transfers_;  // oldest first; only the last may have bursts to issue
  Cycle now_ = 0;  // local time: the kernel's, or that of the response being handled
  Cycle last_issue_ = 0;
  Cycle last_completion_ = 0;
  std::uint32_t ops_left_ = 0;
  std::uint32_t active_ops_ = 0;
  bool waiting_for_issue_ = false;
  sc_core::sc_event all_issued_;
  sc_core::sc_event place_free_;
  std::uint32_t outstanding_ = 0;
  std::uint32_t loads_outstanding_ = 0;
  Cycle read_path_free_ = 0;  // the bus's, for reads
};

}  // namespace tilewave
