// Requests in order of arrival, each on the channels of its bytes, as their pins become free.
#include "models/dram/simple.h"

#include <algorithm>

#include "models/dram/bandwidth.h"

namespace tilewave {
namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

SimpleDram::SimpleDram(const DramConfig& config, std::uint64_t ticks_per_picosecond)
    : config_(config),
      ticks_(ticks_per_picosecond),
      latency_(config.latency * ticks_per_picosecond),
      channel_free_(config.channels, 0) {}

void SimpleDram::submit(const DramBurst& burst, Picoseconds arrival) {
  inbox_.push({arrival, burst}, [](const Waiting& a, const Waiting& b) { return a.before(b); });
}

Picoseconds SimpleDram::next_event() const {
  // Nothing in the inbox can complete before its latency is over, and looking at it later changes
  // nothing: service is in order of arrival.
  const Picoseconds first = inbox_.empty() ? kNever : inbox_.front().arrival + latency_;
  return completions_.empty() ? first : std::min(first, completions_.front().time);
}

bool SimpleDram::poll(Picoseconds now, DramCompletion& completion) {
  while (!inbox_.empty() && inbox_.front().arrival <= now) {
    serve(inbox_.front());
    inbox_.pop();
  }
  if (completions_.empty() || completions_.front().time > now) {
    return false;
  }
  completion = completions_.front();
  completions_.pop();
  return true;
}

void SimpleDram::serve(const Waiting& waiting) {
  const DramBurst& burst = waiting.burst;
  const Picoseconds ready = waiting.arrival + latency_;
  Picoseconds done = ready;
  if (config_.channels == 1) {
    done = channel_free_[0] = std::max(ready, channel_free_[0]) + transfer_time(burst.bytes);
  } else {
    const std::uint64_t stop = burst.address + burst.bytes;
    const std::uint64_t chunk = burst.address / config_.interleave_bytes;
    std::uint64_t end = chunk * config_.interleave_bytes;
    std::size_t channel = chunk % config_.channels;
    for (std::uint64_t at = burst.address; at < stop; at = end) {
      end = std::min(stop, end + config_.interleave_bytes);
      Picoseconds& free = channel_free_[channel];
      free = std::max(ready, free) + transfer_time(end - at);
      done = std::max(done, free);
      channel = channel + 1 == config_.channels ? 0 : channel + 1;
    }
  }
  if (burst.write) {
    written_ = std::max(written_, done);
  }
  (burst.write ? counters_.write_bytes : counters_.read_bytes) += burst.bytes;
  completions_.push({burst.tag, done}, [](const DramCompletion& a, const DramCompletion& b) {
    return a.time < b.time;
  });
}

/// Rounded up, so that a channel never delivers more than its bandwidth.
Picoseconds SimpleDram::transfer_time(std::uint64_t bytes) {
  if (bytes != known_bytes_) {
    known_bytes_ = bytes;
    const std::uint64_t available = config_.bandwidth * (1000 - config_.refresh_permille) / 1000;
    const Wide ticks = Wide{bytes} * 1'000'000'000'000ULL * ticks_;
    known_time_ = static_cast<Picoseconds>((ticks + (available - 1)) / available);
  }
  return known_time_;
}

double SimpleDram::peak_bytes_per_second() const {
  return tilewave::peak_bytes_per_second(config_);
}

}  // namespace tilewave
