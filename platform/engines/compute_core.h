// The compute core: tile steps on the array, and vector steps on a machine without a vector unit of its
// own. It streams their operands from SRAM.
#pragma once

#include <systemc>
#include <tlm>

#include "platform/engines/step_unit.h"
#include "platform/memory/operand_stream.h"

namespace tilewave {

class ComputeCore : public StepUnit, private StreamBackward {
 public:
  StreamInitiatorSocket sram_socket{"sram_socket"};

  ComputeCore(sc_core::sc_module_name name, const EngineContext& context, OpQueue& queue,
              CycleLedger& ledger);

 private:
  std::byte* direct_memory() override;
  Cycle stream(const Op& op, Cycle ideal, bool chained, bool chain_continues) override;
  Cycle ask_stream_end(bool begin);

  tlm::tlm_sync_enum nb_transport_bw(OperandStream& stream, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  OperandStream stream_;
};

}  // namespace tilewave
