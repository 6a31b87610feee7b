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
  std::uint32_t sram_offset = 0;  ///< of the first, in bytes from the start of the tile in SRAM
  std::uint32_t sram_stride = 0;  ///< from one to the next there
};

/// Of an op's tile, piece by piece. Row-major, a tensor is its rows, and a tile one piece; tiled, it is its
/// tiles, row by row, one after the other: one piece unless a window's tile meets several of them.
class TilePieces {
 public:
  TilePieces() = default;
  /// The program outlives the pieces.
  TilePieces(const Program& program, DramLayout layout, const Op& op)
      : tensor_(&program.tensor(op)), layout_(layout) {
    if (program.is_window(op.region)) {
      elements_ = program.elements_at(op);
    } else {
      const TileExtent part = tensor_->tile_at(op.row, op.col);
      elements_.row = std::uint64_t{op.row} * tensor_->tile.rows;
      elements_.col = std::uint64_t{op.col} * tensor_->tile.cols;
      elements_.row_end = elements_.row + part.rows;
      elements_.col_end = elements_.col + part.cols;
    }
    row_ = elements_.row;
    col_ = elements_.col;
  }

  bool done() const { return row_ == elements_.row_end; }

  TileRuns next() {
    const std::uint64_t element = element_bytes(tensor_->type());
    ElementRange piece = elements_;
    std::uint64_t base = tensor_->dram_base;
    std::uint64_t pitch = tensor_->row_bytes();  // from row to row
    if (layout_ == DramLayout::kTiled) {
      const auto tile_row = static_cast<std::uint32_t>(row_ / tensor_->tile.rows);
      const auto tile_col = static_cast<std::uint32_t>(col_ / tensor_->tile.cols);
      const std::uint64_t top = std::uint64_t{tile_row} * tensor_->tile.rows;
      const std::uint64_t left = std::uint64_t{tile_col} * tensor_->tile.cols;
      const TileExtent part = tensor_->tile_at(tile_row, tile_col);
      piece = {row_, std::min(elements_.row_end, top + part.rows), col_,
               std::min(elements_.col_end, left + part.cols)};
      pitch = part.cols * element;
      base += (top * tensor_->stored.cols + part.rows * left) * element +
              (piece.row - top) * pitch + (piece.col - left) * element;
    } else {
      base += piece.row * pitch + piece.col * element;
    }
    TileRuns runs{base, piece.cols() * element, pitch, static_cast<std::uint32_t>(piece.rows())};
    runs.sram_stride = static_cast<std::uint32_t>(elements_.cols() * element);
    runs.sram_offset = static_cast<std::uint32_t>((piece.row - elements_.row) * runs.sram_stride +
                                                  (piece.col - elements_.col) * element);
    if (runs.stride == runs.run_bytes && runs.sram_stride == runs.run_bytes) {
      runs.run_bytes *= runs.count;
      runs.stride = runs.run_bytes;
      runs.sram_stride = static_cast<std::uint32_t>(runs.run_bytes);
      runs.count = 1;
    }
    col_ = piece.col_end;
    if (col_ == elements_.col_end) {
      col_ = elements_.col;
      row_ = piece.row_end;
    }
    return runs;
  }

 private:
  const ProgramTensor* tensor_ = nullptr;
  DramLayout layout_ = DramLayout::kRowMajor;
  ElementRange elements_;  ///< of the tile, padding included
  std::uint64_t row_ = 0;  ///< of the next piece, its first element
  std::uint64_t col_ = 0;
};

/// Walks the bursts of a tile, piece by piece in address order.
class BurstCursor {
 public:
  struct Burst {
    std::uint64_t address = 0;      ///< in DRAM
    std::uint32_t tile_offset = 0;  ///< bytes from the start of the tile in SRAM
    std::uint32_t bytes = 0;
  };

  BurstCursor() = default;
  /// Of pieces that are some.
  BurstCursor(const TilePieces& pieces, std::uint32_t burst_bytes)
      : pieces_(pieces), runs_(pieces_.next()), burst_bytes_(burst_bytes) {}
  /// Of one piece, wherever it is from.
  BurstCursor(const TileRuns& runs, std::uint32_t burst_bytes)
      : runs_(runs), burst_bytes_(burst_bytes) {}

  bool done() const { return run_ == runs_.count; }

  Burst next() {
    const std::uint64_t left = runs_.run_bytes - in_run_;
    const auto bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, burst_bytes_));
    const Burst burst{
        runs_.base + run_ * runs_.stride + in_run_,
        static_cast<std::uint32_t>(runs_.sram_offset + run_ * runs_.sram_stride + in_run_), bytes};
    in_run_ += bytes;
    if (in_run_ == runs_.run_bytes) {
      in_run_ = 0;
      ++run_;
      if (run_ == runs_.count && !pieces_.done()) {
        runs_ = pieces_.next();
        run_ = 0;
      }
    }
    return burst;
  }

 private:
  TilePieces pieces_;
  TileRuns runs_;
  std::uint32_t burst_bytes_ = 1;
  std::uint32_t run_ = 0;
  std::uint64_t in_run_ = 0;
};

}  // namespace tilewave
