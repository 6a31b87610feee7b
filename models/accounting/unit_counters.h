// What a unit that carries out ops counts. Its states are the ledger's, cycle_ledger.h.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/program/opcodes.h"
#include "models/accounting/counters.h"

namespace tilewave {

/// A unit counts what its ops have; a shared DMA engine for loads and stores apart.
struct UnitCounters {
  std::uint64_t bursts = 0;
  std::uint64_t window_waits = 0;
  std::uint64_t steps = 0;
  std::uint64_t macs = 0;
  std::uint64_t slots = 0;

  /// Those that `unit` can count.
  void register_in(CounterRegister& all, Engine unit) const {
    const char* const scope = to_string(unit);
    if (carries_out(unit, &OpcodeRule::moves)) {
      all.add(scope, {"bursts", "1", Better::kNeither, "bursts issued"}, bursts);
      all.add(scope,
              {"window_waits", "1", Better::kLower,
               "waits for a place in the engine's window of dma.max_outstanding bursts"},
              window_waits);
      return;
    }
    all.add(scope, {"steps", "1", Better::kNeither, "tile steps carried out"}, steps);
    if (carries_out(unit, &OpcodeRule::sums)) {
      all.add(scope,
              {"macs", "1", Better::kNeither,
               "multiply-adds of the matmul steps, M·N·K of the tile each: padding counts"},
              macs);
      all.add(
          scope,
          {"slots", "1", Better::kNeither,
           "multiply-adds that the whole array could do while the matmul steps stream through it"},
          slots);
    }
  }

 private:
  /// Whether one of the opcodes that the unit carries out is so.
  static bool carries_out(Engine unit, bool OpcodeRule::*trait) {
    return std::ranges::any_of(
        kOpcodeRules, [&](const OpcodeRule& rule) { return rule.engine == unit && rule.*trait; });
  }
};

}  // namespace tilewave
