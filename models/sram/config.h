// The parameters of the SRAM.
#pragma once

#include <cstdint>

#include "models/time.h"

namespace tilewave {

struct SramConfig {
  std::uint64_t size_bytes = 256 * 1024;
  std::uint32_t banks = 16;
  std::uint32_t ports = 1;              ///< per bank
  std::uint32_t port_bytes = 32;        ///< per port and cycle
  std::uint32_t interleave_bytes = 64;  ///< consecutive bytes in one bank
  Cycle latency = 2;                    ///< from the last port access to the data's use
};

}  // namespace tilewave
