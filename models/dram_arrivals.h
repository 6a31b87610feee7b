// Accesses on their way to a channel, in order of arrival: a ring that grows when it must.
// It is not the controller's queue: it stands for the initiators' side and has no bound.
#pragma once

#include <cstdint>

#include "models/dram.h"
#include "models/dram_bank.h"
#include "models/sorted_queue.h"

namespace tilewave {

struct DramArrival {
  Picoseconds exact = 0;  ///< decides the order
  DramCycle cycle = 0;    ///< the first clock edge at or after it
  std::uint32_t row = 0;
  std::uint32_t burst = 0;
  std::uint8_t bank = 0;
  bool write = false;
};

/// Ordered by time; equal times keep the order of submission.
class DramArrivals {
 public:
  bool empty() const { return queue_.empty(); }
  const DramArrival& front() const { return queue_.front(); }
  /// The cycle of front(), kNoDramCycle if there is none.
  DramCycle earliest() const { return earliest_; }
  void pop() {
    queue_.pop();
    earliest_ = queue_.empty() ? kNoDramCycle : queue_.front().cycle;
  }
  void push(const DramArrival& arrival) {
    queue_.push(arrival,
                [](const DramArrival& a, const DramArrival& b) { return a.exact < b.exact; });
    earliest_ = queue_.front().cycle;
  }

 private:
  SortedQueue<DramArrival> queue_;
  DramCycle earliest_ = kNoDramCycle;
};

}  // namespace tilewave
