// Programs that several tests share, and a way to catch the message of an InputError.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <string>

#include "compiler/base/error.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/program.h"

namespace tilewave::test {

/// Legal, with every opcode but reduce and every flag, one tile each: h = relu(b + x·w), s = relu(2h + b), y =
/// relu(s).
inline constexpr const char* kSampleText =
    "tilewave-program 3\n"
    "tile 8 8 8\n"
    "sram 0x440\n"
    "tensor x input 8x8 tile 8x8 dram 0x0\n"
    "tensor w param 8x8 tile 8x8 dram 0x100\n"
    "tensor h intermediate 8x8 tile 8x8 dram 0x200\n"
    "tensor s intermediate 8x8 tile 8x8 dram 0x300\n"
    "tensor y output 7x5 tile 8x8 padded dram 0x400\n"
    "tensor b param 1x8 tile 1x8 dram 0x500\n"
    "kernel 0 tile tile | add x0 x1\n"
    "kernel 1 tile row | add x0 x1\n"
    "kernel 2 tile | relu x0\n"
    "kernel 3 tile tile | add x0 x1; relu t0\n"
    "kernel 4 tile row | add x0 x1; relu t0\n"
    "ops\n"
    "load   x[0,0] -> 0x0000 ping\n"
    "load   w[0,0] -> 0x0100 pong\n"
    "load   b[0,0] -> 0x0400\n"
    "matmul h[0,0] k=0 a=0x0000 b=0x0100 bias=0x0400 -> 0x0200 clear relu ping\n"
    "store  h[0,0] <- 0x0200 relu\n"
    "vector s[0,0] kernel=0 a=0x0200 b=0x0200 -> 0x0300\n"
    "vector s[0,0] kernel=4 a=0x0300 b=0x0400 -> 0x0300\n"
    "vector y[0,0] kernel=2 a=0x0300 -> 0x0000\n"
    "store  y[0,0] <- 0x0000\n";

/// Legal, of one to four operands in any form, each read once or more, with numbers and parameters.
inline VectorKernel random_kernel(std::mt19937& random) {
  VectorKernel kernel;
  const std::size_t operands = 1 + random() % kMaxMapOperands;
  for (std::size_t i = 0; i < operands; ++i) {
    kernel.operands.push_back({static_cast<OperandForm>(random() % kOperandFormCount),
                               static_cast<ElementType>(random() % kElementTypeCount)});
    const Argument other = i > 0 ? Argument::step(random() % i)
                                 : Argument::number(static_cast<float>(random() % 100) / 8);
    kernel.expression.steps.push_back(make_step("add", {Argument::operand(i), other}));
  }
  kernel.expression.steps.push_back(make_step("leakyrelu", {Argument::step(operands - 1)},
                                              {static_cast<float>(random() % 100) / 64}));
  if (random() % 3 == 0) {
    kernel.reduction = Reduction{static_cast<Fold>(random() % kFoldCount),
                                 static_cast<FoldAxis>(random() % kFoldAxisCount)};
  }
  return kernel;
}

/// Any program that has a form, legal or not: random tensors, opcodes, addresses and flags.
inline Program random_program(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const auto any = [&] { return static_cast<std::uint32_t>(random()) >> below(32); };
  Program program;
  program.tile = {1 + below(256), 1 + below(256), 1 + below(256)};
  const TileExtent extents[] = {program.tile.left(),
                                program.tile.right(),
                                program.tile.result(),
                                program.tile.row(),
                                program.tile.column(),
                                program.tile.left().transposed(),
                                program.tile.right().transposed()};
  program.sram_bytes = any() % (kMaxSramBytes + 1);
  const std::uint32_t tensors = 1 + below(6);
  for (std::uint32_t i = 0; i < tensors; ++i) {
    ProgramTensor tensor;
    tensor.name =
        std::string(1 + below(20), static_cast<char>('a' + i)) + "/x.y:" + std::to_string(i);
    tensor.shape = {1 + below(3000), 1 + below(3000)};
    tensor.tile = extents[below(7)].of(static_cast<ElementType>(below(kElementTypeCount)));
    tensor.stored = below(2) == 0 ? tensor.shape : padded_shape(tensor.shape, tensor.tile);
    tensor.role = static_cast<TensorRole>(below(4));
    tensor.dram_base = std::uint64_t{64} * below(1U << 20);
    program.tensors.push_back(tensor);
  }
  for (std::uint32_t i = below(4); i > 0; --i) {
    Window window;
    window.tensor = below(tensors);
    const ProgramTensor& tensor = program.tensors[window.tensor];
    window.top = below(static_cast<std::uint32_t>(tensor.shape.rows));
    window.left = below(static_cast<std::uint32_t>(tensor.shape.cols));
    window.shape = {1 + below(static_cast<std::uint32_t>(tensor.shape.rows - window.top)),
                    1 + below(static_cast<std::uint32_t>(tensor.shape.cols - window.left))};
    window.tile = extents[below(7)].of(tensor.type());
    if (tensor.stored == tensor.shape) {
      program.windows.push_back(window);
    }
  }
  const std::uint32_t kernels = 1 + below(4);
  for (std::uint32_t i = 0; i < kernels; ++i) {
    program.kernels.push_back(random_kernel(random));
  }
  const std::uint32_t ops = below(40);
  for (std::uint32_t i = 0; i < ops; ++i) {
    Op op;
    op.opcode = static_cast<Opcode>(below(kOpcodeCount));
    const auto kernel = static_cast<std::uint16_t>(below(kernels));
    const std::optional<Reduction>& reduction = program.kernels[kernel].reduction;
    if (rule_of(op.opcode).has_kernel) {
      op.opcode = reduction ? Opcode::kReduce : Opcode::kVector;
    }
    op.tag = static_cast<BufferTag>(below(3));
    op.region = below(static_cast<std::uint32_t>(program.regions()));
    op.row = any();
    op.col = any();
    const bool matmul = op.opcode == Opcode::kMatmul;
    const bool reduce = op.opcode == Opcode::kReduce;
    const bool vector = op.opcode == Opcode::kVector || reduce;
    op.clear = (matmul || reduce) && below(2) == 1;
    op.biased = matmul && op.clear && below(2) == 1;
    const ElementType type = program.tensor(op).type();
    op.relu = (matmul || (op.opcode == Opcode::kStore && type == sum_type(type))) && below(2) == 1;
    op.kernel = vector ? kernel : 0;
    const std::size_t read = vector ? program.kernels[op.kernel].operands.size() : 2;
    if (computes(op)) {
      op.set_shape({1 + below(program.tile.m), 1 + below(program.tile.n),
                    matmul || reduce ? 1 + below(program.tile.k) : 0});
    }
    if (reduce) {
      (reduction->over == FoldAxis::kColumns ? op.n : op.m) = 1;
    }
    if (matmul && below(2) == 1) {
      constexpr std::array kBytes = {ElementType::kI8, ElementType::kU8};
      const bool bytes = below(2) == 1;
      op.a_type = bytes ? kBytes[below(2)] : ElementType::kBf16;
      op.b_type = bytes ? kBytes[below(2)] : ElementType::kBf16;
      op.a_zero = bytes ? static_cast<std::int16_t>(below(128)) : std::int16_t{0};
      op.b_zero = op.b_type == ElementType::kI8 ? std::int16_t{-128} : std::int16_t{0};
    }
    op.a_transposed = matmul && below(3) == 0;
    op.b_transposed = matmul && below(3) == 0;
    op.step = matmul || reduce ? any() : 0;
    op.a = op.opcode != Opcode::kLoad ? any() : 0;
    op.b = matmul || (vector && read > 1) ? any() : 0;
    op.c = op.biased || (vector && read > 2) ? any() : 0;
    op.d = vector && read > 3 ? any() : 0;
    op.dst = op.opcode != Opcode::kStore ? any() : 0;
    program.ops.push_back(op);
  }
  return program;
}

/// What `act` throws as an InputError, or "accepted".
template <typename Act>
std::string message_of(Act&& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

/// `text` with the first `from` replaced; a missing `from` is a mistake of the test.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) {
    throw InternalError("test: no '" + from + "' to replace");
  }
  return text.replace(at, from.size(), to);
}

}  // namespace tilewave::test
