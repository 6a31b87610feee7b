// build_program() of schedule.h: tensors get their places in DRAM.
#include <algorithm>

#include "compiler/program/opcodes.h"
#include "compiler/schedule/schedule.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTensorAlignment = 4096;

}  // namespace

Program build_program(const Graph& graph, const UopList& uops, Schedule schedule) {
  Program program;
  program.tile = uops.tile;
  program.kernels = uops.kernels;
  std::uint64_t base = 0;
  const std::vector<TileExtent>& tiles = uops.tiles;
  const std::vector<Placed> placed = placements(graph);
  const std::vector<std::uint32_t> numbers = region_numbers(graph, uops.regions);
  for (TensorId id = 0; id < tiles.size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    if (placed[id].root != id) {
      continue;
    }
    ProgramTensor entry{tensor.name, tensor.shape, tiles[id], uops.stored[id], tensor.role, base};
    base += ceil_div(entry.bytes(), kTensorAlignment) * kTensorAlignment;
    program.tensors.push_back(std::move(entry));
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
  return program;
}

}  // namespace tilewave
