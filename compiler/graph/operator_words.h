// How the text form of a graph spells operators: "matmul+bias+relu", "gelu", "add+relu".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

struct OperatorWord {
  OperatorKind kind = OperatorKind::kMatMul;
  bool bias = false;                    ///< matmul
  bool relu = false;                    ///< matmul
  MatrixAxis axis = MatrixAxis::kRows;  ///< concat
  Reduction reduction = {};             ///< reduce
  /// Of a map: the first of the operands, each other of the one before. None: the expression stands
  /// behind a '|', as it may for a matmul.
  std::vector<FunctionId> functions = {};
};

/// None if no operator is called `text`.
std::optional<OperatorWord> find_operator_word(std::string_view text);

/// "unknown operator 'rleu'; expected matmul, ...; did you mean 'relu'?"
std::string unknown_operator_message(std::string_view text);

/// The word of an operator, its operands and, where the word does not say it all, its expression:
/// "add+relu a b", "leakyrelu x alpha=0.1", "map a b | sub 1 x0; mul t0 x1". The parser takes it.
std::string operator_text(const Graph& graph, const Operator& oper);

/// What an operator is called in messages: its word, or that of the only function of a map.
std::string operator_name(const Operator& oper);

}  // namespace tilewave
