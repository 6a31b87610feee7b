// Which tiles the ops of a program read and write in SRAM, op by op in program order: a tile is
// known by the op that began it. Facts of the program alone; when they happen is live_tiles.h.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "compiler/program/hazards.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave {

/// A tile in SRAM: the index of the op that wrote it first, which is the first step of a sum
/// or a fold.
using SramTileId = std::uint32_t;

struct OpTiles {
  std::array<SramTileId, kMostReads> reads{};
  std::uint32_t read_count = 0;
  SramTileId writes = kNoOp;  ///< the op itself if it begins a tile; kNoOp for a store

  const SramTileId* begin() const { return reads.data(); }
  const SramTileId* end() const { return reads.data() + read_count; }
};

class SramWalk {
 public:
  /// The program is a verified one and outlives the walk.
  explicit SramWalk(const Program& program) : program_(&program) {}

  /// Of the next op.
  OpTiles step();

 private:
  struct Tile {
    std::uint64_t end = 0;
    SramTileId id = kNoOp;
  };

  void replace(std::uint64_t address, std::uint64_t bytes, SramTileId id);

  const Program* program_;
  std::uint32_t next_ = 0;
  std::map<std::uint64_t, Tile> tiles_;  // by first byte; disjoint
};

}  // namespace tilewave
