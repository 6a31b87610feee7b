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
  const TileIndex index(program.tensors);
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
      std::uint32_t taken_by = op.tensor;
      if (by < i) {  // else its bytes are still there, or are taken by this very load
        taker = is_load(program.ops[by]) ? Taker::kLoad : Taker::kResult;
        taken_by = program.ops[by].tensor;
      }
      ReloadGroup& group = groups[{op.tensor, taker, taken_by}];
      group.tensor = op.tensor;
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
