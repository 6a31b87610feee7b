// STOREs on their way into the op list: those that wait for loads to pass them, and those found to
// be needed after their place had passed. It knows no SRAM and no DRAM.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "compiler/program/program.h"
#include "compiler/program/tile_index.h"

namespace tilewave {

struct PendingStore {
  Op op;
  TileId tile = 0;
  std::uint64_t due = 0;  ///< step at which it has waited long enough
  bool release = false;   ///< its bytes are free afterwards
};

/// First in, first out; positions in the op list rise or stay.
class StoreQueue {
 public:
  void push(const PendingStore& store) { pending_.push_back(store); }
  bool empty() const { return pending_.empty(); }
  const PendingStore& front() const { return pending_.front(); }
  void pop() { pending_.pop_front(); }

  /// A STORE that belongs in front of the op that is at position `before` now.
  void push_late(std::size_t before, const Op& op) { late_.push_back({before, op}); }
  std::size_t late_count() const { return late_.size(); }
  /// The ops with the late STOREs in their places.
  std::vector<Op> merge_late(std::vector<Op> ops) {
    if (late_.empty()) {
      return ops;
    }
    std::ranges::stable_sort(late_, {}, &Late::before);
    // From the end on, every op goes to its place once.
    auto from = static_cast<std::ptrdiff_t>(ops.size());
    ops.resize(ops.size() + late_.size());
    auto to = ops.end();
    for (auto late = late_.rbegin(); late != late_.rend(); ++late) {
      const auto before = static_cast<std::ptrdiff_t>(late->before);
      to = std::move_backward(ops.begin() + before, ops.begin() + from, to);
      *--to = late->op;
      from = before;
    }
    return ops;
  }

 private:
  struct Late {
    std::size_t before = 0;
    Op op;
  };

  std::deque<PendingStore> pending_;
  std::vector<Late> late_;
};

}  // namespace tilewave
