// One check for each thing that is refused, with the limits on counts and sizes.
#include "compiler/onnx/model_rules.h"

#include "compiler/base/error.h"
#include "compiler/onnx/external_data.h"
#include "compiler/onnx/node_import.h"
#include "compiler/onnx/onnx_import.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/onnx/tensor_values.h"

namespace tilewave {
namespace {

void require_attribute(const onnx::AttributeProto& attribute) {
  const auto fail = [&attribute](const char* what) {
    throw InputError("attribute '" + one_line_of(attribute.name()) + "' " + what +
                     ", which is not supported");
  };
  if (attribute.has_g() || attribute.graphs_size() != 0) {
    fail("is a graph");
  }
  if (attribute.has_sparse_tensor() || attribute.sparse_tensors_size() != 0) {
    fail("is sparse");
  }
  if (attribute.tensors_size() != 0 || attribute.has_tp() || attribute.type_protos_size() != 0) {
    fail("is a list of tensors or a type");
  }
  if (!attribute.ref_attr_name().empty()) {
    fail("refers to a function's");
  }
  if (attribute.has_t()) {
    require_tensor(attribute.t());
  }
}

void require_node(const onnx::NodeProto& node) {
  const bool is_ours = node.domain().empty() || node.domain() == "ai.onnx";
  if (!is_ours || !is_supported_operator(node.op_type())) {
    throw InputError("the operator is not supported" +
                     (is_ours ? "" : " (domain '" + one_line_of(node.domain()) + "')") +
                     "; supported are " + supported_operators());
  }
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    require_attribute(attribute);
  }
}

}  // namespace

std::string describe_node(const onnx::NodeProto& node, std::size_t index) {
  return "node #" + std::to_string(index + 1) +
         (node.name().empty() ? "" : " '" + one_line_of(node.name()) + "'") + " (" +
         one_line_of(node.op_type()) + ")";
}

void require_supported(onnx::ModelProto& model) {
  if (!model.has_graph()) {
    throw InputError("is not an ONNX model: there is no graph in it");
  }
  if (model.functions_size() != 0) {
    throw InputError("has functions of its own, which are not supported");
  }
  const onnx::GraphProto& graph = model.graph();
  if (graph.output_size() == 0) {
    throw InputError("has no output");
  }
  if (graph.sparse_initializer_size() != 0) {
    throw InputError("has sparse initializers, which are not supported");
  }
  if (static_cast<std::size_t>(graph.node_size()) > kMaxOnnxNodes) {
    throw InputError("has " + std::to_string(graph.node_size()) + " nodes, at most " +
                     std::to_string(kMaxOnnxNodes) + " are allowed");
  }
  for (int i = 0; i < graph.node_size(); ++i) {
    try {
      require_node(graph.node(i));
    } catch (const InputError& error) {
      throw InputError(describe_node(graph.node(i), static_cast<std::size_t>(i)) + ": " +
                       error.what());
    }
  }
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    try {
      is_external(tensor) ? require_external_tensor(tensor) : require_tensor(tensor);
    } catch (const InputError& error) {
      throw InputError(std::string("initializer: ") + error.what());
    }
  }
  model.clear_training_info();
  model.mutable_graph()->clear_quantization_annotation();
}

}  // namespace tilewave
