// The machine's parameters, one struct per unit, already validated: what every model and module is
// built from. How they are spelled in a file and what is allowed is sim/config/keys.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "models/dram/model.h"
#include "models/dram/standard.h"

namespace tilewave {

/// Core clock cycles, absolute or a duration.
using Cycle = std::uint64_t;

enum class Dataflow : std::uint8_t {
  kOutputStationary,
  kWeightStationary,
  kInputStationary,
  kSimd
};

/// Which neighbouring tile steps share the filling and draining of the array.
enum class FillOverlap : std::uint8_t { kNone, kAccumulation, kFull };

struct ComputeConfig {
  Dataflow dataflow = Dataflow::kOutputStationary;
  std::uint32_t rows = 32;              ///< H: height of the systolic array
  std::uint32_t cols = 32;              ///< W: width of the systolic array
  std::uint32_t macs_per_cycle = 1024;  ///< simd only
  std::uint32_t vector_lanes = 32;      ///< elements per cycle of Add and ReLU steps
  Cycle latency = 0;                    ///< pipeline depth of simd and vector steps
  FillOverlap fill_overlap = FillOverlap::kFull;
  bool drain = false;  ///< output-stationary only: H more cycles to shift results out
};

struct SramConfig {
  std::uint64_t size_bytes = 256 * 1024;
  std::uint32_t banks = 16;
  std::uint32_t ports = 1;              ///< per bank
  std::uint32_t port_bytes = 32;        ///< per port and cycle
  std::uint32_t interleave_bytes = 64;  ///< consecutive bytes in one bank
  Cycle latency = 2;                    ///< from the last port access to the data's use
};

struct DmaConfig {
  bool shared = false;                 ///< one engine for loads and stores, in program order
  Cycle setup = 16;                    ///< per op, before its first burst
  std::uint32_t burst_bytes = 1024;    ///< longest burst
  std::uint32_t max_outstanding = 16;  ///< bursts in flight, per engine
};

struct BusConfig {
  std::uint32_t bytes_per_cycle = 64;  ///< per direction
  Cycle latency = 4;                   ///< each way
};

enum class DramKind : std::uint8_t { kSimple, kBanked };

/// Whether a tensor lies in DRAM row by row, or tile by tile with each tile contiguous.
enum class DramLayout : std::uint8_t { kRowMajor, kTiled };

struct DramConfig {
  DramKind kind = DramKind::kSimple;
  DramLayout layout = DramLayout::kTiled;
  std::uint32_t channels = 1;
  Picoseconds latency = 60'000;              ///< simple: from request to the first byte
  std::uint64_t bandwidth = 25'600'000'000;  ///< simple: bytes per second and channel
  std::uint32_t interleave_bytes = 256;      ///< simple: consecutive bytes in one channel
  std::uint32_t refresh_permille = 0;        ///< simple: share of time in which a channel refreshes
  DramPreset preset;                         ///< banked; without timing until it is loaded
  std::string address_map = "B";             ///< banked: models/dram/address_map.h
  std::uint32_t queue_depth = 32;            ///< banked: reads, and writes, a controller holds
  bool refresh = true;                       ///< banked
};

struct SequencerConfig {
  std::uint32_t queue_depth = 16;  ///< ops waiting in front of each engine
  bool overlap = true;             ///< off: an op is issued when the one before has completed
};

struct MachineConfig {
  Picoseconds clock_period = 1000;
  ComputeConfig compute;
  SramConfig sram;
  DmaConfig dma;
  BusConfig bus;
  DramConfig dram;
  SequencerConfig sequencer;
};

}  // namespace tilewave
