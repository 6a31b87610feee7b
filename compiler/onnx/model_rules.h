// What we refuse of a model before ONNX's own code looks at it: everything that no supported model
// needs, in words of ours.
#pragma once

#include <cstddef>
#include <string>

#include <onnx/onnx_pb.h>

namespace tilewave {

/// Throws InputError for a model without a graph, for functions, subgraphs, sparse data, external data
/// of anything but initializers, initializers of types that we do not read, and operators that are not
/// supported. Drops what has no bearing on inference, such as training information.
void require_supported(onnx::ModelProto& model);

/// "node #3 'fc1' (MatMul)", counted from 1.
std::string describe_node(const onnx::NodeProto& node, std::size_t index);

}  // namespace tilewave
