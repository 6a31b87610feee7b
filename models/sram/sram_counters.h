// What is counted of an SRAM.
#pragma once

#include <cstdint>

#include "models/accounting/counters.h"

namespace tilewave {

/// What an SRAM did so far, counted when an access is reserved.
struct SramCounters {
  std::uint64_t bytes = 0;
  /// Pieces of bursts, cut by banks, and streams, per bank, that found their bank taken: by others,
  /// or by an earlier piece of their own.
  std::uint64_t bank_conflicts = 0;

  void register_in(CounterRegister& all) const {
    all.add("sram",
            {"bytes", "B", Better::kLower,
             "through the SRAM's ports: DMA both ways, operands and results of the steps"},
            bytes);
    all.add("sram",
            {"bank_conflicts", "1", Better::kLower,
             "accesses that did not get their bank to themselves at once, per bank"},
            bank_conflicts);
  }
};

}  // namespace tilewave
