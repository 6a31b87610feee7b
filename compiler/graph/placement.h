// Where views lie: a slice is a part of the tensor it is taken from, and what a concat joins are parts of
// its result, so that neither moves a byte.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

/// Whether some operator is a view.
bool has_views(const Graph& graph);

/// A tensor is the rectangle of its shape in `root`, which is a part of no other, from (top, left) on.
struct Placed {
  TensorId root = 0;
  std::uint64_t top = 0;
  std::uint64_t left = 0;

  bool operator==(const Placed&) const = default;
};

/// Of every tensor, by TensorId. Expects what with_copied_parts() returns.
std::vector<Placed> placements(const Graph& graph);

/// The elements of its root that a tensor is.
ElementRange elements_in_root(const Graph& graph, const std::vector<Placed>& placements,
                              TensorId tensor);

/// Whether two tensors have elements of one root in common.
bool share_elements(const Graph& graph, const std::vector<Placed>& placements, TensorId a,
                    TensorId b);

/// `graph`, with a copy in the place of each part of a concat that cannot lie in its result (an input, a parameter or
/// an output of the graph, a slice, what is a part of another result or the same a second time) and of each
/// slice that is an output. A copy costs what moving it costs. Doing it twice changes nothing more.
Graph with_copied_parts(const Graph& graph);

}  // namespace tilewave
