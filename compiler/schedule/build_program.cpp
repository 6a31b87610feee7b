// build_program() of schedule.h: tensors get their places in DRAM.
#include <algorithm>

#include "compiler/program/opcodes.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTensorAlignment = 4096;

/// One after another, those that are never moved too if there is room for all.
void lay_out(Program& program, std::uint64_t dram_bytes) {
  const std::vector<bool> moved = moved_tensors(program);
  const auto lay = [&](bool all) {
    std::uint64_t base = 0;
    for (std::size_t i = 0; i < program.tensors.size(); ++i) {
      ProgramTensor& tensor = program.tensors[i];
      const bool placed = all || moved[i] || tensor.role != TensorRole::kIntermediate;
      tensor.dram_base = placed ? base : 0;
      base += placed ? ceil_div(tensor.bytes(), kTensorAlignment) * kTensorAlignment : 0;
    }
  };
  lay(true);
  if (program.dram_bytes() > dram_bytes) {
    lay(false);
  }
}

}  // namespace

Program build_program(const Graph& graph, const UopList& uops, Schedule schedule,
                      std::uint64_t dram_bytes) {
  Program program;
  program.tile = uops.tile;
  program.kernels = uops.kernels;
  const std::vector<TileExtent>& tiles = uops.tiles;
  const std::vector<Placed> placed = placements(graph);
  const std::vector<std::uint32_t> numbers = region_numbers(graph, uops.regions);
  for (TensorId id = 0; id < tiles.size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    if (placed[id].root != id) {
      continue;
    }
    program.tensors.push_back({tensor.name, tensor.shape, tiles[id], uops.stored[id], tensor.role});
  }
  for (TensorId id = 0; id < tiles.size(); ++id) {
    const Placed& place = placed[id];
    if (place.root != id && numbers[id] != kNoRegion) {
      program.windows.push_back(
          {numbers[place.root], place.top, place.left, graph.tensor(id).shape, tiles[id]});
    }
  }
  for (Op& op : schedule.ops) {
    op.region = numbers[op.region];
    const auto reach = [&](std::uint32_t address, std::uint64_t bytes) {
      program.sram_bytes = std::max(program.sram_bytes, address + bytes);
    };
    visit_sram(program, op, reach, reach);
  }
  program.ops = std::move(schedule.ops);
  lay_out(program, dram_bytes);
  return program;
}

}  // namespace tilewave
