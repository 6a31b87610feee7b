// Streams are asked for again until no burst has moved their end.
#include "platform/engines/compute_core.h"

#include <algorithm>

#include "platform/memory/direct_memory.h"

namespace tilewave {

ComputeCore::ComputeCore(sc_core::sc_module_name name, const EngineContext& context, OpQueue& queue,
                         CycleLedger& ledger)
    : StepUnit(name, Engine::kCompute, Phase::kCompute, context, queue, ledger) {
  stream_.set_command(tlm::TLM_IGNORE_COMMAND);
  sram_socket.bind(*this);
}

std::byte* ComputeCore::direct_memory() { return tilewave::direct_memory(sram_socket, stream_); }

Cycle ComputeCore::stream(const Op& op, Cycle ideal, bool chained, bool chain_continues) {
  const CoreClock& clock = context().clock;
  stream_.ranges.clear();
  timing().visit_streams(op, chained, chain_continues,
                         [this](std::uint32_t address, std::uint64_t bytes) {
                           stream_.ranges.push_back({address, bytes});
                         });
  Cycle end = ask_stream_end(true);
  for (;;) {
    const Cycle until = std::max(ideal, end);
    if (until <= clock.now()) {
      return end;
    }
    wait(clock.until(until, phase()));
    end = ask_stream_end(false);
  }
}

Cycle ComputeCore::ask_stream_end(bool begin) {
  sc_core::sc_time delay;
  stream_.begin = begin;
  stream_.time = context().clock.now();
  sram_socket->b_transport(stream_, delay);
  return stream_.time;
}

// Streams answer at once; nothing comes back.
tlm::tlm_sync_enum ComputeCore::nb_transport_bw(OperandStream&, tlm::tlm_phase&,
                                                sc_core::sc_time&) {
  return tlm::TLM_COMPLETED;
}

void ComputeCore::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {}

}  // namespace tilewave
