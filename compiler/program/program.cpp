// The one derived number of a program.
#include "compiler/program/program.h"

#include <algorithm>

namespace tilewave {

std::uint64_t Program::dram_bytes() const {
  std::uint64_t end = 0;
  for (const ProgramTensor& tensor : tensors) {
    end = std::max(end, tensor.dram_base + tensor.bytes());
  }
  return end;
}

}  // namespace tilewave
