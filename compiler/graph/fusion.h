// Operator fusion: bias and ReLU become part of the operator they follow. No other rewriting.
#pragma once

#include "compiler/graph/graph.h"

namespace tilewave {

/// A verified copy of `graph` in which
///   - a matmul whose only use is the add of a row vector takes that vector as its bias,
///   - a matmul or an add, biased by now or not, whose only use is a ReLU applies that ReLU itself.
/// The last operator absorbed gives the result its tensor, name and role kept; the tensors between
/// are gone. A fused operator stands where its first part stood, or, if its bias exists only later,
/// where the add of the bias stood. Everything else keeps its order. Fusing twice changes nothing
/// more.
///
/// Legal because both are elementwise: each element needs one finished element of the product and
/// no other. With a second use, or as an output, the product alone would still be wanted, so such a
/// matmul stays as it is. The vector cannot depend on the product, whose only use is the add.
/// FuseBias::kNo leaves adds of row vectors alone.
enum class FuseBias : bool { kNo, kYes };
Graph fuse(const Graph& graph, FuseBias fuse_bias = FuseBias::kYes);

}  // namespace tilewave
