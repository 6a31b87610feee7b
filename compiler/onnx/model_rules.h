// What we refuse of a model before ONNX's own code looks at it: everything that no supported model
// needs, in words of ours.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// The model's graph. Throws InputError if there is none, or if it has more nodes than we go through.
const onnx::GraphProto& required_graph(const onnx::ModelProto& model);

/// Every node whose operator is not supported, or that has a subgraph or anything else in an attribute
/// that no supported operator has. Nothing of them but their inputs and outputs is left in the model, so
/// that ONNX's checker can judge the rest.
std::vector<OnnxNodeProblem> refuse_nodes(onnx::ModelProto& model);

/// Throws InputError for functions, sparse data, external data of anything but initializers and initializers
/// of types that we do not read. Drops what has no bearing on inference, such as training information.
void require_supported(onnx::ModelProto& model);

/// "node #3 'fc1' (MatMul)", counted from 1.
std::string describe_node(const onnx::NodeProto& node, std::size_t index);

/// "MatMul"; of another domain than ONNX's own, "com.example.MatMul".
std::string operator_name(const onnx::NodeProto& node);

/// Whether it may be supported, as far as its operator goes.
bool has_known_operator(const onnx::NodeProto& node);

/// With a reason other than that.
OnnxNodeProblem node_problem(const onnx::NodeProto& node, std::size_t index, std::string reason);

}  // namespace tilewave
