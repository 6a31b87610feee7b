// What a softmax is made of, for those who look for one.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "compiler/graph/graph.h"

namespace tilewave {

bool is_step(const ExpressionStep& step, std::string_view function);

/// The operator that computes a tensor, if one does and it is of that kind.
const Operator* producer(const Graph& graph, TensorId id, OperatorKind kind);

/// Whether all users of a computed tensor are among those of these results, and nobody else wants it.
bool is_used_by_only(const Graph& graph, TensorId id, std::initializer_list<TensorId> results);

/// Whether an operator folds its rows so, and whether what it folds is a tensor itself.
bool folds_columns(const Operator& oper, Fold fold);
bool folds_itself(const Operator& oper);

/// Of an argument that is an operand: which tensor.
std::optional<TensorId> operand(const Operator& oper, const Argument& argument);

/// What exp(s - m) is of, where an expression begins with that.
struct Difference {
  TensorId scores = 0;
  TensorId largest = 0;

  bool operator==(const Difference&) const = default;
};
std::optional<Difference> exponentials_of(const Operator& oper);

/// Whether no exponential of the difference is above 1.
bool is_to_the_largest(const Graph& graph, const Difference& of);

/// exp(x0 - x1)
Expression exponential_of_difference();

}  // namespace tilewave
