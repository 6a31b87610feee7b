// Programs that several tests share, and a way to catch the message of an InputError.
#pragma once

#include <random>
#include <string>

#include "compiler/base/error.h"
#include "compiler/program/program.h"

namespace tilewave::test {

/// Legal, with every opcode and flag, one tile each: h = relu(b + x·w), s = relu(2h + b), y =
/// relu(s).
inline constexpr const char* kSampleText =
    "tilewave-program 2\n"
    "tile 8 8 8\n"
    "sram 0x440\n"
    "tensor x input 8x8 tile 8x8 dram 0x0\n"
    "tensor w param 8x8 tile 8x8 dram 0x100\n"
    "tensor h intermediate 8x8 tile 8x8 dram 0x200\n"
    "tensor s intermediate 8x8 tile 8x8 dram 0x300\n"
    "tensor y output 7x5 tile 8x8 dram 0x400\n"
    "tensor b param 1x8 tile 1x8 dram 0x500\n"
    "ops\n"
    "load   x[0,0] -> 0x0000 ping\n"
    "load   w[0,0] -> 0x0100 pong\n"
    "load   b[0,0] -> 0x0400\n"
    "matmul h[0,0] k=0 a=0x0000 b=0x0100 bias=0x0400 -> 0x0200 clear relu ping\n"
    "store  h[0,0] <- 0x0200 relu\n"
    "add    s[0,0] a=0x0200 b=0x0200 -> 0x0300\n"
    "add    s[0,0] a=0x0300 b=0x0400 -> 0x0300 broadcast relu\n"
    "relu   y[0,0] a=0x0300 -> 0x0000\n"
    "store  y[0,0] <- 0x0000\n";

/// Any program that has a form, legal or not: random tensors, opcodes, addresses and flags.
inline Program random_program(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const auto any = [&] { return static_cast<std::uint32_t>(random()) >> below(32); };
  Program program;
  program.tile = {8 * (1 + below(32)), 8 * (1 + below(32)), 8 * (1 + below(32))};
  const TileExtent extents[] = {program.tile.left(), program.tile.right(), program.tile.result(),
                                program.tile.row()};
  program.sram_bytes = any() % (kMaxSramBytes + 1);
  const std::uint32_t tensors = 1 + below(6);
  for (std::uint32_t i = 0; i < tensors; ++i) {
    ProgramTensor tensor;
    tensor.name =
        std::string(1 + below(20), static_cast<char>('a' + i)) + "/x.y:" + std::to_string(i);
    tensor.shape = {1 + below(3000), 1 + below(3000)};
    tensor.tile = extents[below(4)];
    tensor.padded = padded_shape(tensor.shape, tensor.tile);
    tensor.role = static_cast<TensorRole>(below(4));
    tensor.dram_base = std::uint64_t{64} * below(1U << 20);
    program.tensors.push_back(tensor);
  }
  const std::uint32_t ops = below(40);
  for (std::uint32_t i = 0; i < ops; ++i) {
    Op op;
    op.opcode = static_cast<Opcode>(below(kOpcodeCount));
    op.tag = static_cast<BufferTag>(below(3));
    op.tensor = below(tensors);
    op.row = any();
    op.col = any();
    const bool matmul = op.opcode == Opcode::kMatmul;
    const bool add = op.opcode == Opcode::kAdd;
    op.clear = matmul && below(2) == 1;
    op.biased = op.clear && below(2) == 1;
    op.broadcast = add && below(2) == 1;
    op.relu = (op.opcode == Opcode::kStore || matmul || add) && below(2) == 1;
    op.bias = op.biased ? any() : 0;
    op.k = matmul ? any() : 0;
    op.a = op.opcode != Opcode::kLoad ? any() : 0;
    op.b = matmul || add ? any() : 0;
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
