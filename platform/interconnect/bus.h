// The bus between the DMA engines and the DRAM.
#pragma once

#include <systemc>
#include <tlm>

#include "models/interconnect/bus_timing.h"
#include "platform/memory/burst.h"

namespace tilewave {

/// Passes bursts on without buffering them: requests to the DRAM, responses to the port they came
/// from. Read data takes the bus on the way back, write data on the way there; both ways add the
/// latency.
class Bus final : public sc_core::sc_module, private BurstForward, private BurstBackward {
 public:
  sc_core::sc_vector<BurstTargetSocket> ports;  // one per DMA engine
  BurstInitiatorSocket dram_socket{"dram_socket"};

  Bus(sc_core::sc_module_name name, const BusConfig& config, std::size_t dma_engines);

  const BusTiming& timing() const { return timing_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(Burst& burst, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_bw(Burst& burst, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void b_transport(Burst& burst, sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(Burst& burst, tlm::tlm_dmi& dmi) override;
  unsigned int transport_dbg(Burst& burst) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  void transfer(Burst& burst, BusDirection direction);

  BusTiming timing_;
};

}  // namespace tilewave
