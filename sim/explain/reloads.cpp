// Follows each tile's place until somebody writes over it.
#include "sim/explain/reloads.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "compiler/program/tile_index.h"

namespace tilewave {
namespace {

using Taker = ReloadGroup::Taker;

}  // namespace

const char* to_string(ReloadGroup::Taker taker) {
  switch (taker) {
    case Taker::kLoad: return "load";
    case Taker::kResult: return "result";
    case Taker::kNobody: return "nobody";
  }
  return "?";
}

Reloads find_reloads(const Program& program, const std::vector<OpLinks>& links) {
  std::vector<TileGrid> grids;
  for (std::uint32_t region = 0; region < program.regions(); ++region) {
    grids.push_back(program.grid(region));
  }
  const TileIndex index(grids);
  std::vector<std::uint32_t> last_writer(index.count(), kNoOp);  // who brought the tile into SRAM
  std::map<std::tuple<std::uint32_t, Taker, std::uint32_t>, ReloadGroup> groups;
  for (std::uint32_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    if (is_store(op)) {
      continue;
    }
    std::uint32_t& last = last_writer[index.id(op)];
    if (is_load(op) && last != kNoOp) {
      const std::uint32_t by = links[last].overwritten_by;
      Taker taker = Taker::kNobody;
      const std::uint32_t tensor = program.tensor_of(op.region);
      std::uint32_t taken_by = tensor;
      if (by < i) {  // else its bytes are still there, or are taken by this very load
        taker = is_load(program.ops[by]) ? Taker::kLoad : Taker::kResult;
        taken_by = program.tensor_of(program.ops[by].region);
      }
      ReloadGroup& group = groups[{tensor, taker, taken_by}];
      group.tensor = tensor;
      group.taker = taker;
      group.taken_by = taken_by;
      ++group.loads;
      group.bytes += tile_bytes(program, op);
    }
    last = i;
  }
  Reloads reloads;
  for (const auto& [key, group] : groups) {
    reloads.groups.push_back(group);
    reloads.loads += group.loads;
    reloads.bytes += group.bytes;
  }
  std::ranges::stable_sort(reloads.groups, std::greater{}, &ReloadGroup::bytes);
  return reloads;
}

}  // namespace tilewave
