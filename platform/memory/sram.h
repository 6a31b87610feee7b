// The banked SRAM as a TLM target: bytes, and the time it takes to move them.
#pragma once

#include <cstddef>
#include <systemc>
#include <tlm>
#include <vector>

#include "platform/memory/burst.h"
#include "platform/memory/operand_stream.h"

namespace tilewave {

/// A burst reserves its ports from Burst::time on, moves its bytes (none without a data pointer: DMA
/// engines move theirs through the direct memory interface), and leaves with the time at which they
/// are there: waiting, accesses and latency later.
class Sram final : public sc_core::sc_module, private BurstForward, private StreamForward {
 public:
  sc_core::sc_vector<BurstTargetSocket> burst_sockets;  // of DMA engines and a vector unit
  StreamTargetSocket core_socket{"core_socket"};

  /// The first `bytes` of it hold data, which is all that a program of so many uses; none if no data
  /// moves.
  Sram(sc_core::sc_module_name name, const SramConfig& config, std::size_t burst_users,
       std::uint64_t bytes);

  const SramTiming& timing() const { return timing_; }

 private:
  void b_transport(Burst& burst, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(Burst& burst, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(Burst& burst, tlm::tlm_dmi& dmi) override;
  unsigned int transport_dbg(Burst& burst) override;

  void b_transport(OperandStream& stream, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(OperandStream& stream, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(OperandStream& stream, tlm::tlm_dmi& dmi) override;
  unsigned int transport_dbg(OperandStream& stream) override;

  unsigned int access(tlm::tlm_generic_payload& payload);

  SramTiming timing_;
  const std::uint64_t size_;
  std::vector<std::byte> bytes_;
};

}  // namespace tilewave
