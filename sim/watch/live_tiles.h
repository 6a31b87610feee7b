// Which bytes of SRAM are in use while a program runs: every tile from the start of the op that
// writes it first to its last use. It is told of starts and completions in order of time.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "compiler/program/sram_walk.h"
#include "models/machine.h"

namespace tilewave {

/// A tile was in SRAM: from the start of the first op that wrote it until the last op that reads or
/// writes it was complete, or until an op in place of it began.
struct TileLife {
  SramTileId tile = kNoOp;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  Cycle from = 0;
  Cycle to = 0;
};

class LiveTiles {
 public:
  /// The program outlives it. Four bytes for each op, and what is under way.
  explicit LiveTiles(const Program& program);

  void fetched(std::uint32_t op) { under_way_[op] = walk_.step(); }  ///< in program order
  /// Of an op that was fetched and is not complete.
  const OpTiles& tiles(std::uint32_t op) const { return under_way_.at(op); }

  /// Both return the tiles that are gone with it, if any; valid until the next call.
  const std::vector<TileLife>& started(std::uint32_t op, Cycle cycle);
  const std::vector<TileLife>& completed(std::uint32_t op, Cycle cycle);

  std::uint64_t bytes() const { return bytes_; }  ///< of the tiles in SRAM now

 private:
  struct Live {
    TileLife life;
    std::uint32_t users = 0;  ///< ops that read or write it and are not complete
  };

  void end(SramTileId tile, Cycle cycle);

  const Program& program_;
  SramWalk walk_;
  std::vector<std::uint32_t> users_;  // of the tile that an op begins
  std::unordered_map<std::uint32_t, OpTiles> under_way_;
  std::unordered_map<SramTileId, Live> live_;
  std::vector<TileLife> gone_;
  std::uint64_t bytes_ = 0;
};

}  // namespace tilewave
