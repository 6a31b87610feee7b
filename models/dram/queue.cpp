// Sets up the lists; what runs per access is inline in the header.
// No timing here.
#include "models/dram/queue.h"

namespace tilewave {

DramQueue::DramQueue(unsigned capacity, unsigned hit_limit)
    : entries_(capacity), all_(1), banks_(DramBanks::kMaxBanks), hit_limit_(hit_limit) {
  for (Entry& entry : entries_) {
    entry.newer_in_bank = free_;
    free_ = &entry;
  }
  all_.front().newer = all_.front().older = &all_.front();
  for (Bank& bank : banks_) {
    bank.ends.newer_in_bank = bank.ends.older_in_bank = &bank.ends;
  }
}

}  // namespace tilewave
