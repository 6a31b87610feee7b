// Names of opcodes and engines, and the one derived number of a program.
#include "compiler/program/program.h"

#include <algorithm>

namespace tilewave {

const char* to_string(Opcode opcode) {
  switch (opcode) {
    case Opcode::kLoad: return "load";
    case Opcode::kStore: return "store";
    case Opcode::kMatmul: return "matmul";
    case Opcode::kAdd: return "add";
    case Opcode::kRelu: return "relu";
  }
  return "unknown";  // an op that no verifier has seen yet
}

const char* to_string(Engine engine) {
  switch (engine) {
    case Engine::kLoadDma: return "load_dma";
    case Engine::kStoreDma: return "store_dma";
    case Engine::kCompute: return "compute";
  }
  return "unknown";
}

std::uint64_t Program::dram_bytes() const {
  std::uint64_t end = 0;
  for (const ProgramTensor& tensor : tensors) {
    end = std::max(end, tensor.dram_base + tensor.bytes());
  }
  return end;
}

}  // namespace tilewave
