// For those who rebuild a graph.
#pragma once

#include "compiler/graph/graph.h"

namespace tilewave {

/// An input or a parameter like that of another graph.
inline TensorId copy_source(Graph& graph, const Tensor& source) {
  return source.role == TensorRole::kInput
             ? graph.add_input(source.name, source.shape, source.type)
             : graph.add_table(source.name, source.shape, source.values, source.type);
}

}  // namespace tilewave
