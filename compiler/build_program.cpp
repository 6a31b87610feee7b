// build_program() of schedule.h: tensors get their places in DRAM.
#include <algorithm>

#include "compiler/schedule.h"

namespace tilewave {
namespace {

constexpr std::uint64_t kTensorAlignment = 4096;

}  // namespace

Program build_program(const Graph& graph, const TileShape& tile, Schedule schedule) {
  Program program;
  program.tile = tile;
  std::uint64_t base = 0;
  for (const Tensor& tensor : graph.tensors()) {
    ProgramTensor entry{tensor.name, tensor.shape, padded_shape(tensor.shape, tile), tensor.role,
                        base};
    base += ceil_div(entry.bytes(), kTensorAlignment) * kTensorAlignment;
    program.tensors.push_back(std::move(entry));
  }
  for (const Op& op : schedule.ops) {
    const auto reach = [&](std::uint32_t address) {
      program.sram_bytes = std::max(program.sram_bytes, address + tile.tile_bytes());
    };
    visit_sram_tiles(op, reach, reach);
  }
  program.ops = std::move(schedule.ops);
  return program;
}

}  // namespace tilewave
