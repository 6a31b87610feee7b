// Cuts bursts, converts time and keeps the earliest time poll() may have something to do.
// See models/dram/channel.cpp for what happens in between.
#include "models/dram/banked.h"

#include <algorithm>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {
BankedDram::BankedDram(const DramConfig& config, const DramControllerOptions& options)
    : timing_(config.preset.timing),
      map_(config.address_map, timing_, config.channels),
      bursts_(counters_) {
  channels_.reserve(config.channels);
  for (std::uint32_t i = 0; i < config.channels; ++i) {
    channels_.emplace_back(timing_, options, map_, bursts_, counters_);
  }
}

DramControllerOptions controller_options(const DramConfig& config) {
  const DramControllerOptions defaults;
  DramControllerOptions options;
  options.read_entries = options.write_entries = config.queue_depth;
  options.write_low = config.queue_depth * defaults.write_low / defaults.write_entries;
  options.write_high = config.queue_depth * defaults.write_high / defaults.write_entries;
  options.refresh = config.refresh;
  options.write_ack = config.write_ack;
  options.max_age = config.max_age;
  return options;
}

double BankedDram::peak_bytes_per_second() const {
  return timing_.peak_bytes_per_second() * static_cast<double>(channels_.size());
}

DramCycle BankedDram::cycle_at_or_after(Picoseconds time) const {
  // A 32-bit division, much cheaper than a 64-bit one, from the last poll() on.
  const Picoseconds known = polled_cycle_ * timing_.clock_ps;
  const Picoseconds ahead = time - known;
  if (time < known || ahead >> 32 != 0) {
    return time / timing_.clock_ps + (time % timing_.clock_ps != 0 ? 1 : 0);
  }
  const auto clock = static_cast<std::uint32_t>(timing_.clock_ps);
  const std::uint32_t whole = static_cast<std::uint32_t>(ahead) / clock;
  return polled_cycle_ + whole + (whole * timing_.clock_ps != ahead ? 1 : 0);
}

void BankedDram::submit(const DramBurst& burst, Picoseconds arrival) {
  if (arrival < polled_) {
    throw InternalError("a burst reaches the DRAM at " + std::to_string(arrival) +
                        " ps, which is over: it was polled at " + std::to_string(polled_) + " ps");
  }
  const std::uint64_t first = burst.address >> map_.access_bits();
  const std::uint64_t last = (burst.address + burst.bytes - 1) >> map_.access_bits();
  const std::uint32_t record = bursts_.open(burst, static_cast<std::uint32_t>(last - first + 1));
  const DramCycle cycle = cycle_at_or_after(arrival);
  DramRun run{arrival, cycle, first, map_.packed(first), 0, record, burst.write};
  DramCycle earliest = kNoDramCycle;
  if (channels_.size() == 1) {
    run.left = static_cast<std::uint32_t>(last - first + 1);
    channels_.front().submit(run);
    earliest = channels_.front().earliest_done();
  } else {
    earliest = submit_by_channel(run, last);
  }
  if (earliest < next_event_cycle_) {
    next_event_cycle_ = earliest;
    next_event_ = earliest * timing_.clock_ps;
  }
}

/// Cuts a burst into the runs that lie in one channel each; `run` is its first access, not counted
/// yet.
DramCycle BankedDram::submit_by_channel(DramRun run, std::uint64_t last) {
  DramCycle earliest = kNoDramCycle;
  PackedPlace place = run.place;
  for (std::uint64_t access = run.access; access <= last;) {
    ++run.left;
    map_.step_to(++access, place);
    if (access > last || place.channel() != run.place.channel()) {
      DramChannel& channel = channels_[run.place.channel()];
      channel.submit(run);
      earliest = std::min(earliest, channel.earliest_done());
      run.access = access;
      run.place = place;
      run.left = 0;
    }
  }
  return earliest;
}

bool BankedDram::poll(Picoseconds now, DramCompletion& completion) {
  if (now > polled_) {
    advance(now);
  }
  const DramCycle done = bursts_.earliest();
  if (done <= polled_cycle_) {
    completion = {bursts_.pop(), done * timing_.clock_ps};
    update_next_event();  // which spares the caller a call that finds nothing
    return true;
  }
  update_next_event();
  return false;
}

Picoseconds BankedDram::drain() {
  for (;;) {
    DramCycle next = kNoDramCycle;
    DramCycle written = 0;
    for (const DramChannel& channel : channels_) {
      next = std::min(next, channel.next_decision());
      written = std::max(written, channel.written());
    }
    if (next == kNoDramCycle) {
      return written * timing_.clock_ps;
    }
    for (DramChannel& channel : channels_) {
      channel.advance(next + 1);
    }
  }
}

void BankedDram::advance(Picoseconds now) {
  // Completions up to `now` come from decisions before it: a later submit at `now` can still be
  // seen by the decisions at `now`.
  const DramCycle limit = now == next_event_ ? next_event_cycle_ : cycle_at_or_after(now);
  polled_ = now;
  polled_cycle_ = limit * timing_.clock_ps == now ? limit : limit - 1;
  for (DramChannel& channel : channels_) {
    channel.advance(limit);
  }
}

void BankedDram::update_next_event() {
  next_event_cycle_ = bursts_.earliest();
  if (next_event_cycle_ > polled_cycle_) {
    for (const DramChannel& channel : channels_) {
      next_event_cycle_ = std::min(next_event_cycle_, channel.earliest_done());
    }
  }
  next_event_ = next_event_cycle_ == kNoDramCycle ? kNever : next_event_cycle_ * timing_.clock_ps;
}

}  // namespace tilewave
