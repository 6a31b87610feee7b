// A vector unit beside the core: vector steps in a queue of their own. Its operands and results are
// bursts to the SRAM, short beside the core's streams, which they share the banks with.
#pragma once

#include <systemc>
#include <tlm>

#include "platform/engines/step_unit.h"
#include "platform/memory/burst.h"

namespace tilewave {

class VectorUnit : public StepUnit, private BurstBackward {
 public:
  BurstInitiatorSocket sram_socket{"sram_socket"};

  VectorUnit(sc_core::sc_module_name name, const EngineContext& context, OpQueue& queue,
             CycleLedger& ledger);

 private:
  std::byte* direct_memory() override;
  Cycle stream(const Op& op, Cycle ideal, bool chained, bool chain_continues) override;

  tlm::tlm_sync_enum nb_transport_bw(Burst& burst, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  Burst burst_;
};

}  // namespace tilewave
