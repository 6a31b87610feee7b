// DRAM traffic of a program, tensor by tensor and operator by operator, against the least there
// could be. It knows no machine but the capacity of its SRAM, and no time.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/program.h"

namespace tilewave {

/// In bytes; padding moves too.
struct TensorTraffic {
  std::uint32_t tensor = 0;
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;
  /// All of an input or parameter that is loaded at all, once; all of an output, once; nothing of an
  /// intermediate tensor.
  std::uint64_t compulsory = 0;

  std::uint64_t moved() const { return loaded + stored; }
};

/// What one operator moves. A load belongs to the operator of the step that reads its tile first, a
/// store to the one that computed the tile.
struct OperatorTraffic {
  std::uint32_t tensor = 0;  ///< its result
  Opcode opcode = Opcode::kMatmul;
  std::uint64_t m = 0;  ///< elements, without padding; of several products, those of the first
  std::uint64_t n = 0;
  std::uint64_t k = 0;  ///< matmul only
  std::uint64_t steps = 0;
  std::uint64_t loaded = 0;  ///< bytes
  std::uint64_t stored = 0;
  double io_bound = 0;  ///< bytes, matmul_io_bound() of all its products; 0 if it has none

  std::uint64_t moved() const { return loaded + stored; }
};

struct Traffic {
  std::vector<TensorTraffic> tensors;      ///< of the program, in its order
  std::vector<OperatorTraffic> operators;  ///< in the order of their first steps
  TensorTraffic total;                     ///< of all tensors; its `tensor` means nothing
};

Traffic find_traffic(const Program& program, const std::vector<OpLinks>& links,
                     std::uint64_t sram_bytes);

/// The least bytes between DRAM and an SRAM of `sram_bytes` that a product of M×K and K×N elements
/// takes, in whatever order, when its operands start and its result ends in DRAM: the larger of
///   2·M·N·K / √S + M·N elements, S the capacity in elements (G. Kwasniewski et al., "Red-Blue
///     Pebbling Revisited: Near Optimal Parallel Matrix-Matrix Multiplication", SC19, theorem 1;
///     T. M. Smith et al., "A Tight I/O Lower Bound for Matrix Multiplication", arXiv:1702.02017;
///     the first of its kind: J.-W. Hong and H. T. Kung, "I/O Complexity: The Red-Blue Pebble
///     Game", STOC 1981), and
///   M·K + K·N + M·N elements, each operand and the result once.
/// Elements are as if all had the smallest size, in bytes, among those of operands and result.
double matmul_io_bound(std::uint64_t m, std::uint64_t n, std::uint64_t k, std::uint64_t sram_bytes,
                       std::uint64_t smallest_element = 4);

}  // namespace tilewave
