// The parameters of the DRAM, simple or banked, and how tensors lie in it.
#pragma once

#include <cstdint>
#include <string>

#include "models/dram/standard.h"
#include "models/time.h"

namespace tilewave {

enum class DramKind : std::uint8_t { kSimple, kBanked };

/// Whether a tensor lies in DRAM row by row, or tile by tile with each tile contiguous.
enum class DramLayout : std::uint8_t { kRowMajor, kTiled };

/// When a controller acknowledges a write.
enum class DramWriteAck : std::uint8_t {
  kAccepted,  ///< the cycle after it has entered the controller's queue, from where it is written
  kIssued,    ///< the cycle after its WR command, when its place in the queue is free again
  kData,      ///< its last data have left for the device
};

inline constexpr Picoseconds kDefaultDramMaxAge = 30'000'000;

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
  DramWriteAck write_ack = DramWriteAck::kAccepted;  ///< banked; never kData
  Picoseconds max_age = kDefaultDramMaxAge;  ///< banked: how long an access lets others pass
};

}  // namespace tilewave
