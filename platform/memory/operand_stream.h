// The transaction between compute core and SRAM: the operand stream of one tile step.
#pragma once

#include <tlm>
#include <vector>

#include "models/sram/sram_timing.h"

namespace tilewave {

/// With `begin`, b_transport starts a stream over `ranges` at cycle `time`; without, it only asks.
/// Either way `time` becomes the cycle in which the stream ends as far as is known: ask again then,
/// for DMA bursts may have moved it. b_transport never blocks and its delay is not used. The core
/// moves the data itself, through the direct memory interface.
struct OperandStream : tlm::tlm_generic_payload {
  std::vector<SramRange> ranges;
  bool begin = false;
  Cycle time = 0;
};

struct StreamProtocol {
  using tlm_payload_type = OperandStream;
  using tlm_phase_type = tlm::tlm_phase;
};

using StreamInitiatorSocket = tlm::tlm_initiator_socket<32, StreamProtocol>;
using StreamTargetSocket = tlm::tlm_target_socket<32, StreamProtocol>;
using StreamForward = tlm::tlm_fw_transport_if<StreamProtocol>;
using StreamBackward = tlm::tlm_bw_transport_if<StreamProtocol>;

}  // namespace tilewave
