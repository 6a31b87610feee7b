// The bus between DMA and DRAM: one data path per direction, granted burst by burst in the order in
// which the bursts ask for it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/program/tensor.h"
#include "models/accounting/counters.h"
#include "models/interconnect/config.h"

namespace tilewave {

enum class BusDirection : std::uint8_t { kRead, kWrite };

/// What a bus did so far, counted when a burst gets its beats.
struct BusCounters {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;

  void register_in(CounterRegister& all) const {
    all.add("bus",
            {"read_bytes", "B", Better::kLower, "over the bus from the DRAM; padding counts"},
            read_bytes);
    all.add("bus", {"write_bytes", "B", Better::kLower, "over the bus to the DRAM; padding counts"},
            write_bytes);
  }
};

class BusTiming {
 public:
  struct Grant {
    Cycle start = 0;
    Cycle end = 0;
  };

  explicit BusTiming(const BusConfig& config) : config_(config) {}

  /// A burst whose data can move from cycle `ready` on holds its direction for
  /// ⌈bytes / bytes_per_cycle⌉ cycles. Latency is not included: it delays, it does not occupy.
  Grant reserve(BusDirection direction, Cycle ready, std::uint32_t bytes) {
    Path& path = paths_[static_cast<std::size_t>(direction)];
    const Cycle start = std::max(ready, path.free_from);
    path.free_from = start + ceil_div(bytes, config_.bytes_per_cycle);
    (direction == BusDirection::kRead ? counters_.read_bytes : counters_.write_bytes) += bytes;
    return {start, path.free_from};
  }

  const BusCounters& counters() const { return counters_; }
  Cycle latency() const { return config_.latency; }

 private:
  struct Path {
    Cycle free_from = 0;
  };

  BusConfig config_;
  Path paths_[2];
  BusCounters counters_;
};

}  // namespace tilewave
