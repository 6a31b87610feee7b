// The names of the states.
#include "models/accounting/cycle_ledger.h"

namespace tilewave {

const char* to_string(EngineState state) {
  switch (state) {
    case EngineState::kBusy: return "busy";
    case EngineState::kSetup: return "setup";
    case EngineState::kWaitData: return "wait_data";
    case EngineState::kWaitSpace: return "wait_space";
    case EngineState::kWaitQueue: return "wait_queue";
    case EngineState::kWaitSram: return "wait_sram";
    case EngineState::kWaitBus: return "wait_bus";
    case EngineState::kWaitDram: return "wait_dram";
    case EngineState::kIdle: return "idle";
    case EngineState::kDrained: return "drained";
  }
  return "?";
}

}  // namespace tilewave
