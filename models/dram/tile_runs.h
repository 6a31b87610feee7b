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

inline TileRuns tile_runs(const Program& program, DramLayout layout, const Op& op) {
  const ProgramTensor& tensor = program.tensors[op.tensor];
  const std::uint64_t tile_bytes = tensor.tile.bytes();
  const std::uint64_t tile_cols = tensor.padded.cols / tensor.tile.cols;
  if (layout == DramLayout::kTiled || tile_cols == 1) {
    const std::uint64_t index = op.row * tile_cols + op.col;
    return {tensor.dram_base + index * tile_bytes, tile_bytes, tile_bytes, 1};
  }
  const std::uint64_t row_bytes = tensor.padded.cols * kElementBytes;
  const std::uint64_t run_bytes = tensor.tile.cols * kElementBytes;
  const std::uint64_t first_row = std::uint64_t{op.row} * tensor.tile.rows;
  return {tensor.dram_base + first_row * row_bytes + op.col * run_bytes, run_bytes, row_bytes,
          tensor.tile.rows};
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
