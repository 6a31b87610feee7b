// Finds products whose left factor is a softmax, then rebuilds the graph operator by operator.
#include "compiler/graph/softmax.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/graph/copy_source.h"
#include "compiler/graph/softmax_parts.h"

namespace tilewave {
namespace {

/// Of steps that end with a division of step `dividend`, or of an operand if there is none, by an operand.
std::optional<TensorId> divisor(const Operator& oper, std::size_t place) {
  const ExpressionStep& step = oper.map.steps[place];
  const bool divides_step = place > 0 && step.arguments[0] == Argument::step(place - 1);
  return is_step(step, "div") && (place == 0 || divides_step) ? operand(oper, step.arguments[1])
                                                              : std::nullopt;
}

/// A softmax by its operators' results; `exponentials` is that of the weights if they are computed in one.
struct Softmax {
  TensorId exponentials = 0;
  TensorId sum = 0;
  TensorId weights = 0;
  Difference of = {};

  bool in_three() const { return exponentials == weights; }
};

std::optional<Softmax> softmax_of(const Graph& graph, TensorId weights) {
  const Operator* map = producer(graph, weights, OperatorKind::kMap);
  if (map == nullptr) {
    return std::nullopt;
  }
  const std::size_t steps = map->map.steps.size();
  const std::optional<TensorId> sum = divisor(*map, steps - 1);
  const Operator* fold = sum ? producer(graph, *sum, OperatorKind::kReduce) : nullptr;
  if (fold == nullptr || !folds_columns(*fold, Fold::kSum) ||
      !is_used_by_only(graph, *sum, {weights})) {
    return std::nullopt;
  }
  std::optional<Softmax> found;
  if (steps == 3 && fold->map.steps.size() == 2) {
    const auto of = exponentials_of(*map);
    if (of && of == exponentials_of(*fold)) {
      found = Softmax{weights, *sum, weights, *of};
    }
  } else if (steps == 1 && folds_itself(*fold)) {
    const auto exponentials = operand(*map, map->map.steps[0].arguments[0]);
    const Operator* power =
        exponentials ? producer(graph, *exponentials, OperatorKind::kMap) : nullptr;
    const auto of = power != nullptr ? exponentials_of(*power) : std::nullopt;
    const bool same_type =
        exponentials && (graph.tensor(*exponentials).type == graph.tensor(weights).type ||
                         is_used_by_only(graph, *exponentials, {*sum, weights}));
    if (of && power->map.steps.size() == 2 && fold->inputs[0] == *exponentials && same_type) {
      found = Softmax{*exponentials, *sum, weights, *of};
    }
  }
  return found && is_to_the_largest(graph, found->of) ? found : std::nullopt;
}

/// `product`, of which something else is the left factor, divided by a column before all else is done with it.
std::optional<Operator> divided(const Operator& product, TensorId left, TensorId column) {
  const std::size_t others = product.map_inputs().size();
  if (product.has_bias || others + 2 > kMaxMapOperands) {
    return std::nullopt;
  }
  Operator oper = product;
  oper.inputs[0] = left;
  const Expression own = product.relu ? apply("relu") : product.map;
  oper.map = apply("div");
  if (!own.empty()) {
    std::vector<std::size_t> places = {0};
    for (std::size_t i = 0; i < others; ++i) {
      places.push_back(i + 2);
    }
    const std::array<std::size_t, 2> inner = {0, 1};
    oper.map = compose(own, 0, apply("div"), places, inner);
  }
  if (oper.map.steps.size() > kMaxExpressionSteps) {
    return std::nullopt;
  }
  oper.relu = false;
  oper.inputs.insert(oper.inputs.begin() + 2, column);
  return oper;
}

class Rewriter {
 public:
  explicit Rewriter(const Graph& graph)
      : graph_(graph), rewritten_(graph.name()), ids_(graph.tensors().size()), of_(ids_.size()) {}

  /// Nothing if there is nothing to do.
  std::optional<Graph> run() {
    find();
    if (found_.empty()) {
      return std::nullopt;
    }
    for (TensorId id = 0; id < ids_.size(); ++id) {
      const Tensor& tensor = graph_.tensor(id);
      if (!tensor.producer) {
        ids_[id] = copy_source(rewritten_, tensor);
      } else {
        rewrite(graph_.operators()[*tensor.producer]);
      }
    }
    rewritten_.verify();
    return std::move(rewritten_);
  }

 private:
  void find() {
    for (const Operator& oper : graph_.operators()) {
      if (!oper.is_product() || oper.transposed[0] ||
          !is_used_by_only(graph_, oper.inputs[0], {oper.output}) ||
          oper.inputs[1] == oper.inputs[0]) {
        continue;
      }
      const std::optional<Softmax> softmax = softmax_of(graph_, oper.inputs[0]);
      if (softmax && !is_integer(graph_.tensor(oper.inputs[0]).type) &&
          divided(oper, softmax->exponentials, softmax->sum)) {
        found_.push_back(*softmax);
        for (const TensorId id : {softmax->exponentials, softmax->sum, softmax->weights}) {
          of_[id] = found_.size();
        }
      }
    }
  }

  /// The softmax of which a tensor is that part.
  const Softmax* find(TensorId Softmax::*part, TensorId id) const {
    if (of_[id] == 0) {
      return nullptr;
    }
    const Softmax& softmax = found_[of_[id] - 1];
    return softmax.*part == id ? &softmax : nullptr;
  }

  void rewrite(const Operator& oper) {
    if (find(&Softmax::weights, oper.output) != nullptr) {
      return;  // the exponentials take their place
    }
    if (const Softmax* softmax = find(&Softmax::sum, oper.output);
        softmax != nullptr && softmax->in_three()) {
      add(exponentials(*softmax), softmax->weights);
      Operator sum = oper;
      sum.inputs = {softmax->weights};
      sum.map = apply("identity");
      add(std::move(sum), oper.output);
      return;
    }
    if (const Softmax* softmax = find(&Softmax::exponentials, oper.output)) {
      Operator power = oper;
      power.type = graph_.tensor(softmax->weights).type;
      add(std::move(power), oper.output);
      return;
    }
    if (oper.is_product()) {
      if (const Softmax* softmax = find(&Softmax::weights, oper.inputs[0])) {
        add(*divided(oper, softmax->exponentials, softmax->sum), oper.output);
        return;
      }
    }
    add(oper, oper.output);
  }

  Operator exponentials(const Softmax& softmax) const {
    Operator power{OperatorKind::kMap, {softmax.of.scores, softmax.of.largest}};
    power.map = exponential_of_difference();
    power.type = graph_.tensor(softmax.weights).type;
    return power;
  }

  void add(Operator oper, TensorId old) {
    for (TensorId& input : oper.inputs) {
      input = ids_[input];
    }
    const Tensor& result = graph_.tensor(old);
    ids_[old] = rewritten_.add(result.name, std::move(oper));
    if (result.role == TensorRole::kOutput) {
      rewritten_.mark_output(ids_[old]);
    }
  }

  const Graph& graph_;
  Graph rewritten_;
  std::vector<TensorId> ids_;  // old → new
  std::vector<Softmax> found_;
  std::vector<std::size_t> of_;  // by tensor, from 1: what it is a part of; 0: nothing
};

}  // namespace

Graph with_late_normalization(const Graph& graph) {
  std::optional<Graph> rewritten = Rewriter(graph).run();
  if (!rewritten) {
    return graph;
  }
  return std::move(*rewritten);
}

}  // namespace tilewave
