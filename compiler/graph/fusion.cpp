// Decides first what becomes one operator and where it stands, then rebuilds the graph tensor by
// tensor.
#include "compiler/graph/fusion.h"

#include <optional>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/graph/shape_inference.h"

namespace tilewave {

namespace {

/// An operator of the fused graph, in terms of the old one.
struct FusedOperator {
  OperatorKind kind = OperatorKind::kMatMul;
  std::vector<TensorId> inputs;
  bool relu = false;
  TensorId result = 0;
  TensorId place = 0;  ///< stands where this tensor's operator stood
};

class Fusion {
 public:
  Fusion(const Graph& graph, FuseBias fuse_bias)
      : graph_(graph),
        fuse_bias_(fuse_bias),
        absorbed_(graph.operators().size()),
        at_(graph.tensors().size()) {}

  Graph run() {
    for (OperatorId id = 0; id < graph_.operators().size(); ++id) {
      if (!absorbed_[id]) {
        FusedOperator fused = absorb_users(id);
        at_[fused.place] = std::move(fused);
      }
    }
    return rebuild();
  }

 private:
  FusedOperator absorb_users(OperatorId id) {
    const Operator& oper = graph_.operators()[id];
    FusedOperator fused{oper.kind, oper.inputs, oper.relu, oper.output, oper.output};
    const bool takes_bias = fuse_bias_ == FuseBias::kYes && oper.kind == OperatorKind::kMatMul;
    if (takes_bias && !oper.relu && !oper.has_bias()) {
      absorb_bias(fused);
    }
    if (oper.kind == OperatorKind::kMatMul || oper.kind == OperatorKind::kAdd) {
      absorb_relu(fused);
    }
    return fused;
  }

  void absorb_bias(FusedOperator& fused) {
    const Operator* add = only_user(fused.result);
    if (add == nullptr || add->kind != OperatorKind::kAdd) {
      return;
    }
    const TensorId bias = add->inputs[add->inputs[0] == fused.result ? 1 : 0];
    if (!is_row_vector_of(graph_.tensor(bias).shape, graph_.tensor(fused.result).shape)) {
      return;
    }
    absorbed_[*graph_.tensor(add->output).producer] = true;
    if (bias > fused.result) {
      fused.place = add->output;
    }
    fused.inputs.push_back(bias);
    fused.relu = add->relu;
    fused.result = add->output;
  }

  void absorb_relu(FusedOperator& fused) {
    const Operator* relu = only_user(fused.result);
    if (fused.relu || relu == nullptr || relu->kind != OperatorKind::kRelu) {
      return;
    }
    absorbed_[*graph_.tensor(relu->output).producer] = true;
    fused.relu = true;
    fused.result = relu->output;
  }

  /// The one operator that uses `tensor`, once, and is still there; null if there are others or the
  /// tensor is an output.
  const Operator* only_user(TensorId id) const {
    const Tensor& tensor = graph_.tensor(id);
    const bool only = tensor.users.size() == 1 && tensor.role != TensorRole::kOutput &&
                      !absorbed_[tensor.users.front()];
    return only ? &graph_.operators()[tensor.users.front()] : nullptr;
  }

  Graph rebuild() const {
    Graph graph(graph_.name());
    std::vector<TensorId> ids(at_.size());  // old → new
    for (TensorId old = 0; old < at_.size(); ++old) {
      const Tensor& tensor = graph_.tensor(old);
      if (!tensor.producer) {
        ids[old] = tensor.role == TensorRole::kInput
                       ? graph.add_input(tensor.name, tensor.shape)
                       : graph.add_parameter(tensor.name, tensor.shape);
      } else if (at_[old]) {
        const Tensor& result = graph_.tensor(at_[old]->result);
        const TensorId id = add(graph, *at_[old], result.name, ids);
        if (result.role == TensorRole::kOutput) {
          graph.mark_output(id);
        }
        ids[at_[old]->result] = id;
      }
    }
    graph.verify();
    return graph;
  }

  static TensorId add(Graph& graph, const FusedOperator& fused, const std::string& name,
                      const std::vector<TensorId>& ids) {
    const auto input = [&](std::size_t i) { return ids[fused.inputs[i]]; };
    switch (fused.kind) {
      case OperatorKind::kMatMul:
        return graph.add_matmul(name, input(0), input(1), fused.relu,
                                fused.inputs.size() > 2 ? std::optional(input(2)) : std::nullopt);
      case OperatorKind::kAdd: return graph.add_add(name, input(0), input(1), fused.relu);
      case OperatorKind::kRelu: return graph.add_relu(name, input(0));
      case OperatorKind::kCopy: return graph.add_copy(name, input(0));
    }
    throw InternalError("no such operator");
  }

  const Graph& graph_;
  FuseBias fuse_bias_;
  std::vector<bool> absorbed_;
  std::vector<std::optional<FusedOperator>> at_;  ///< by the tensor in whose place it stands
};

}  // namespace

Graph fuse(const Graph& graph, FuseBias fuse_bias) { return Fusion(graph, fuse_bias).run(); }

}  // namespace tilewave
