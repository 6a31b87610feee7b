// Its accesses are reserved at once; only their end is waited for.
#include "platform/engines/vector_unit.h"

#include <algorithm>

#include "platform/memory/direct_memory.h"

namespace tilewave {

VectorUnit::VectorUnit(sc_core::sc_module_name name, const EngineContext& context, OpQueue& queue,
                       CycleLedger& ledger)
    : StepUnit(name, Engine::kVector, Phase::kVector, context, queue, ledger) {
  burst_.set_command(tlm::TLM_READ_COMMAND);
  burst_.set_data_ptr(nullptr);  // it moves the data itself
  sram_socket.bind(*this);
}

std::byte* VectorUnit::direct_memory() { return tilewave::direct_memory(sram_socket, burst_); }

/// All ports are reserved when the step starts: operands and result pass through together.
Cycle VectorUnit::stream(const Op& op, Cycle ideal, bool chained, bool chain_continues) {
  const CoreClock& clock = context().clock;
  const Cycle now = clock.now();
  Cycle end = now;
  timing().visit_streams(op, chained, chain_continues,
                         [&](std::uint32_t address, std::uint64_t bytes) {
                           sc_core::sc_time delay;
                           burst_.set_address(address);
                           burst_.set_data_length(static_cast<unsigned int>(bytes));
                           burst_.time = burst_.now = now;
                           sram_socket->b_transport(burst_, delay);
                           end = std::max(end, burst_.time);
                         });
  if (const Cycle until = std::max(ideal, end); until > now) {
    wait(clock.until(until, phase()));
  }
  return end;
}

// Accesses are answered at once; nothing comes back.
tlm::tlm_sync_enum VectorUnit::nb_transport_bw(Burst&, tlm::tlm_phase&, sc_core::sc_time&) {
  return tlm::TLM_COMPLETED;
}

void VectorUnit::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {}

}  // namespace tilewave
