// Parts of concats get their places from the last operator back, slices from the first on.
#include "compiler/graph/placement.h"

#include <algorithm>
#include <string>
#include <utility>

#include "compiler/graph/copy_source.h"

namespace tilewave {
namespace {

class PartCopies {
 public:
  explicit PartCopies(const Graph& graph)
      : graph_(graph),
        copied_(graph.name()),
        ids_(graph.tensors().size()),
        is_part_(graph.tensors().size()) {}

  Graph run() {
    for (TensorId old = 0; old < ids_.size(); ++old) {
      const Tensor& tensor = graph_.tensor(old);
      if (!tensor.producer) {
        ids_[old] = copy_source(copied_, tensor);
        continue;
      }
      ids_[old] = add(tensor, graph_.operators()[*tensor.producer]);
      if (tensor.role == TensorRole::kOutput) {
        copied_.mark_output(ids_[old]);
      }
    }
    copied_.verify();
    return std::move(copied_);
  }

 private:
  TensorId add(const Tensor& tensor, Operator oper) {
    for (TensorId& input : oper.inputs) {
      if (oper.kind == OperatorKind::kConcat) {
        input = part_of(tensor, input);
      } else {
        input = ids_[input];
      }
    }
    if (oper.kind == OperatorKind::kSlice && tensor.role == TensorRole::kOutput) {
      return copied_.add_copy(tensor.name,
                              copied_.add(unused_name(tensor.name + ":view"), std::move(oper)));
    }
    return copied_.add(tensor.name, std::move(oper));
  }

  /// What stands for a part of `whole`.
  TensorId part_of(const Tensor& whole, TensorId part) {
    const Tensor& tensor = graph_.tensor(part);
    const bool fits = tensor.producer && tensor.role != TensorRole::kOutput && !is_part_[part] &&
                      graph_.operators()[*tensor.producer].kind != OperatorKind::kSlice;
    is_part_[part] = true;
    return fits ? ids_[part]
                : copied_.add_copy(unused_name(whole.name + ":" + tensor.name), ids_[part]);
  }

  std::string unused_name(const std::string& wanted) const {
    std::string name = wanted.substr(0, kMaxNameBytes);
    for (std::uint32_t i = 2; graph_.find(name) || copied_.find(name); ++i) {
      const std::string suffix = "." + std::to_string(i);
      name = wanted.substr(0, kMaxNameBytes - suffix.size()) + suffix;
    }
    return name;
  }

  const Graph& graph_;
  Graph copied_;
  std::vector<TensorId> ids_;  ///< old → new
  std::vector<bool> is_part_;  ///< of the result of some concat
};

}  // namespace

bool has_views(const Graph& graph) {
  return std::ranges::any_of(graph.operators(),
                             [](const Operator& oper) { return is_view(oper.kind); });
}

std::vector<Placed> placements(const Graph& graph) {
  std::vector<Placed> placed(graph.tensors().size());
  for (TensorId id = 0; id < placed.size(); ++id) {
    placed[id].root = id;
  }
  const std::vector<Operator>& operators = graph.operators();
  for (std::size_t i = operators.size(); i-- > 0;) {
    if (operators[i].kind == OperatorKind::kConcat) {
      Placed place = placed[operators[i].output];
      for (const TensorId part : operators[i].inputs) {
        placed[part] = place;
        const Shape& shape = graph.tensor(part).shape;
        (operators[i].axis == MatrixAxis::kRows ? place.top : place.left) +=
            operators[i].axis == MatrixAxis::kRows ? shape.rows : shape.cols;
      }
    }
  }
  for (const Operator& oper : operators) {
    if (oper.kind == OperatorKind::kSlice) {
      const Placed& whole = placed[oper.inputs[0]];
      placed[oper.output] = {whole.root, whole.top + oper.range.row, whole.left + oper.range.col};
    }
  }
  return placed;
}

ElementRange elements_in_root(const Graph& graph, const std::vector<Placed>& placements,
                              TensorId tensor) {
  const Placed& place = placements[tensor];
  const Shape& shape = graph.tensor(tensor).shape;
  return {place.top, place.top + shape.rows, place.left, place.left + shape.cols};
}

bool share_elements(const Graph& graph, const std::vector<Placed>& placements, TensorId a,
                    TensorId b) {
  return placements[a].root == placements[b].root &&
         elements_in_root(graph, placements, a).overlaps(elements_in_root(graph, placements, b));
}

Graph with_copied_parts(const Graph& graph) {
  return has_views(graph) ? PartCopies(graph).run() : graph;
}

}  // namespace tilewave
