// One pass over the nodes, and one over the values that go in and out.
#include "compiler/onnx/model_contents.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "compiler/onnx/model_rules.h"
#include "compiler/onnx/tensor_values.h"

namespace tilewave {
namespace {

OnnxDeclaration declaration(const onnx::ValueInfoProto& value) {
  OnnxDeclaration declared{value.name(), {}, {}};
  if (!value.has_type() || !value.type().has_tensor_type()) {
    return declared;
  }
  const onnx::TypeProto::Tensor& tensor = value.type().tensor_type();
  declared.type = type_name(tensor.elem_type());
  if (tensor.has_shape()) {
    declared.dims.emplace();
    for (const auto& dim : tensor.shape().dim()) {
      OnnxDimension& dimension = declared.dims->emplace_back();
      if (dim.has_dim_value() && dim.dim_value() >= 0) {
        dimension.number = static_cast<std::uint64_t>(dim.dim_value());
      } else {
        dimension.name = dim.has_dim_value() ? std::to_string(dim.dim_value()) : dim.dim_param();
      }
    }
  }
  return declared;
}

/// Of a tensor whose shape is known and allowed.
std::uint64_t bytes_of(OnnxType type, const std::vector<OnnxDimension>& dims) {
  std::uint64_t bytes = info_of(type).raw_bytes;
  for (const OnnxDimension& dim : dims) {
    bytes *= dim.number.value();
  }
  return bytes;
}

}  // namespace

std::vector<OnnxOperatorCount> count_operators(const onnx::GraphProto& graph) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<OnnxOperatorCount> counts;
  for (const onnx::NodeProto& node : graph.node()) {
    const auto [place, is_new] = places.try_emplace(operator_name(node), counts.size());
    if (is_new) {
      counts.push_back({place->first, 0, has_known_operator(node)});
    }
    ++counts[place->second].nodes;
  }
  std::ranges::sort(counts, [](const OnnxOperatorCount& a, const OnnxOperatorCount& b) {
    return std::pair(b.nodes, std::string_view(a.name)) <
           std::pair(a.nodes, std::string_view(b.name));
  });
  return counts;
}

std::vector<OnnxDeclaration> declared_inputs(const onnx::GraphProto& graph, bool imported) {
  std::unordered_set<std::string_view> initializers;
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    initializers.insert(tensor.name());
  }
  std::vector<OnnxDeclaration> inputs;
  for (const onnx::ValueInfoProto& input : graph.input()) {
    if (!initializers.contains(input.name())) {
      OnnxDeclaration& declared = inputs.emplace_back(declaration(input));
      if (imported) {
        declared.bytes = bytes_of(onnx_type(input.type().tensor_type().elem_type()).value(),
                                  declared.dims.value());
      }
    }
  }
  return inputs;
}

std::vector<OnnxDeclaration> declared_outputs(const onnx::GraphProto& graph) {
  std::vector<OnnxDeclaration> outputs;
  for (const onnx::ValueInfoProto& output : graph.output()) {
    outputs.push_back(declaration(output));
  }
  return outputs;
}

std::vector<OnnxDeclaration> imported_outputs(const OnnxModel& model) {
  std::vector<OnnxDeclaration> outputs;
  for (const OnnxOutput& output : model.outputs) {
    const OnnxType type = output.declared;
    std::vector<OnnxDimension> dims;
    for (const std::uint64_t dim : output.dims) {
      dims.push_back({dim, {}});
    }
    const std::uint64_t bytes = bytes_of(type, dims);
    outputs.push_back({output.name, to_string(type), std::move(dims), bytes});
  }
  return outputs;
}

}  // namespace tilewave
