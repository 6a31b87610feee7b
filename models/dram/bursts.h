// Bursts under way and their completions in order of time.
// It knows nothing of banks or commands: channels report accesses, the model hands out completions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compiler/base/sorted_queue.h"
#include "models/dram/bank.h"
#include "models/dram/model.h"

namespace tilewave {

/// A pool of burst records, reused, and a ring of those whose completion time is known.
class DramBursts {
 public:
  explicit DramBursts(DramCounters& counters) : counters_(counters) {}

  /// A record for `burst`, to be done when `accesses` accesses are.
  std::uint32_t open(const DramBurst& burst, std::uint32_t accesses) {
    std::uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<std::uint32_t>(records_.size());
      records_.emplace_back();
    } else {
      free_ = records_[index].next_free;
    }
    records_[index] = {next_serial_++, 0, burst.bytes, burst.tag, accesses, kNone, burst.write};
    return index;
  }

  /// One access of `burst` is done at cycle `done`, which may lie ahead.
  void access_done(std::uint32_t burst, DramCycle done) {
    Record& record = records_[burst];
    record.done = std::max(record.done, done);
    if (--record.accesses == 0) {
      (record.write ? counters_.write_bytes : counters_.read_bytes) += record.bytes;
      done_.push({record.done, record.serial, burst}, [](const Done& a, const Done& b) {
        return a.cycle != b.cycle ? a.cycle < b.cycle : a.serial < b.serial;
      });
    }
  }

  bool empty() const { return done_.empty(); }
  /// The cycle the next burst is done at, kNoDramCycle if none is decided.
  DramCycle earliest() const { return empty() ? kNoDramCycle : done_.front().cycle; }
  /// Forgets the burst that earliest() is about and returns its tag.
  std::uint32_t pop() {
    const std::uint32_t index = done_.front().burst;
    done_.pop();
    Record& record = records_[index];
    record.next_free = free_;
    free_ = index;
    return record.tag;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Record {
    std::uint64_t serial = 0;  ///< order of submission, decides between equal times
    DramCycle done = 0;
    std::uint32_t bytes = 0;
    std::uint32_t tag = 0;
    std::uint32_t accesses = 0;
    std::uint32_t next_free = kNone;
    bool write = false;
  };
  struct Done {
    DramCycle cycle = 0;
    std::uint64_t serial = 0;
    std::uint32_t burst = 0;
  };

  DramCounters& counters_;
  std::vector<Record> records_;
  std::uint32_t free_ = kNone;
  std::uint64_t next_serial_ = 0;
  SortedQueue<Done> done_;
};

}  // namespace tilewave
