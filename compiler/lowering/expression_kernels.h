// The vector kernels of a graph's expressions.
#pragma once

#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/program/vector_kernel.h"

namespace tilewave {

/// Of an operator that has an expression; what it reads has such tiles in tensors of such extents, by TensorId.
VectorKernel expression_kernel(const Graph& graph, const Operator& oper,
                               const std::vector<TileExtent>& tiles,
                               const std::vector<Shape>& stored);

}  // namespace tilewave
