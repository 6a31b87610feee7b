#include "compiler/graph/operator_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"

namespace tilewave {
namespace {

constexpr std::array kWords = {
    OperatorWord{"matmul", OperatorKind::kMatMul, 2, false},
    OperatorWord{"matmul+relu", OperatorKind::kMatMul, 2, true},
    OperatorWord{"matmul+bias", OperatorKind::kMatMul, 3, false},
    OperatorWord{"matmul+bias+relu", OperatorKind::kMatMul, 3, true},
    OperatorWord{"add", OperatorKind::kAdd, 2, false},
    OperatorWord{"add+relu", OperatorKind::kAdd, 2, true},
    OperatorWord{"relu", OperatorKind::kRelu, 1, false},
    OperatorWord{"copy", OperatorKind::kCopy, 1, false},
};

}  // namespace

const OperatorWord* find_operator_word(std::string_view text) {
  const auto* found = std::ranges::find(kWords, text, &OperatorWord::text);
  return found == kWords.end() ? nullptr : found;
}

std::string unknown_operator_message(std::string_view text) {
  std::string message = "unknown operator " + in_quotes(text) + "; expected ";
  std::vector<std::string> known;
  for (const OperatorWord& word : kWords) {
    known.emplace_back(word.text);
    const char* joint = &word == &kWords.front() ? "" : &word == &kWords.back() ? " or " : ", ";
    message += joint + known.back();
  }
  return message + did_you_mean(text, known);
}

std::string_view operator_word(const Operator& oper) {
  for (const OperatorWord& word : kWords) {
    if (word.kind == oper.kind && word.operands == oper.inputs.size() && word.relu == oper.relu) {
      return word.text;
    }
  }
  throw InternalError("no word for an operator");
}

}  // namespace tilewave
