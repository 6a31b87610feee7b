// A program's time on a machine by plain arithmetic, op after op and burst after burst, without
// SystemC: what the what-ifs predict with. It approximates the simulator; how well is measured.
#pragma once

#include <vector>

#include "compiler/program/hazards.h"
#include "compiler/program/program.h"
#include "models/machine.h"
#include "sim/explain/dram_service.h"

namespace tilewave {

/// The cycles in which the last op is complete.
///
/// As in the machine: ops are fetched in order, one per cycle, into queues of limited depth;
/// engines take them in order and wait for the hazards; DMA engines pay setup and keep a window of
/// bursts in flight, which share the bus and, in order of arrival, the DRAM; steps take the
/// intervals, durations and streams of models/compute/compute_timing.h.
///
/// Coarser than the machine: the DRAM is a DramService; the banks of the SRAM are one port, of
/// which operand streams leave the DMA engines their average share, and bursts of one direction
/// follow each other.
Cycle replay(const Program& program, const std::vector<OpHazards>& hazards,
             const MachineConfig& machine, const DramService& dram);

}  // namespace tilewave
