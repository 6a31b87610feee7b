// One check for each thing that is refused, with the limits on counts and sizes.
#include "compiler/onnx/model_rules.h"

#include <cstdint>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/external_data.h"
#include "compiler/onnx/newer_operators.h"
#include "compiler/onnx/node_import.h"
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

void require_attributes(const onnx::NodeProto& node) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    require_attribute(attribute);
  }
}

/// Of an operator that nobody has described, which the checker takes as it is.
constexpr const char* kRefusedDomain = "tilewave.refused";
/// The first format version of models that name their operator sets.
constexpr std::int64_t kFirstFormatWithSets = 3;

/// Takes what ONNX's own code must not see from a node: it keeps its place between inputs and outputs.
void make_harmless(onnx::NodeProto& node) {
  node.set_domain(kRefusedDomain);
  node.clear_attribute();
}

void add_refused_domain(onnx::ModelProto& model) {
  if (model.has_ir_version() && model.ir_version() < kFirstFormatWithSets &&
      model.opset_import_size() == 0) {
    model.set_ir_version(kFirstFormatWithSets);
    model.add_opset_import()->set_version(1);  // what such models mean
  }
  onnx::OperatorSetIdProto& set = *model.add_opset_import();
  set.set_domain(kRefusedDomain);
  set.set_version(1);
}

}  // namespace

std::string describe_node(const onnx::NodeProto& node, std::size_t index) {
  return "node #" + std::to_string(index + 1) +
         (node.name().empty() ? "" : " '" + one_line_of(node.name()) + "'") + " (" +
         one_line_of(node.op_type()) + ")";
}

std::string operator_name(const onnx::NodeProto& node) {
  return is_of_onnx(node.domain()) ? node.op_type() : node.domain() + "." + node.op_type();
}

bool has_known_operator(const onnx::NodeProto& node) {
  return is_supported_operator(is_of_onnx(node.domain()) ? "" : std::string_view(node.domain()),
                               node.op_type());
}

OnnxNodeProblem node_problem(const onnx::NodeProto& node, std::size_t index, std::string reason) {
  return {index + 1, node.name(), operator_name(node), describe_node(node, index),
          std::move(reason)};
}

const onnx::GraphProto& required_graph(const onnx::ModelProto& model) {
  if (!model.has_graph()) {
    throw InputError("is not an ONNX model: there is no graph in it");
  }
  if (static_cast<std::size_t>(model.graph().node_size()) > kMaxOnnxNodes) {
    throw InputError("has " + std::to_string(model.graph().node_size()) + " nodes, at most " +
                     std::to_string(kMaxOnnxNodes) + " are allowed");
  }
  return model.graph();
}

std::vector<OnnxNodeProblem> refuse_nodes(onnx::ModelProto& model) {
  std::vector<OnnxNodeProblem> problems;
  onnx::GraphProto& graph = *model.mutable_graph();
  for (int i = 0; i < graph.node_size(); ++i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    const auto index = static_cast<std::size_t>(i);
    if (!has_known_operator(node)) {
      problems.push_back(node_problem(
          node, index,
          "the operator is not supported" +
              (is_of_onnx(node.domain()) ? "" : " (domain '" + one_line_of(node.domain()) + "')")));
      problems.back().unknown_operator = true;
      make_harmless(node);
      continue;
    }
    try {
      require_attributes(node);
    } catch (const InputError& error) {
      problems.push_back(node_problem(node, index, error.what()));
      make_harmless(node);
    }
  }
  if (!problems.empty()) {
    add_refused_domain(model);
  }
  return problems;
}

void require_supported(onnx::ModelProto& model) {
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
