// The transaction between DMA, bus, DRAM and SRAM: a generic payload that knows its own time.
#pragma once

#include <tlm>

#include "models/time.h"

namespace tilewave {

/// One DMA burst, as a rule without data: a tile's bytes move at once (dma_engine.h). Its time travels
/// in `time`, as an absolute core cycle, instead of the delay argument of the transport calls, which is
/// not used: every module on the way reads and advances it, and none has to convert between the
/// kernel's time and the core's. `time` may lie ahead of the kernel's.
struct Burst : tlm::tlm_generic_payload {
  static constexpr std::uint32_t kNoTag = ~std::uint32_t{0};

  std::uint32_t port = 0;      ///< the bus port it came in by, and goes back to
  std::uint32_t slot = 0;      ///< the sender's own
  std::uint32_t tag = kNoTag;  ///< the DRAM's own, given at its first request
  Cycle time = 0;
  Cycle now = 0;        ///< of whoever moves it on; nobody acts earlier any more
  Cycle arrived = 0;    ///< reads: at the bus with its data
  Cycle bus_start = 0;  ///< its beats on the bus
  Cycle bus_end = 0;
};

/// Requests: nb_transport_fw(BEGIN_REQ), always accepted. Responses: nb_transport_bw(BEGIN_RESP),
/// always completed. SRAM accesses: b_transport, which never blocks.
struct BurstProtocol {
  using tlm_payload_type = Burst;
  using tlm_phase_type = tlm::tlm_phase;
};

using BurstInitiatorSocket = tlm::tlm_initiator_socket<32, BurstProtocol>;
using BurstTargetSocket = tlm::tlm_target_socket<32, BurstProtocol>;
using BurstForward = tlm::tlm_fw_transport_if<BurstProtocol>;
using BurstBackward = tlm::tlm_bw_transport_if<BurstProtocol>;

}  // namespace tilewave
