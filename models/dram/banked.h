// The banked DRAM: bursts in picoseconds on top of channels in cycles.
// It cuts bursts into accesses, spreads them over the channels and collects completions; every
// decision about time is models/dram/channel.h's.
#pragma once

#include <cstdint>
#include <vector>

#include "models/dram/address_map.h"
#include "models/dram/bursts.h"
#include "models/dram/channel.h"
#include "models/dram/config.h"
#include "models/dram/model.h"

namespace tilewave {

/// Takes the banked keys of the config; write watermarks keep the share of the queue they have with
/// 32 entries, 6 and 26.
class BankedDram final : public DramModel {
 public:
  /// The preset must be loaded. Throws InputError for a map or a channel count that cannot be.
  explicit BankedDram(const DramConfig& config,
                      const DramControllerOptions& options = DramControllerOptions());
  BankedDram(const BankedDram&) = delete;  // the channels refer to the model's own members
  BankedDram& operator=(const BankedDram&) = delete;

  /// The burst must lie within capacity_bytes(); addresses beyond it wrap around.
  void submit(const DramBurst& burst, Picoseconds arrival) override;
  Picoseconds next_event() const override { return next_event_; }
  bool poll(Picoseconds now, DramCompletion& completion) override;
  Picoseconds drain() override;
  /// `read_bytes` and `write_bytes` are what bursts asked for; a burst that is not aligned moves
  /// more than that over the pins.
  const DramCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override;
  std::uint64_t capacity_bytes() const { return map_.capacity_bytes(); }

 private:
  DramCycle cycle_at_or_after(Picoseconds time) const;
  /// The earliest cycle in which a channel that it went to may have something done.
  DramCycle submit_by_channel(DramRun run, std::uint64_t last);
  void advance(Picoseconds now);
  void update_next_event();

  DramTiming timing_;
  AddressMap map_;
  DramCounters counters_;
  DramBursts bursts_;
  std::vector<DramChannel> channels_;
  Picoseconds polled_ = 0;      ///< the latest `now` of poll()
  DramCycle polled_cycle_ = 0;  ///< the last clock edge at or before it
  Picoseconds next_event_ = kNever;
  DramCycle next_event_cycle_ = kNoDramCycle;  ///< next_event_ is this clock edge
};

/// The controller that the config describes.
DramControllerOptions controller_options(const DramConfig& config);

}  // namespace tilewave
