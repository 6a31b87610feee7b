// The contract between compiler and machine: a tensor table and a flat list of tile ops with
// concrete addresses. Plain data; text and binary forms, verifier and hazards are separate files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/program/tensor.h"

namespace tilewave {

enum class Opcode : std::uint8_t { kLoad, kStore, kMatmul, kAdd, kRelu };
inline constexpr int kOpcodeCount = 5;

/// The unit that carries an op out. Every op belongs to exactly one.
enum class Engine : std::uint8_t { kLoadDma, kStoreDma, kCompute };
inline constexpr int kEngineCount = 3;

const char* to_string(Opcode opcode);
const char* to_string(Engine engine);  ///< "load_dma", "store_dma", "compute"

inline Engine engine_of(Opcode opcode) {
  return opcode == Opcode::kLoad    ? Engine::kLoadDma
         : opcode == Opcode::kStore ? Engine::kStoreDma
                                    : Engine::kCompute;
}

/// Which half of a double buffer an op belongs to; a remark of the scheduler, without effect on
/// what the machine does.
enum class BufferTag : std::uint8_t { kNone, kPing, kPong };

/// One tile op. SRAM addresses are bytes; unused fields are zero. With the program's m, n and k:
///
///   load    dst ← tensor[row, col]
///   store   tensor[row, col] ← a
///   matmul  dst += a · b               m×n += m×k · k×n, tile step (row, col, k) of `tensor`
///           dst = a · b                clear: a new sum
///           dst = bias + a · b         clear and biased: the n values at `bias`, for every row
///   add     dst = a + b                m×n, tile (row, col) of `tensor`
///           dst = a + row b            broadcast: the n values at b, for every row
///   relu    dst = max(a, 0)            m×n, tile (row, col) of `tensor`
///
/// `relu` on a store, an add or the last matmul of a sum: what is written goes through max(x, 0).
struct Op {
  Opcode opcode = Opcode::kLoad;
  bool clear = false;
  bool relu = false;
  BufferTag tag = BufferTag::kNone;
  bool biased = false;
  bool broadcast = false;
  std::uint32_t tensor = 0;  ///< index into the tensor table
  std::uint32_t row = 0;     ///< tile coordinates
  std::uint32_t col = 0;
  std::uint32_t k = 0;     ///< matmul only: reduction step
  std::uint32_t a = 0;     ///< first operand, or the source of a store
  std::uint32_t b = 0;     ///< second operand of matmul and add
  std::uint32_t bias = 0;  ///< of a biased matmul
  std::uint32_t dst = 0;   ///< destination of a load, or the accumulator

  bool operator==(const Op&) const = default;
};

/// A tensor in DRAM: rows of `padded.cols` elements from `dram_base` on, or as many contiguous
/// tiles if the machine stores tensors tiled. Padding holds zeros.
struct ProgramTensor {
  std::string name;
  Shape shape;
  TileExtent tile;
  Shape padded;  ///< shape rounded up to whole tiles
  TensorRole role = TensorRole::kIntermediate;
  std::uint64_t dram_base = 0;

  std::uint64_t bytes() const { return padded.elements() * kElementBytes; }
  TileGrid grid() const { return tile_grid(shape, tile); }
  bool operator==(const ProgramTensor&) const = default;
};

struct Program {
  TileShape tile;
  std::uint64_t sram_bytes = 0;  ///< SRAM the program needs: one past the highest byte it touches
  std::vector<ProgramTensor> tensors;
  std::vector<Op> ops;

  TileGrid grid(std::uint32_t tensor) const { return tensors[tensor].grid(); }
  std::uint64_t dram_bytes() const;  ///< one past the last byte of the last tensor
  bool operator==(const Program&) const = default;
};

/// Limits that keep a hostile file from asking for the machine's whole memory.
inline constexpr std::uint64_t kMaxTensors = 1U << 16;
inline constexpr std::uint64_t kMaxOps = 1ULL << 27;
inline constexpr std::uint64_t kMaxDramBytes = 16ULL << 30;
inline constexpr std::uint64_t kMaxSramBytes = 1ULL << 30;

/// Calls `read(address, bytes)` for every piece of SRAM that `op` reads, then `write(address,
/// bytes)` for the one it writes, if any. A matmul that does not clear reads its accumulator too.
template <typename Read, typename Write>
void visit_sram(const Program& program, const Op& op, Read&& read, Write&& write) {
  const TileShape& tile = program.tile;
  switch (op.opcode) {
    case Opcode::kLoad: write(op.dst, program.tensors[op.tensor].tile.bytes()); break;
    case Opcode::kStore: read(op.a, program.tensors[op.tensor].tile.bytes()); break;
    case Opcode::kMatmul:
      read(op.a, tile.left().bytes());
      read(op.b, tile.right().bytes());
      if (op.biased) {
        read(op.bias, tile.row().bytes());
      }
      if (!op.clear) {
        read(op.dst, tile.result().bytes());
      }
      write(op.dst, tile.result().bytes());
      break;
    case Opcode::kAdd:
      read(op.a, tile.result().bytes());
      read(op.b, op.broadcast ? tile.row().bytes() : tile.result().bytes());
      write(op.dst, tile.result().bytes());
      break;
    case Opcode::kRelu:
      read(op.a, tile.result().bytes());
      write(op.dst, tile.result().bytes());
      break;
  }
}

}  // namespace tilewave
