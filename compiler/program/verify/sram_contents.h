// What the SRAM holds as the program verifier walks through a program, and the rules about it:
// whole tiles of the right size are read, and nothing is overwritten that nobody has seen.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "compiler/base/number_text.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"
#include "compiler/program/verify/program_verify_errors.h"
#include "compiler/program/verify/reduction_rule.h"
#include "compiler/program/verify/sram_tiles.h"

namespace tilewave {

/// `index` is the op that does it. Every method throws InputError for a breach of program_verify.h.
class SramContents {
 public:
  SramContents(const Program& program, const VerifyErrors& errors)
      : program_(program), errors_(errors), tiles_(program.sram_bytes) {}

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

  /// The result of `op` shares no byte with an operand.
  void check_apart(std::uint32_t index, const char* what, const Op& op, const TileExtent& result,
                   std::uint32_t operand, std::uint64_t bytes) const {
    if (op.dst < operand + bytes && operand < op.dst + result.bytes()) {
      errors_.fail_op(index, std::string("has ") + what + " at " + hex(operand, 4));
    }
  }

  /// The result of `op` replaces an operand that it meets element by element, and whose elements are
  /// no smaller, as a whole, or not at all, and no other.
  void check_operand_apart(std::uint32_t index, const Op& op, const TileExtent& result,
                           std::uint32_t address, const KernelOperand& operand) const {
    if (operand.form != OperandForm::kTile || op.dst != address ||
        element_bytes(operand.type) < element_bytes(result.type)) {
      check_apart(index, "a destination that overlaps a part of its own operand", op, result,
                  address, operand_extent(operand, result).bytes());
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

  /// A tile that serves as such an operand for such a result, or work tile of a reduction.
  const SramTile& read(std::uint32_t index, const char* what, std::uint32_t address,
                       const KernelOperand& operand, const TileExtent& result) {
    const SramTile& tile = find(index, what, address);
    if (!operand_fits(operand, tile.extent, result)) {
      errors_.fail_extent(index, what, tile, operand_requirement(operand, result));
    }
    return tile;
  }

  void write(std::uint32_t index, std::uint32_t address, const TileExtent& extent, bool computed) {
    tiles_.replace(address, {.writer = index, .extent = extent, .computed = computed},
                   [&](const SramTile& tile) {
                     if (tile.live()) {
                       errors_.fail_overwrite(index, tile.writer);
                     }
                   });
  }

  /// The first step of a sum or a fold at op.dst.
  void open(std::uint32_t index, const Op& op, const TileExtent& result) {
    write(index, op.dst, result, true);
    steps_apart_.erase(op.dst);
    SramTile& tile = *tiles_.find(op.dst);
    tile.first_step = tile.last_step = op.step;
  }

  /// Another step of what is at op.dst, which has not been there before.
  void accumulate(std::uint32_t index, const Op& op, const TileExtent& result) {
    SramTile* tile = tiles_.find(op.dst);
    if (tile == nullptr) {
      errors_.fail_unreadable(index, "its uncleared accumulator", op.dst);
    }
    const Op& earlier = program_.ops[tile->writer];
    if (!continues(program_, earlier, op) || earlier.relu || tile->stored ||
        tile->extent != result) {
      errors_.fail_accumulate(index, tile->writer);
    }
    take_step(index, op, *tile);
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
      errors_.fail_unread(first->writer);
    }
  }

 private:
  /// Steps nearly always come one after another, rising or falling; those that do not are kept apart.
  void take_step(std::uint32_t index, const Op& op, SramTile& tile) {
    bool taken = op.step >= tile.first_step && op.step <= tile.last_step;
    if (!taken && op.step == tile.last_step + 1) {
      ++tile.last_step;
      taken = !steps_apart_.empty() && steps_apart_[op.dst].contains(op.step);
    } else if (!taken && op.step + 1 == tile.first_step) {
      --tile.first_step;
      taken = !steps_apart_.empty() && steps_apart_[op.dst].contains(op.step);
    } else if (!taken) {
      taken = !steps_apart_[op.dst].insert(op.step).second;
    }
    if (taken) {
      errors_.fail_step_twice(index);
    }
  }

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
  SramTiles tiles_;
  std::unordered_map<std::uint32_t, std::unordered_set<std::uint32_t>> steps_apart_;  // by dst
  std::uint64_t peak_address_ = 0;
};

}  // namespace tilewave
