// What a simulation measured. Plain numbers; docs/results.md defines every one of them.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/program/program.h"
#include "compiler/program/units.h"
#include "models/accounting/cycle_ledger.h"
#include "platform/watch/machine_counters.h"

namespace tilewave {

struct EngineResult {
  std::array<Cycle, kEngineStateCount> cycles{};  ///< by EngineState; adds up to RunResult::cycles
  std::uint64_t ops = 0;
  UnitCounters counted;
};

/// Least cycles the program could take if only one resource mattered.
struct Bounds {
  double compute = 0;  ///< steps × initiation interval
  double sram = 0;     ///< bytes / peak, and likewise:
  double bus = 0;      ///< the busier direction
  double dram = 0;
  double vector = 0;  ///< as compute, of a vector unit of its own

  double max() const;
};

struct RunResult {
  Cycle cycles = 0;
  double seconds = 0;                              ///< simulated
  Units units{{}};                                 ///< those that there are
  std::array<EngineResult, kEngineCount> engines;  ///< by Engine; of units only
  Cycle overlap_cycles = 0;
  SramCounters sram;
  BusCounters bus;
  DramCounters dram;
  double sram_peak_bytes_per_cycle = 0;
  double bus_peak_bytes_per_cycle = 0;   ///< per direction
  double dram_peak_bytes_per_cycle = 0;  ///< all channels
  Bounds bounds;
  double host_seconds = 0;  ///< wall time of the simulation itself; elaboration apart

  const EngineResult& engine(Engine which) const {
    return engines[static_cast<std::size_t>(which)];
  }
  /// All that was counted, by name. The result outlives the register.
  CounterRegister counters() const;
  std::uint64_t steps() const { return total(&UnitCounters::steps); }  ///< of all units
  std::uint64_t macs() const { return total(&UnitCounters::macs); }
  std::uint64_t slots() const { return total(&UnitCounters::slots); }
  /// max(bounds) / cycles; 0 for an empty program.
  double efficiency() const;

 private:
  std::uint64_t total(std::uint64_t UnitCounters::*counter) const;
};

/// The invariants of every run: each engine's states add up to the total, as many ops and bytes as
/// the program holds, no resource above its peak. Throws InternalError.
void check_invariants(const RunResult& result, const Program& program);

}  // namespace tilewave
