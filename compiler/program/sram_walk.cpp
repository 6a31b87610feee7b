// The tiles in SRAM by their first byte; what is written over goes.
#include "compiler/program/sram_walk.h"

#include <iterator>

#include "compiler/base/error.h"

namespace tilewave {

OpTiles SramWalk::step() {
  const std::uint32_t index = next_++;
  const Op& op = program_->ops[index];
  const bool goes_on = accumulates(op);
  OpTiles tiles;
  visit_sram(
      *program_, op,
      [&](std::uint64_t address, std::uint64_t) {
        const auto tile = tiles_.find(address);
        if (tile == tiles_.end()) {
          throw InternalError("op " + std::to_string(index) + " reads what nobody wrote");
        }
        tiles.reads[tiles.read_count++] = tile->second.id;
      },
      [&](std::uint64_t address, std::uint64_t bytes) {
        tiles.writes = goes_on ? tiles_.at(address).id : index;
        if (!goes_on) {
          replace(address, bytes, index);
        }
      });
  return tiles;
}

void SramWalk::replace(std::uint64_t address, std::uint64_t bytes, SramTileId id) {
  auto tile = tiles_.upper_bound(address);
  if (tile != tiles_.begin() && std::prev(tile)->second.end > address) {
    --tile;
  }
  while (tile != tiles_.end() && tile->first < address + bytes) {
    tile = tiles_.erase(tile);
  }
  tiles_[address] = {address + bytes, id};
}

}  // namespace tilewave
