// The machine as the compiler's cost model sees it.
#pragma once

#include "compiler/lowering/loop_choice.h"
#include "models/machine.h"

namespace tilewave {

/// Steps and chains as models/compute/compute_timing.h has them; of the DRAM and the bus the peak
/// bandwidth of the slower one.
MachineCosts machine_costs(const MachineConfig& machine, const TileShape& tile);

}  // namespace tilewave
