// Accesses on their way to a channel, in order of arrival, kept as runs until the channel takes
// them. It is not the controller's queue: it stands for the initiators' side and has no bound.
#pragma once

#include <cstdint>

#include "compiler/base/sorted_queue.h"
#include "models/dram/address_map.h"
#include "models/dram/bank.h"
#include "models/dram/model.h"

namespace tilewave {

/// Accesses of one burst that follow each other in address and lie in one channel; at least one.
struct DramRun {
  Picoseconds exact = 0;     ///< decides the order
  DramCycle cycle = 0;       ///< the first clock edge at or after it
  std::uint64_t access = 0;  ///< the next one, as the address map counts
  PackedPlace place;         ///< ... and where it lies
  std::uint32_t left = 0;
  std::uint32_t burst = 0;
  bool write = false;
};

/// Ordered by time; equal times keep the order of submission.
class DramArrivals {
 public:
  explicit DramArrivals(const AddressMap& map) : map_(map) {}

  /// The run of the next access.
  const DramRun& front() const { return queue_.front(); }
  /// The cycle of front(), kNoDramCycle if there is none.
  DramCycle earliest() const { return earliest_; }
  /// False if there is none.
  bool front_is_write() const { return front_is_write_; }
  /// Writes among all that are on their way.
  std::uint64_t writes() const { return writes_; }
  /// Forgets one access.
  void pop() {
    DramRun& run = queue_.front();
    writes_ -= run.write ? 1 : 0;
    if (--run.left > 0) {
      map_.step_to(++run.access, run.place);
      return;
    }
    queue_.pop();
    note_front();
  }
  void push(const DramRun& run) {
    writes_ += run.write ? run.left : 0;
    DramRun& place = queue_.insert([&](const DramRun& other) { return run.exact < other.exact; });
    place.exact = run.exact;
    place.cycle = run.cycle;
    place.access = run.access;
    place.place = run.place;
    place.left = run.left;
    place.burst = run.burst;
    place.write = run.write;
    note_front();
  }

 private:
  void note_front() {
    earliest_ = queue_.empty() ? kNoDramCycle : queue_.front().cycle;
    front_is_write_ = !queue_.empty() && queue_.front().write;
  }

  const AddressMap& map_;
  SortedQueue<DramRun> queue_;
  DramCycle earliest_ = kNoDramCycle;
  bool front_is_write_ = false;
  std::uint64_t writes_ = 0;
};

}  // namespace tilewave
