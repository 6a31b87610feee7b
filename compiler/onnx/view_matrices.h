// Which matrices of the graph a view of computed values is: slices of the tensors that were computed, put together where one
// does not do. Nothing is moved for it but what cannot lie where it has to.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/matrix_view.h"
#include "compiler/onnx/value.h"

namespace tilewave {

/// The tensors of a value as `view` cuts its elements; made when first asked for. Throws InputError if that takes to
/// transpose what is computed, or more parts than allowed.
std::vector<TensorId> view_matrices(GraphBuilder& builder, const ComputedValue& value,
                                    const MatrixView& view);

/// The same of a value in any form: a source is bound, an elementwise result of sources is made.
std::vector<TensorId> value_matrices(GraphBuilder& builder, const Value& value,
                                     const MatrixView& view);

/// How many tensors a computed one takes beside those that are there; none if it is not possible.
std::optional<std::uint64_t> view_parts(const GraphBuilder& builder, const ComputedValue& value,
                                        const MatrixView& view);

/// A factor of a product: the tensor itself, or that which is its transpose.
struct Factor {
  TensorId tensor = 0;
  bool transposed = false;
};
/// As view_parts() and view_matrices(), of factors.
std::optional<std::uint64_t> factor_parts(const GraphBuilder& builder, const ComputedValue& value,
                                          const MatrixView& view);
std::vector<Factor> view_factors(GraphBuilder& builder, const ComputedValue& value,
                                 const MatrixView& view);

}  // namespace tilewave
