// Data moves without transactions, whose business is time.
#pragma once

#include <cstddef>
#include <span>
#include <tlm>

namespace tilewave {

/// The bytes of the memory behind an initiator's socket, by address, from TLM's direct memory
/// interface; null if it has none. `payload` is any of the socket's protocol.
template <typename Socket, typename Payload>
std::byte* direct_memory(Socket& socket, Payload& payload) {
  tlm::tlm_dmi dmi;
  return socket->get_direct_mem_ptr(payload, dmi) ? reinterpret_cast<std::byte*>(dmi.get_dmi_ptr())
                                                  : nullptr;
}

/// A memory's answer: all of it, from address 0 on.
inline bool allow_direct_memory(tlm::tlm_dmi& dmi, std::span<std::byte> bytes) {
  dmi.init();
  if (bytes.empty()) {
    return false;
  }
  dmi.allow_read_write();
  dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(bytes.data()));
  dmi.set_start_address(0);
  dmi.set_end_address(bytes.size() - 1);
  return true;
}

}  // namespace tilewave
