// Where a tile lies in DRAM: contiguous runs at a fixed stride, and their cutting into bursts.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/program/program.h"
#include "models/dram/config.h"

namespace tilewave {

/// `count` runs of `run_bytes`, `stride` apart, from `base` on. Rows that follow each other without
/// a gap are one run.
struct TileRuns {
  std::uint64_t base = 0;
  std::uint64_t run_bytes = 0;
  std::uint64_t stride = 0;
  std::uint32_t count = 0;
};

/// Of the op's tile. Row-major, a tensor is its rows; tiled, it is its tiles, row by row, one after the other.
inline TileRuns tile_runs(const Program& program, DramLayout layout, const Op& op) {
  const ProgramTensor& tensor = program.tensors[op.tensor];
  const TileExtent part = tensor.tile_at(op.row, op.col);
  const std::uint64_t element = element_bytes(tensor.type());
  const std::uint64_t top = std::uint64_t{op.row} * tensor.tile.rows;
  const std::uint64_t left = std::uint64_t{op.col} * tensor.tile.cols;
  if (layout == DramLayout::kTiled || part.cols == tensor.stored.cols) {
    const std::uint64_t before = top * tensor.stored.cols + part.rows * left;
    return {tensor.dram_base + before * element, part.bytes(), part.bytes(), 1};
  }
  const std::uint64_t row_bytes = tensor.row_bytes();
  return {tensor.dram_base + top * row_bytes + left * element, part.cols * element, row_bytes,
          part.rows};
}

/// Walks the bursts of a tile in address order.
class BurstCursor {
 public:
  struct Burst {
    std::uint64_t address = 0;      ///< in DRAM
    std::uint32_t tile_offset = 0;  ///< bytes from the start of the tile in SRAM
    std::uint32_t bytes = 0;
  };

  BurstCursor() = default;
  BurstCursor(const TileRuns& runs, std::uint32_t burst_bytes)
      : runs_(runs), burst_bytes_(burst_bytes) {}

  bool done() const { return run_ == runs_.count; }

  Burst next() {
    const std::uint64_t left = runs_.run_bytes - in_run_;
    const auto bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, burst_bytes_));
    const Burst burst{runs_.base + run_ * runs_.stride + in_run_, offset_, bytes};
    offset_ += bytes;
    in_run_ += bytes;
    if (in_run_ == runs_.run_bytes) {
      in_run_ = 0;
      ++run_;
    }
    return burst;
  }

 private:
  TileRuns runs_;
  std::uint32_t burst_bytes_ = 1;
  std::uint32_t run_ = 0;
  std::uint64_t in_run_ = 0;
  std::uint32_t offset_ = 0;
};

}  // namespace tilewave
