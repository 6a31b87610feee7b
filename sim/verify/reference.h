// What the outputs should be: naive evaluations with sums in double precision, independent of
// kernels and platform. Two of them: by the graph, and, for a program without a graph, by its ops
// in program order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/program/program.h"
#include "sim/model/tensor_data.h"
#include "sim/verify/rounding.h"

namespace tilewave {

struct TileAt {
  std::uint32_t row = 0;
  std::uint32_t col = 0;

  bool operator==(const TileAt&) const = default;
};

/// Tiles of one tensor whose values are wanted.
struct WantedTiles {
  std::string tensor;
  TileExtent extent;
  std::vector<TileAt> tiles;
};

/// The wanted tiles by the graph: only these and what they depend on are computed, and some around
/// them. Tensors are whole and without padding; what was not computed is zero. A matmul sums in
/// double over ascending k, from its bias on, and rounds to fp32 once; every intermediate is fp32.
/// With `uncertainties` these are found too, of the computed tensors, which takes several times as
/// long. Those of the sources may be there; else they are exact.
TensorValues evaluate_graph(const Graph& graph, const TensorValues& sources,
                            const std::vector<WantedTiles>& wanted,
                            TensorUncertainties* uncertainties = nullptr);

/// The wanted tiles by a verified program: its ops one after another, only those that the wanted
/// tiles depend on. Accumulators are double and rounded to fp32 when something reads them. Padding
/// is zero whenever it is loaded. `uncertainties` likewise, of all tensors.
TensorValues evaluate_program(const Program& program, const TensorValues& sources,
                              const std::vector<WantedTiles>& wanted,
                              TensorUncertainties* uncertainties = nullptr);

/// Multiply-adds, and elements of Add and ReLU, that evaluating everything takes.
std::uint64_t evaluation_work(const Graph& graph);
std::uint64_t evaluation_work(const Program& program);

}  // namespace tilewave
