// Which layer an op works for, and what a layer is by the program alone. A layer is what computes one
// tensor of the program, or copies it; the loads are given to the layer that needs them first.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "compiler/program/dataflow.h"
#include "compiler/program/program.h"

namespace tilewave {

/// A product of M×K and K×N elements, as the model has it.
struct ProductShape {
  std::uint64_t m = 0;
  std::uint64_t n = 0;
  std::uint64_t k = 0;

  bool operator==(const ProductShape&) const = default;
};

struct Layer {
  std::string name;  ///< of the tensor
  std::string kind;  ///< "matmul+bias+relu", "add", "copy", ..., or "unused" for loads nobody reads
  std::optional<ElementType> type;                ///< of the tensor
  std::optional<ProductShape> product;            ///< none if it is no product, or of several
  std::array<std::uint64_t, kOpcodeCount> ops{};  ///< by Opcode
  std::uint64_t macs = 0;                         ///< that the model asks for
  ElementTypes factors;                           ///< the types of what they multiply
  std::uint64_t step_macs = 0;                    ///< of its steps: padding counts
  std::uint64_t read_bytes = 0;                   ///< from the DRAM, by its loads
  std::uint64_t write_bytes = 0;                  ///< to the DRAM, by its stores

  std::uint64_t op_count() const { return std::accumulate(ops.begin(), ops.end(), 0ULL); }
};

struct Layers {
  std::vector<Layer> all;            ///< in the program's order of their first step or store
  std::vector<std::uint32_t> of_op;  ///< index into `all`
};

/// `links` are those of the program.
Layers find_layers(const Program& program, const std::vector<OpLinks>& links);

}  // namespace tilewave
