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

class Order {
 public:
  explicit Order(const Graph& graph) : graph_(graph), seen_(graph.operators().size()) {
    missing_.reserve(seen_.size());
    for (const Operator& oper : graph.operators()) {
      missing_.push_back(static_cast<std::size_t>(std::ranges::count_if(
          oper.inputs, [&](TensorId input) { return graph.tensor(input).producer.has_value(); })));
    }
  }

  std::vector<OperatorId> run() {
    for (OperatorId last = 0; last < seen_.size(); ++last) {
      if (graph_.tensor(graph_.operators()[last].output).users.empty() && !seen_[last]) {
        seen_[last] = true;
        go_back_from(last);
      }
    }
    return std::move(order_);
  }

 private:
  void go_back_from(OperatorId last) {
    std::vector<Visit> path = {visit_of(graph_, last)};
    while (!path.empty()) {
      Visit& visit = path.back();
      if (visit.before.empty()) {
        const OperatorId next = visit.oper;
        path.pop_back();
        take(next);
        continue;
      }
      const OperatorId next = visit.before.back();
      visit.before.pop_back();
      if (!seen_[next]) {
        seen_[next] = true;
        path.push_back(visit_of(graph_, next));
      }
    }
  }

  /// And folds of it that can be, which make little of much.
  void take(OperatorId id) {
    order_.push_back(id);
    for (const OperatorId user : graph_.tensor(graph_.operators()[id].output).users) {
      if (--missing_[user] == 0 && !seen_[user] &&
          graph_.operators()[user].kind == OperatorKind::kReduce) {
        seen_[user] = true;
        take(user);
      }
    }
  }

  const Graph& graph_;
  std::vector<bool> seen_;            // by operator
  std::vector<std::size_t> missing_;  // by operator: operands that are not there yet
  std::vector<OperatorId> order_;
};

/// Sources come right before the first operator that reads them.
class Reordered {
 public:
  explicit Reordered(const Graph& graph)
      : graph_(graph), reordered_(graph.name()), ids_(graph.tensors().size(), kNone) {}

  Graph run() {
    for (const OperatorId id : Order(graph_).run()) {
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
