// Opens and closes tiles as ops start and complete.
#include "sim/watch/live_tiles.h"

namespace tilewave {

LiveTiles::LiveTiles(const Program& program)
    : program_(program), walk_(program), users_(program.ops.size()) {
  SramWalk ahead(program);
  for (std::uint32_t op = 0; op < program.ops.size(); ++op) {
    const OpTiles tiles = ahead.step();
    for (const SramTileId tile : tiles) {
      ++users_[tile];
    }
    if (tiles.writes == op) {
      ++users_[op];
    }
  }
}

const std::vector<TileLife>& LiveTiles::started(std::uint32_t op, Cycle cycle) {
  gone_.clear();
  const OpTiles& tiles = under_way_.at(op);
  if (tiles.writes != op) {
    return gone_;
  }
  TileLife life{.tile = op, .from = cycle};
  visit_sram(
      program_, program_.ops[op], [](std::uint64_t, std::uint64_t) {},
      [&](std::uint64_t address, std::uint64_t bytes) {
        life.address = address;
        life.bytes = bytes;
      });
  // Whoever else used these bytes is complete, but for the op's own operand if it works in place.
  for (const SramTileId tile : tiles) {
    const auto operand = live_.find(tile);
    if (operand != live_.end() && operand->second.life.address < life.address + life.bytes &&
        life.address < operand->second.life.address + operand->second.life.bytes) {
      end(tile, cycle);
    }
  }
  live_[op] = {life, users_[op]};
  bytes_ += life.bytes;
  return gone_;
}

const std::vector<TileLife>& LiveTiles::completed(std::uint32_t op, Cycle cycle) {
  gone_.clear();
  const auto node = under_way_.extract(op);
  const OpTiles& tiles = node.mapped();
  const auto done_with = [&](SramTileId tile) {
    const auto live = live_.find(tile);
    if (live != live_.end() && --live->second.users == 0) {
      end(tile, cycle);
    }
  };
  for (const SramTileId tile : tiles) {
    done_with(tile);
  }
  if (tiles.writes == op) {
    done_with(op);
  }
  return gone_;
}

void LiveTiles::end(SramTileId tile, Cycle cycle) {
  const auto node = live_.extract(tile);
  TileLife life = node.mapped().life;
  life.to = cycle;
  bytes_ -= life.bytes;
  gone_.push_back(life);
}

}  // namespace tilewave
