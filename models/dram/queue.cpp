// Sets up the lists; what runs per access is inline in the header.
// No timing here.
#include "models/dram/queue.h"

#include <limits>

namespace tilewave {

DramQueue::DramQueue(unsigned capacity, unsigned hit_limit)
    : entries_(capacity), all_(1), banks_(DramBanks::kMaxBanks), hit_limit_(hit_limit) {
  for (Entry& entry : entries_) {
    entry.newer_in_bank = free_;
    free_ = &entry;
  }
  Entry& all = all_.front();
  all.newer = all.older = &all;
  all.age = std::numeric_limits<std::uint64_t>::max();
  all.entered = kNeverEntered;
  for (Bank& bank : banks_) {
    bank.ends.newer_in_bank = bank.ends.older_in_bank = &bank.ends;
  }
}

}  // namespace tilewave
