// A queue of what is ready, the latest operand first.
#include "compiler/graph/operator_order.h"

#include <cstddef>
#include <queue>
#include <utility>
#include <vector>

#include "compiler/graph/copy_source.h"

namespace tilewave {
namespace {

/// An operator whose operands are all there since the operator at `since` in the new order, from 1; 0: from the start.
struct Ready {
  std::size_t since = 0;
  OperatorId oper = 0;

  /// Later than another, in a queue that gives the largest first.
  bool operator<(const Ready& other) const {
    return since != other.since ? since < other.since : oper > other.oper;
  }
};

std::vector<OperatorId> order_of(const Graph& graph) {
  const std::vector<Operator>& operators = graph.operators();
  std::vector<std::size_t> missing(operators.size());  // operands, once for each use
  std::priority_queue<Ready> ready;
  for (OperatorId id = 0; id < operators.size(); ++id) {
    for (const TensorId input : operators[id].inputs) {
      missing[id] += graph.tensor(input).producer ? 1 : 0;
    }
    if (missing[id] == 0) {
      ready.push({0, id});
    }
  }
  std::vector<OperatorId> order;
  while (!ready.empty()) {
    const OperatorId id = ready.top().oper;
    ready.pop();
    order.push_back(id);
    for (const OperatorId user : graph.tensor(operators[id].output).users) {
      if (--missing[user] == 0) {
        ready.push({order.size(), user});
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
