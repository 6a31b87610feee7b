// Operator fusion: what is elementwise becomes part of the operator it follows. And no other rewriting than that of a
// softmax in front of a product.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "compiler/graph/graph.h"

namespace tilewave {

struct FusionOptions {
  /// A matmul takes the row vector that is added to its product as its bias.
  bool bias = true;
  /// A matmul takes a map as the expression of its product. One that reads another whole tensor, such
  /// as a residual, is taken only if `all_maps` or if the product's tensor is named here: as an
  /// operator of its own it may run when its other operand has come.
  bool all_maps = false;
  std::set<std::string> joined = {};
  /// Products behind a softmax that go over so many keys at a time (compiler/graph/running_softmax.h), by name.
  std::map<std::string, std::uint64_t> running = {};
};

/// A verified copy of `graph` in which, one after another,
///   - a matmul whose only use is the add of a row vector takes that vector as its bias, and one whose
///     only use is a ReLU, biased by now or not, applies that ReLU itself;
///   - a map whose only user is a map of the same shape becomes part of it, as long as the operands of
///     both are kMaxMapOperands at most;
///   - a product whose left factor is a softmax is divided in its place (compiler/graph/softmax.h);
///   - a matmul whose only user is a map of the product's shape takes it as its expression;
///   - the products of FusionOptions::running go over parts of their keys;
///   - parts that cannot lie where they belong are copied there (compiler/graph/placement.h), and in a graph with
///     views operators come in the order of depth_first().
/// The last operator absorbed gives the result its tensor, name and role kept; the tensors between
/// are gone. A fused operator stands where its first part stood, or, if some operand exists only
/// later, where the last absorbed stood. Everything else keeps its order. Fusing twice changes nothing
/// more.
///
/// Legal because all that is absorbed is elementwise: each element needs one finished element of the
/// product and no other. With a second user, or as an output, the product alone would still be wanted,
/// so it stays as it is. No other operand can depend on the product, whose only user is absorbed.
Graph fuse(const Graph& graph, const FusionOptions& options = {});

/// Whether an operator of a fused graph could have become part of the matmul before it, had
/// FusionOptions::joined named that matmul's tensor: then the tensor.
std::optional<TensorId> joinable_product(const Graph& fused, const Operator& oper);

}  // namespace tilewave
