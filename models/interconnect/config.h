// The parameters of the bus between DMA engines, DRAM and SRAM.
#pragma once

#include <cstdint>

#include "models/time.h"

namespace tilewave {

struct BusConfig {
  std::uint32_t bytes_per_cycle = 64;  ///< per direction
  Cycle latency = 4;                   ///< each way
};

}  // namespace tilewave
