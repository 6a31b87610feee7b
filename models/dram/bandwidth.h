// The bandwidth of a DRAM as configured: the one place that says what its peak is.
// What traffic gets out of it is the models' business.
#pragma once

#include "models/dram/config.h"

namespace tilewave {

/// Bytes per second of one channel whose pins never rest. Bounds, shares and the roofline refer to
/// this peak, with or without refresh.
inline double channel_peak_bytes_per_second(const DramConfig& dram) {
  return dram.kind == DramKind::kBanked ? dram.preset.timing.peak_bytes_per_second()
                                        : static_cast<double>(dram.bandwidth);
}

/// ... of all channels.
inline double peak_bytes_per_second(const DramConfig& dram) {
  return channel_peak_bytes_per_second(dram) * dram.channels;
}

/// What is left of a channel's peak when refresh has taken the share that is configured for it:
/// what to plan with. The banked DRAM has no such share, its refresh is simulated.
inline double channel_plannable_bytes_per_second(const DramConfig& dram) {
  const bool shared = dram.kind == DramKind::kSimple;
  return channel_peak_bytes_per_second(dram) *
         (shared ? 1 - static_cast<double>(dram.refresh_permille) / 1000 : 1);
}

}  // namespace tilewave
