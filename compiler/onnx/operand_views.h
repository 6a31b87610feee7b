// In which matrices the operands of an expression meet, when some of them have been computed and lie as they do.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/matrix_view.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// What they broadcast to.
Dims broadcast_of(const std::vector<Value>& operands);

/// Every view of a result that its operands may lie in: those of operands of its size as they were computed, its
/// last two dimensions as matrices, and all that is one matrix.
std::vector<MatrixView> candidate_views(const GraphBuilder& builder,
                                        const std::vector<Value>& operands, const Dims& dims);

/// The candidate in which the least has to be put together, and of these the one that takes the least of the sources;
/// none if computed operands would have to be rearranged in each.
std::optional<MatrixView> best_view(const GraphBuilder& builder, const std::vector<Value>& operands,
                                    const Dims& dims, const std::vector<MatrixView>& candidates);

/// The tensors that the operands are in a view of what they are broadcast to: for each slice those of all
/// operands. Expects a view in which computed ones can be.
std::vector<std::vector<TensorId>> inputs_in_view(GraphBuilder& builder,
                                                  const std::vector<Value>& operands,
                                                  const Dims& dims, const MatrixView& view);

}  // namespace tilewave
