// The operators, in groups: matmul_operators.cpp, elementwise_operators.cpp and view_operators.cpp.
// All throw InputError if shapes or attributes are not supported, without naming the node.
#pragma once

#include "compiler/onnx/node_import.h"

namespace tilewave {

Value import_matmul(Node& node);
Value import_gemm(Node& node);

Value import_add(Node& node);
Value import_relu(Node& node);

Value import_constant(Node& node);
Value import_flatten(Node& node);
Value import_identity(Node& node);
Value import_reshape(Node& node);
Value import_squeeze(Node& node);
Value import_transpose(Node& node);
Value import_unsqueeze(Node& node);

/// a + b, broadcast as NumPy does it, under the name `output`.
Value add_values(GraphBuilder& builder, const std::string& output, const Value& a, const Value& b);

/// The same elements in the same order.
Value reshaped(const Value& value, const Dims& dims);
/// Dimension i of the result is dimension permutation[i] of `value`.
Value transposed(const Value& value, const std::vector<std::size_t>& permutation);

}  // namespace tilewave
