// What a DRAM does for a program's traffic, in two numbers: how long a burst takes at least, and
// how many bytes pass per cycle when bursts never run out.
#pragma once

#include <cstdint>

#include "compiler/program/program.h"
#include "models/machine.h"

namespace tilewave {

/// `channels` pins side by side, each serving its share of a burst's bytes in order of arrival.
struct DramService {
  std::uint32_t channels = 1;
  std::uint64_t interleave_bytes = 0;  ///< counts with several channels only
  double latency = 0;                  ///< cycles from arrival to the first byte
  double bytes_per_cycle = 1;          ///< of each channel
};

/// Of the simple model its parameters. The banked model is measured: the program's first transfers,
/// as the DMA engines would cut them, are played on it with full windows and no hazards; it is one
/// channel then.
DramService dram_service(const Program& program, const MachineConfig& machine);

}  // namespace tilewave
