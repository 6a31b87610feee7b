// Rates and times of each unit as the models have them, in the compiler's terms.
#include "sim/config/machine_costs.h"

#include <algorithm>

#include "models/compute/compute_timing.h"
#include "models/dram/bandwidth.h"

namespace tilewave {
namespace {

MachineCosts::Chain chain_of(Dataflow dataflow) {
  switch (dataflow) {
    case Dataflow::kWeightStationary: return MachineCosts::Chain::kRows;
    case Dataflow::kInputStationary: return MachineCosts::Chain::kColumns;
    case Dataflow::kOutputStationary:
    case Dataflow::kSimd: break;
  }
  return MachineCosts::Chain::kReduction;
}

/// MachineCosts::array.
std::array<std::uint32_t, 3> array_along(const ComputeConfig& compute) {
  switch (compute.dataflow) {
    case Dataflow::kOutputStationary: return {compute.rows, compute.cols, 0};
    case Dataflow::kWeightStationary: return {0, compute.cols, compute.rows};
    case Dataflow::kInputStationary: return {compute.cols, 0, compute.rows};
    case Dataflow::kSimd: break;
  }
  return {};
}

}  // namespace

MachineCosts machine_costs(const MachineConfig& machine, const TileShape& tile) {
  const ComputeConfig& compute = machine.compute;
  ComputeConfig once = compute;
  once.rate.fill(1);
  Program program;
  program.tile = tile;
  Op whole{.opcode = Opcode::kMatmul};
  whole.set_shape(tile);
  const StepTime time = ComputeTiming(once, program).step(whole);
  const bool systolic = compute.dataflow != Dataflow::kSimd;
  const bool overlaps = systolic && compute.fill_overlap != FillOverlap::kNone;
  const Cycle fill = time.duration - time.interval;
  MachineCosts costs;
  costs.chain = chain_of(compute.dataflow);
  costs.step_cycles = overlaps ? time.interval : time.duration;
  costs.step = {tile.m, tile.n, tile.k};
  costs.array = array_along(compute);
  costs.chain_cycles = overlaps && compute.fill_overlap == FillOverlap::kAccumulation ? fill : 0;
  costs.rate = compute.rate;
  costs.vector_lanes = compute.vector_lanes;
  costs.vector_cost = compute.vector.cost;
  costs.own_vector_unit = compute.vector.own_unit;
  costs.sram_bytes_per_cycle =
      static_cast<double>(machine.sram.banks) * machine.sram.ports * machine.sram.port_bytes;
  costs.dram_bytes_per_cycle =
      std::min(channel_plannable_bytes_per_second(machine.dram) * machine.dram.channels *
                   machine.clock_period.picoseconds() / 1e12,
               static_cast<double>(machine.bus.bytes_per_cycle));
  return costs;
}

}  // namespace tilewave
