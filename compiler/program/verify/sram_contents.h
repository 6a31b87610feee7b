// What the SRAM holds as the program verifier walks through a program, and the rules about it:
// whole tiles of the right size are read, and nothing is overwritten that nobody has seen.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "compiler/base/number_text.h"
#include "compiler/program/program.h"
#include "compiler/program/verify/program_verify_errors.h"
#include "compiler/program/verify/sram_tiles.h"

namespace tilewave {

/// `index` is the op that does it. Every method throws InputError for a breach of program_verify.h.
class SramContents {
 public:
  SramContents(const Program& program, const VerifyErrors& errors)
      : program_(program),
        errors_(errors),
        result_(program.tile.result()),
        tiles_(program.sram_bytes) {}

  /// One past the highest byte that was checked.
  std::uint64_t peak_address() const { return peak_address_; }

  /// [address, address + bytes) lies in the SRAM.
  void check_address(std::uint32_t index, const char* what, std::uint32_t address,
                     std::uint64_t bytes) {
    const std::uint64_t end = address + bytes;
    if (address % kSramAlignment != 0) {
      errors_.fail_op(
          index, std::string("has ") + what + " " + hex(address, 4) + "; allowed: multiples of 64");
    }
    if (end > program_.sram_bytes) {
      errors_.fail_op(index, std::string("has ") + what + " " + hex(address, 4) +
                                 ", which ends at " + hex(end, 4) +
                                 "; allowed: up to the SRAM's end at " +
                                 hex(program_.sram_bytes, 4));
    }
    peak_address_ = std::max(peak_address_, end);
  }

  /// The result at `dst` shares no byte with an operand.
  void check_apart(std::uint32_t index, const char* what, std::uint32_t dst, std::uint32_t operand,
                   std::uint64_t bytes) const {
    if (dst < operand + bytes && operand < dst + result_.bytes()) {
      errors_.fail_op(index, std::string("has ") + what + " at " + hex(operand, 4));
    }
  }

  /// The result at `dst` replaces an operand of its own size as a whole or not at all.
  void check_in_place(std::uint32_t index, std::uint32_t dst, std::uint32_t operand) const {
    if (dst != operand) {
      check_apart(index, "a destination that overlaps a part of its own operand", dst, operand,
                  result_.bytes());
    }
  }

  /// A whole tile of `extent`.
  SramTile& read(std::uint32_t index, const char* what, std::uint32_t address,
                 const TileExtent& extent) {
    SramTile& tile = find(index, what, address);
    if (tile.extent != extent) {
      errors_.fail_extent(index, what, tile, to_string(extent));
    }
    return tile;
  }

  /// The first row of a tile that is as wide as a result.
  void read_row(std::uint32_t index, const char* what, std::uint32_t address) {
    const SramTile& tile = find(index, what, address);
    if (tile.extent.cols != result_.cols) {
      errors_.fail_extent(index, what, tile, std::to_string(result_.cols) + " columns");
    }
  }

  void write(std::uint32_t index, std::uint32_t address, const TileExtent& extent, bool computed) {
    tiles_.replace(address, {.writer = index, .extent = extent, .computed = computed},
                   [&](const SramTile& tile) {
                     if (tile.live()) {
                       errors_.fail_overwrite(index, tile.writer);
                     }
                   });
  }

  /// Another step of the sum at op.dst.
  void accumulate(std::uint32_t index, const Op& op) {
    SramTile* tile = tiles_.find(op.dst);
    if (tile == nullptr) {
      errors_.fail_unreadable(index, "its uncleared accumulator", op.dst);
    }
    const Op& earlier = program_.ops[tile->writer];
    if (earlier.opcode != Opcode::kMatmul || earlier.tensor != op.tensor || earlier.row != op.row ||
        earlier.col != op.col || earlier.relu || tile->stored) {
      errors_.fail_accumulate(index, tile->writer);
    }
    tile->writer = index;
    tile->used = false;
  }

  void check_nothing_unread() const {
    const SramTile* first = nullptr;
    tiles_.for_each([&](const SramTile& tile) {
      if (tile.live() && (first == nullptr || tile.writer < first->writer)) {
        first = &tile;
      }
    });
    if (first != nullptr) {
      errors_.fail_op(first->writer, "computes a tile that is never stored and never read");
    }
  }

 private:
  SramTile& find(std::uint32_t index, const char* what, std::uint32_t address) {
    SramTile* tile = tiles_.find(address);
    if (tile == nullptr) {
      errors_.fail_unreadable(index, what, address);
    }
    tile->used = true;
    return *tile;
  }

  const Program& program_;
  const VerifyErrors& errors_;
  TileExtent result_;
  SramTiles tiles_;
  std::uint64_t peak_address_ = 0;
};

}  // namespace tilewave
