// Questions to single operators.
#include "compiler/graph/softmax_parts.h"

#include <algorithm>

namespace tilewave {

bool is_step(const ExpressionStep& step, std::string_view function) {
  return function_info(step.function).word == function;
}

const Operator* producer(const Graph& graph, TensorId id, OperatorKind kind) {
  const Tensor& tensor = graph.tensor(id);
  if (!tensor.producer || graph.operators()[*tensor.producer].kind != kind) {
    return nullptr;
  }
  return &graph.operators()[*tensor.producer];
}

bool is_used_by_only(const Graph& graph, TensorId id, std::initializer_list<TensorId> results) {
  const Tensor& tensor = graph.tensor(id);
  return tensor.role != TensorRole::kOutput &&
         std::ranges::all_of(tensor.users, [&](OperatorId user) {
           return std::ranges::find(results, graph.operators()[user].output) != results.end();
         });
}

bool folds_columns(const Operator& oper, Fold fold) {
  return oper.kind == OperatorKind::kReduce && oper.reduction.fold == fold &&
         oper.reduction.over == FoldAxis::kColumns;
}

bool folds_itself(const Operator& oper) {
  return oper.inputs.size() == 1 && oper.map.steps.size() == 1 &&
         is_step(oper.map.steps[0], "identity");
}

std::optional<TensorId> operand(const Operator& oper, const Argument& argument) {
  return argument.kind == Argument::Kind::kOperand ? std::optional(oper.inputs[argument.index])
                                                   : std::nullopt;
}

std::optional<Difference> exponentials_of(const Operator& oper) {
  const std::vector<ExpressionStep>& steps = oper.map.steps;
  if (steps.size() < 2 || !is_step(steps[0], "sub") || !is_step(steps[1], "exp") ||
      !(steps[1].arguments[0] == Argument::step(0))) {
    return std::nullopt;
  }
  const auto scores = operand(oper, steps[0].arguments[0]);
  const auto largest = operand(oper, steps[0].arguments[1]);
  return scores && largest ? std::optional(Difference{*scores, *largest}) : std::nullopt;
}

bool is_to_the_largest(const Graph& graph, const Difference& of) {
  const Operator* most = producer(graph, of.largest, OperatorKind::kReduce);
  return most != nullptr && folds_columns(*most, Fold::kMax) && folds_itself(*most) &&
         most->inputs[0] == of.scores;
}

Expression exponential_of_difference() {
  return {{make_step("sub", {Argument::operand(0), Argument::operand(1)}),
           make_step("exp", {Argument::step(0)})}};
}

}  // namespace tilewave
