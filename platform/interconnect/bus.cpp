// Grants beats to bursts in the order in which they are handed over, and passes them on.
#include "platform/interconnect/bus.h"

namespace tilewave {

Bus::Bus(sc_core::sc_module_name name, const BusConfig& config, std::size_t dma_engines)
    : sc_module(name), ports("ports", dma_engines), timing_(config) {
  for (auto& port : ports) {
    port.bind(*this);
  }
  dram_socket.bind(*this);
}

tlm::tlm_sync_enum Bus::nb_transport_fw(Burst& burst, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  if (burst.is_write()) {
    transfer(burst, BusDirection::kWrite);
  }
  burst.time += timing_.latency();
  return dram_socket->nb_transport_fw(burst, phase, delay);
}

tlm::tlm_sync_enum Bus::nb_transport_bw(Burst& burst, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  burst.time += timing_.latency();
  if (burst.is_read()) {
    burst.arrived = burst.time;
    transfer(burst, BusDirection::kRead);
  }
  return ports[burst.port]->nb_transport_bw(burst, phase, delay);
}

/// Takes the data path from Burst::time on; the burst leaves with the end of its last beat.
void Bus::transfer(Burst& burst, BusDirection direction) {
  const BusTiming::Grant grant = timing_.reserve(direction, burst.time, burst.get_data_length());
  burst.bus_start = grant.start;
  burst.bus_end = grant.end;
  burst.time = grant.end;
}

// Bursts are split transactions; nobody blocks on the bus.
void Bus::b_transport(Burst& burst, sc_core::sc_time&) {
  burst.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
}
bool Bus::get_direct_mem_ptr(Burst& burst, tlm::tlm_dmi& dmi) {
  return dram_socket->get_direct_mem_ptr(burst, dmi);
}
unsigned int Bus::transport_dbg(Burst& burst) { return dram_socket->transport_dbg(burst); }
void Bus::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {}

}  // namespace tilewave
