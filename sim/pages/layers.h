// Which layer an op works for. A layer is what computes one tensor of the program, or copies it;
// the loads are given to the layer that needs them first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/program.h"

namespace tilewave {

struct Layer {
  std::string name;  ///< of the tensor
  std::string kind;  ///< "matmul+bias+relu", "add", "copy", ..., or "unused" for loads nobody reads
  std::uint64_t ops = 0;
  std::uint64_t macs = 0;  ///< that the model asks for
};

struct Layers {
  std::vector<Layer> all;            ///< in the program's order of their first step or store
  std::vector<std::uint32_t> of_op;  ///< index into `all`
};

/// `links` are those of the program.
Layers find_layers(const Program& program, const std::vector<OpLinks>& links);

}  // namespace tilewave
