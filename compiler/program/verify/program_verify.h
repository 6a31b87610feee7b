// Proves a program legal before any simulation: every address, every coordinate, and that every
// byte an op reads is what one earlier op wrote there. It says nothing about time, nor about
// whether the program computes the network that somebody had in mind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/program/program.h"

namespace tilewave {

inline constexpr std::uint32_t kMaxReductionSteps = 1U << 20;

/// What the program does, counted while verifying it.
struct VerifyReport {
  std::uint64_t loads = 0;
  std::uint64_t stores = 0;
  std::uint64_t executes = 0;  ///< matmul, vector and reduce
  std::uint64_t bytes_loaded = 0;
  std::uint64_t bytes_stored = 0;
  std::uint64_t peak_address = 0;  ///< one past the highest SRAM byte touched

  bool operator==(const VerifyReport&) const = default;
};

// What a tile's place in SRAM may go through:
//
//   load          opens a loaded tile; anything may overwrite it
//   matmul clear  opens an accumulator
//   matmul        continues the accumulator of the same tensor tile, until that has been stored or
//                 has gone through a ReLU; takes each reduction step at most once
//   vector        makes a computed tile, also in place of an operand
//   reduce        opens and continues an accumulator as matmul does, of steps with the same reduction
//
// - Operands, sources of stores and accumulators lie exactly where a tile was written as a whole, and
//   have the size that the op needs: a is m×k, b is k×n, transposed k×m and n×k, what is stored or computed is as
//   large as that tile of its tensor, an operand of a vector op or a reduce has what its form wants. A row vector is the first row
//   of a tile that is n wide. A write that overlaps a tile in part ends that tile: neither half can be
//   read.
// - A computed value (an accumulator after its last matmul, the result of a vector op) must be
//   used, that is stored or read as an operand, before it is overwritten and before the program
//   ends. Every further step makes a new value. A loaded tile may be overwritten at any time.
// - An accumulator is closed by its store: to go on accumulating afterwards is an error, to read or
//   store it again is not. Only a matmul can open one for matmuls, and a reduce one for reduces: sums and
//   folds do not continue on loaded tiles, on the results of vector ops, or on each other.
// - A reduce folds no padding: zeros that are no elements would be among them.
// - A store writes a tile to any tensor that is not an input or a parameter, and never valid elements into
//   what is padding there.
// - Elements of intermediates and outputs are stored before they are loaded, whatever tiles of whatever
//   regions they are in; those of outputs are stored exactly once, those of intermediates as often as
//   one likes.

/// Throws InputError for the first breach, naming `file_name`, the op and the earlier op it clashes
/// with: "prog.twp: op 17 (load x[0,3] -> 0x2000) overwrites the live accumulator of op 12 (…)".
/// O(ops + tensors · log tensors) time; memory for one record per 64 bytes of SRAM in use and one
/// flag per cell of DRAM (compiler/program/tile_cells.h).
VerifyReport verify_program(const Program& program, const std::string& file_name = "program");

/// All the messages at once, at most `most`; none for a legal program. An op with a fault is passed over, so
/// that what reads its result may be at fault only for that.
std::vector<std::string> program_problems(const Program& program, const std::string& file_name,
                                          std::size_t most);

}  // namespace tilewave
