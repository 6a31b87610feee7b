// Backwards from what nobody uses, operand by operand.
#include "compiler/graph/operator_order.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/graph/copy_source.h"

namespace tilewave {
namespace {

/// An operator on the way to those whose results nobody uses, and what has to come before it, the first last.
struct Visit {
  OperatorId oper = 0;
  std::vector<OperatorId> before = {};
};

/// The operators of its operands in the order in which they were created.
Visit visit_of(const Graph& graph, OperatorId id) {
  Visit visit{id};
  for (const TensorId input : graph.operators()[id].inputs) {
    if (const std::optional<OperatorId>& producer = graph.tensor(input).producer) {
      visit.before.push_back(*producer);
    }
  }
  std::ranges::sort(visit.before, std::greater());
  return visit;
}

std::vector<OperatorId> order_of(const Graph& graph) {
  const std::vector<Operator>& operators = graph.operators();
  std::vector<bool> seen(operators.size());
  std::vector<OperatorId> order;
  std::vector<Visit> path;
  for (OperatorId last = 0; last < operators.size(); ++last) {
    if (!graph.tensor(operators[last].output).users.empty()) {
      continue;
    }
    path.push_back(visit_of(graph, last));
    while (!path.empty()) {
      Visit& visit = path.back();
      if (visit.before.empty()) {
        order.push_back(visit.oper);
        path.pop_back();
        continue;
      }
      const OperatorId next = visit.before.back();
      visit.before.pop_back();
      if (!seen[next]) {
        seen[next] = true;
        path.push_back(visit_of(graph, next));
      }
    }
  }
  return order;
}

/// Sources come right before the first operator that reads them.
class Reordered {
 public:
  explicit Reordered(const Graph& graph)
      : graph_(graph), reordered_(graph.name()), ids_(graph.tensors().size(), kNone) {}

  Graph run() {
    for (const OperatorId id : order_of(graph_)) {
      Operator oper = graph_.operators()[id];
      for (TensorId& input : oper.inputs) {
        input = there(input);
      }
      const TensorId old = oper.output;
      ids_[old] = reordered_.add(graph_.tensor(old).name, std::move(oper));
      if (graph_.tensor(old).role == TensorRole::kOutput) {
        reordered_.mark_output(ids_[old]);
      }
    }
    reordered_.verify();
    return std::move(reordered_);
  }

 private:
  static constexpr TensorId kNone = ~TensorId{0};

  TensorId there(TensorId old) {
    if (ids_[old] == kNone) {
      ids_[old] = copy_source(reordered_, graph_.tensor(old));
    }
    return ids_[old];
  }

  const Graph& graph_;
  Graph reordered_;
  std::vector<TensorId> ids_;  // old → new
};

}  // namespace

Graph depth_first(const Graph& graph) { return Reordered(graph).run(); }

}  // namespace tilewave
