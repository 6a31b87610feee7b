// How the text form of a graph spells operators: "matmul+bias+relu".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/graph/graph.h"

namespace tilewave {

struct OperatorWord {
  std::string_view text;
  OperatorKind kind;
  std::size_t operands;
  bool relu;
};

/// Null if no operator is called `text`.
const OperatorWord* find_operator_word(std::string_view text);

/// "unknown operator 'rleu'; expected matmul, ...; did you mean 'relu'?"
std::string unknown_operator_message(std::string_view text);

/// The word that find_operator_word() takes for `oper`.
std::string_view operator_word(const Operator& oper);

}  // namespace tilewave
