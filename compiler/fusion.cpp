// Rebuilds the graph tensor by tensor. Creation order stays topological: the fused operator stands
// where the matmul stood, and a ReLU has no other operand to wait for.
#include "compiler/fusion.h"

#include <optional>
#include <vector>

namespace tilewave {

namespace {

/// The ReLU that the producer of `tensor` can absorb.
std::optional<OperatorId> absorbed_relu(const Graph& graph, const Tensor& tensor) {
  if (!tensor.producer || tensor.users.size() != 1 || tensor.role == TensorRole::kOutput) {
    return std::nullopt;
  }
  const Operator& producer = graph.operators()[*tensor.producer];
  const Operator& user = graph.operators()[tensor.users.front()];
  if (producer.kind != OperatorKind::kMatMul || producer.relu || user.kind != OperatorKind::kRelu) {
    return std::nullopt;
  }
  return tensor.users.front();
}

TensorId add_source(Graph& graph, const Tensor& tensor) {
  return tensor.role == TensorRole::kInput ? graph.add_input(tensor.name, tensor.shape)
                                           : graph.add_parameter(tensor.name, tensor.shape);
}

}  // namespace

Graph fuse(const Graph& graph) {
  Graph fused(graph.name());
  std::vector<TensorId> ids(graph.tensors().size());  // old → new
  std::vector<bool> absorbed(graph.operators().size());
  for (TensorId old = 0; old < graph.tensors().size(); ++old) {
    const Tensor& tensor = graph.tensor(old);
    if (!tensor.producer) {
      ids[old] = add_source(fused, tensor);
      continue;
    }
    if (absorbed[*tensor.producer]) {
      continue;
    }
    const Operator& op = graph.operators()[*tensor.producer];
    const std::optional<OperatorId> relu = absorbed_relu(graph, tensor);
    const TensorId old_result = relu ? graph.operators()[*relu].output : old;
    const Tensor& result = graph.tensor(old_result);
    TensorId id = 0;
    switch (op.kind) {
      case OperatorKind::kMatMul:
        id = fused.add_matmul(result.name, ids[op.inputs[0]], ids[op.inputs[1]],
                              op.relu || relu.has_value());
        break;
      case OperatorKind::kAdd:
        id = fused.add_add(result.name, ids[op.inputs[0]], ids[op.inputs[1]]);
        break;
      case OperatorKind::kRelu: id = fused.add_relu(result.name, ids[op.inputs[0]]); break;
    }
    if (result.role == TensorRole::kOutput) {
      fused.mark_output(id);
    }
    if (relu) {
      absorbed[*relu] = true;
    }
    ids[old_result] = id;
  }
  fused.verify();
  return fused;
}

}  // namespace tilewave
