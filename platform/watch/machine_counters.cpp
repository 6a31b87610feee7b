// The machine's counters, unit by unit, in the order in which everything shows them.
#include "platform/watch/machine_counters.h"

namespace tilewave {

CounterRegister MachineCounters::registered() const {
  CounterRegister all;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i] != nullptr) {
      units[i]->register_in(all, static_cast<Engine>(i));
    }
  }
  sram.register_in(all);
  bus.register_in(all);
  dram.register_in(all);
  return all;
}

bool is_unit(std::string_view scope) {
  for (std::size_t i = 0; i < kEngineCount; ++i) {
    if (scope == to_string(static_cast<Engine>(i))) {
      return true;
    }
  }
  return false;
}

const CounterRegister& every_counter() {
  static const UnitCounters kUnit;
  static const SramCounters kSram;
  static const BusCounters kBus;
  static const DramCounters kDram;
  static const CounterRegister kAll = [] {
    MachineCounters machine{{}, kSram, kBus, kDram};
    machine.units.fill(&kUnit);
    return machine.registered();
  }();
  return kAll;
}

}  // namespace tilewave
