// Sets up the lists; what runs per access is inline in the header.
// No timing here.
#include "models/dram_queue.h"

namespace tilewave {

DramQueue::DramQueue(unsigned capacity, unsigned hit_limit)
    : entries_(capacity), hit_limit_(hit_limit) {
  for (std::size_t i = capacity; i-- > 0;) {
    entries_[i].next = free_;
    free_ = static_cast<std::uint16_t>(i);
  }
  head_.fill(kNone);
  tail_.fill(kNone);
  next_.fill(kNone);
  other_.fill(kNone);
}

}  // namespace tilewave
