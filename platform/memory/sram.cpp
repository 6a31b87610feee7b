// Bytes moved at the time that SramTiming gives.
#include "platform/memory/sram.h"

#include <cstring>

#include "platform/memory/direct_memory.h"

namespace tilewave {

Sram::Sram(sc_core::sc_module_name name, const SramConfig& config, std::size_t burst_users,
           std::uint64_t bytes)
    : sc_module(name),
      burst_sockets("burst_sockets", burst_users),
      timing_(config),
      size_(config.size_bytes),
      bytes_(bytes) {
  for (auto& socket : burst_sockets) {
    socket.bind(*this);
  }
  core_socket.bind(*this);
}

void Sram::b_transport(Burst& burst, sc_core::sc_time&) {
  if (access(burst) != 0) {
    const SramRange range{burst.get_address(), burst.get_data_length()};
    burst.time = timing_.burst(burst.now, burst.time, range) + timing_.latency();
  }
}

void Sram::b_transport(OperandStream& stream, sc_core::sc_time&) {
  if (stream.begin) {
    timing_.begin_stream(stream.time, stream.ranges);
  }
  stream.time = timing_.stream_end() + timing_.latency();
  stream.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// Moves the bytes without time; 0 and an error response if the range is not all in the SRAM.
unsigned int Sram::access(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const unsigned int length = payload.get_data_length();
  unsigned char* data = payload.get_data_ptr();
  const std::uint64_t size = data == nullptr ? size_ : bytes_.size();
  if (address > size || length > size - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return 0;
  }
  if (data != nullptr) {
    if (payload.is_write()) {
      std::memcpy(bytes_.data() + address, data, length);
    } else {
      std::memcpy(data, bytes_.data() + address, length);
    }
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return length;
}

bool Sram::get_direct_mem_ptr(OperandStream&, tlm::tlm_dmi& dmi) {
  return allow_direct_memory(dmi, bytes_);
}
bool Sram::get_direct_mem_ptr(Burst&, tlm::tlm_dmi& dmi) {
  return allow_direct_memory(dmi, bytes_);
}

unsigned int Sram::transport_dbg(Burst& burst) { return access(burst); }
unsigned int Sram::transport_dbg(OperandStream& stream) { return access(stream); }

// Accesses are answered at once; those that compute have direct access.
tlm::tlm_sync_enum Sram::nb_transport_fw(Burst& burst, tlm::tlm_phase&, sc_core::sc_time& delay) {
  b_transport(burst, delay);
  return tlm::TLM_COMPLETED;
}
tlm::tlm_sync_enum Sram::nb_transport_fw(OperandStream& stream, tlm::tlm_phase&,
                                         sc_core::sc_time& delay) {
  b_transport(stream, delay);
  return tlm::TLM_COMPLETED;
}

}  // namespace tilewave
