// Who counts in a machine: the one list of them, whether they are at work or what a result keeps of them.
#pragma once

#include <array>

#include "compiler/program/units.h"
#include "models/accounting/counters.h"
#include "models/accounting/unit_counters.h"
#include "models/dram/model.h"
#include "models/interconnect/bus_timing.h"
#include "models/sram/sram_counters.h"

namespace tilewave {

struct MachineCounters {
  std::array<const UnitCounters*, kEngineCount> units{};  ///< by Engine; null: no such unit
  const SramCounters& sram;
  const BusCounters& bus;
  const DramCounters& dram;

  /// They outlive the register.
  CounterRegister registered() const;
};

/// Whether who counts is a unit that carries out ops.
bool is_unit(std::string_view scope);

/// The counters of every machine there can be, all 0: what is known of them without a run.
const CounterRegister& every_counter();

}  // namespace tilewave
