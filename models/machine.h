// The machine's parameters, already validated: the sum of the units' config.h, and of what no model
// has but the platform's engines. A model includes its own unit's, never this. How they are spelled
// in a file and what is allowed is sim/config/keys.cpp.
#pragma once

#include <cstdint>

#include "compiler/program/units.h"
#include "models/clock_period.h"
#include "models/compute/config.h"
#include "models/dram/config.h"
#include "models/interconnect/config.h"
#include "models/sram/config.h"
#include "models/time.h"

namespace tilewave {

struct DmaConfig {
  bool shared = false;                 ///< one engine for loads and stores, in program order
  Cycle setup = 16;                    ///< per op, before its first burst
  std::uint32_t burst_bytes = 1024;    ///< longest burst
  std::uint32_t max_outstanding = 16;  ///< bursts in flight, per engine
};

struct SequencerConfig {
  std::uint32_t queue_depth = 16;  ///< ops waiting in front of each engine
  bool overlap = true;             ///< off: an op is issued when the one before has completed
};

struct MachineConfig {
  ClockPeriod clock_period = 1000;
  ComputeConfig compute;
  SramConfig sram;
  DmaConfig dma;
  BusConfig bus;
  DramConfig dram;
  SequencerConfig sequencer;
};

/// The units that carry out ops on such a machine.
inline Units units_of(const MachineConfig& machine) {
  return Units(
      {.shared_dma = machine.dma.shared, .shared_vector = !machine.compute.vector.own_unit});
}

}  // namespace tilewave
