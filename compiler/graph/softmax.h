// Softmax over rows in front of a product, as attention has it, with less work and the same values.
#pragma once

#include "compiler/graph/graph.h"

namespace tilewave {

/// A copy of `graph` in which the left factor of a product, if it is a softmax over the rows of a tensor that nobody
/// else reads, is not divided by its sum, but the product is, which has fewer columns than rows of scores have keys:
///
///   m = reduce+max+columns s              m = reduce+max+columns s
///   e = map s m | sub x0 x1; exp t0       e = map s m | sub x0 x1; exp t0
///   l = reduce+sum+columns e              l = reduce+sum+columns e
///   p = map e l | div x0 x1
///   y = matmul p v                        y = matmul e v l | div x0 x1
///
/// Legal for e is between 0 and 1 and its largest value in each row is 1, so that nothing can overflow that did not. A
/// softmax in three operators, whose sum and weights each take the exponentials by themselves, takes them once.
/// Products with a bias, and those whose expression has no room for one more operand, stay.
Graph with_late_normalization(const Graph& graph);

}  // namespace tilewave
