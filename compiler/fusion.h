// Operator fusion: a ReLU that follows a matmul becomes part of it. No other rewriting.
#pragma once

#include "compiler/graph.h"

namespace tilewave {

/// A verified copy of `graph` in which each matmul whose only use is a ReLU applies that ReLU
/// itself and defines the ReLU's tensor, name and role kept, in the matmul's place; the tensor
/// between them is gone. Everything else keeps its order. Fusing twice changes nothing more.
///
/// Legal because a ReLU is elementwise: each of its elements needs one finished element of the
/// product and no other, so it can be applied when a finished tile is stored. With a second use, or
/// as an output, the product before the ReLU would still be wanted, so such a matmul stays as it
/// is.
Graph fuse(const Graph& graph);

}  // namespace tilewave
