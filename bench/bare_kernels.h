// What a functional run is measured against.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"
#include "models/compute/kernel.h"
#include "models/compute/run_vector_kernel.h"
#include "models/compute/transposed_tile.h"

namespace tilewave {

/// The program's compute ops alone, at their own addresses: what no simulator can save.
inline double bare_kernel_seconds(const Program& program, const Kernel& kernel,
                                  std::vector<std::byte>& sram) {
  const auto tile = [&](std::uint32_t at) { return reinterpret_cast<float*>(sram.data() + at); };
  std::vector<PreparedVectorKernel> vector_kernels;
  for (const VectorKernel& vector : program.kernels) {
    vector_kernels.emplace_back(kernel, vector);
  }
  TransposedTile a_room;
  TransposedTile b_room;
  const auto factor = [&](std::uint32_t at, const TileExtent& stored, bool transposed,
                          TransposedTile& room) {
    return transposed ? static_cast<const float*>(room.of(kernel, tile(at), stored)) : tile(at);
  };
  const auto begin = std::chrono::steady_clock::now();
  for (const Op& op : program.ops) {
    std::array<const void*, kMostOperands> operands{};
    std::size_t count = 0;
    const auto find_operands = [&] {
      visit_operands(program, op,
                     [&](std::size_t, const OperandRule&, std::uint32_t address,
                         const TileExtent&) { operands[count++] = tile(address); });
    };
    by_opcode(
        op.opcode, [] {}, [] {},
        [&] {
          const float* a =
              factor(op.a, operand_of(program, op, OperandSize::kLeft, 0), op.a_transposed, a_room);
          const float* b = factor(op.b, operand_of(program, op, OperandSize::kRight, 1),
                                  op.b_transposed, b_room);
          if (op.biased) {
            kernel.matmul_bias(tile(op.dst), a, b, tile(op.c), op.shape());
          } else {
            kernel.matmul(tile(op.dst), a, b, op.shape(), op.clear);
          }
        },
        [&] {
          find_operands();
          vector_kernels[op.kernel].run({op.m, op.n}, {operands.data(), count}, tile(op.dst));
        },
        [&] {
          find_operands();
          vector_kernels[op.kernel].reduce(work_of(program, op), {operands.data(), count},
                                           tile(op.dst), op.clear);
        });
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace tilewave
