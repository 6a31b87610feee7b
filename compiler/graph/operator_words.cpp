// Words and texts, both ways: maps have the register of functions, all else fixed lists.
#include "compiler/graph/operator_words.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "compiler/base/nearest.h"

namespace tilewave {
namespace {

/// "matmul", and what it may be followed by, in this order.
struct MatMulWord {
  std::string_view text;
  bool bias = false;
  bool relu = false;
};
constexpr std::array kMatMulWords = {MatMulWord{"matmul"}, MatMulWord{"matmul+relu", false, true},
                                     MatMulWord{"matmul+bias", true, false},
                                     MatMulWord{"matmul+bias+relu", true, true}};
constexpr std::string_view kMapWord = "map";
/// Those whose word is all there is to say.
struct PlainWord {
  std::string_view text;
  OperatorKind kind = OperatorKind::kCopy;
  MatrixAxis axis = MatrixAxis::kRows;
};
constexpr std::array kPlainWords = {
    PlainWord{kMapWord, OperatorKind::kMap}, PlainWord{"copy", OperatorKind::kCopy},
    PlainWord{"slice", OperatorKind::kSlice},
    PlainWord{"concat+rows", OperatorKind::kConcat, MatrixAxis::kRows},
    PlainWord{"concat+columns", OperatorKind::kConcat, MatrixAxis::kColumns}};

constexpr std::string_view kReduceWord = "reduce+";

/// "reduce+sum+columns"
std::string reduce_word(const Reduction& reduction) {
  std::string word(kReduceWord);
  word += fold_info(reduction.fold).word;
  word += '+';
  return word += to_string(reduction.over);
}

/// All that there are.
std::vector<Reduction> reductions() {
  std::vector<Reduction> all;
  for (std::size_t fold = 0; fold < kFoldCount; ++fold) {
    for (std::size_t axis = 0; axis < kFoldAxisCount; ++axis) {
      all.push_back({static_cast<Fold>(fold), static_cast<FoldAxis>(axis)});
    }
  }
  return all;
}

/// "add+relu": a function, then others of one argument each.
std::optional<std::vector<FunctionId>> find_chain(std::string_view text) {
  std::vector<FunctionId> chain;
  while (true) {
    const std::size_t plus = text.find('+');
    const std::optional<FunctionId> function = find_function(text.substr(0, plus));
    if (!function || (!chain.empty() && function_info(*function).arity != 1) ||
        chain.size() == kMaxExpressionSteps) {
      return std::nullopt;
    }
    chain.push_back(*function);
    if (plus == std::string_view::npos) {
      return chain;
    }
    text.remove_prefix(plus + 1);
  }
}

bool has_default_parameters(const ExpressionStep& step) {
  const auto parameters = function_info(step.function).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (step.parameters[i] != parameters[i].otherwise) {
      return false;
    }
  }
  return true;
}

/// Whether the first step takes the operands one after another, numbers among them or not, and every
/// other step is a plain function of the one before: then a word says it.
bool is_chain(const Expression& map, std::size_t operands) {
  std::size_t next = 0;
  const ExpressionStep& first = map.steps.front();
  for (const Argument& argument : arguments_of(first)) {
    if (argument.kind == Argument::Kind::kOperand && argument.index != next++) {
      return false;
    }
    if (argument.kind == Argument::Kind::kConstant && !std::isfinite(argument.constant)) {
      return false;  // "nan" and "inf" are names of tensors, too
    }
  }
  for (std::size_t i = 1; i < map.steps.size(); ++i) {
    const ExpressionStep& step = map.steps[i];
    if (function_info(step.function).arity != 1 || step.arguments[0] != Argument::step(i - 1) ||
        !has_default_parameters(step)) {
      return false;
    }
  }
  return next == operands;
}

/// The word and its operands, as to_text() of an expression spells numbers and parameters.
std::string chain_text(const Graph& graph, const Operator& oper) {
  std::string text;
  for (const ExpressionStep& step : oper.map.steps) {
    text += text.empty() ? "" : "+";
    text += function_info(step.function).word;
  }
  const std::string first = to_text(Expression{{oper.map.steps.front()}});
  std::size_t next = 0;
  for (std::size_t at = first.find(' '); at != std::string::npos;) {
    const std::size_t end = first.find(' ', at + 1);
    const std::string word = first.substr(at + 1, end == first.npos ? end : end - at - 1);
    const bool is_operand = word.size() == 2 && word[0] == 'x';
    text += " " + (is_operand ? graph.tensor(oper.inputs[next++]).name : word);
    at = end;
  }
  return text;
}

std::string_view matmul_word(const Operator& oper) {
  return std::ranges::find_if(kMatMulWords,
                              [&](const MatMulWord& word) {
                                return word.bias == oper.has_bias && word.relu == oper.relu;
                              })
      ->text;
}

std::string plain_word(const Operator& oper) {
  return std::string(std::ranges::find_if(kPlainWords, [&](const PlainWord& word) {
                       return word.kind == oper.kind && word.axis == oper.axis;
                     })->text);
}

/// " transposed=b zeros=-3,0 -> i8", as far as it is said.
std::string ending_text(const Operator& oper) {
  std::string text;
  if (oper.transposed != std::array<bool, 2>{}) {
    text += std::string(" transposed=") + (oper.transposed[0] ? "a" : "") +
            (oper.transposed[1] ? "b" : "");
  }
  if (oper.zeros != std::array<std::int16_t, 2>{}) {
    text += " zeros=" + std::to_string(oper.zeros[0]) + "," + std::to_string(oper.zeros[1]);
  }
  if (oper.type) {
    text += " -> ";
    text += to_string(*oper.type);
  }
  return text;
}

}  // namespace

std::optional<OperatorWord> find_operator_word(std::string_view text) {
  const auto* matmul = std::ranges::find(kMatMulWords, text, &MatMulWord::text);
  if (matmul != kMatMulWords.end()) {
    return OperatorWord{.bias = matmul->bias, .relu = matmul->relu};
  }
  const auto* plain = std::ranges::find(kPlainWords, text, &PlainWord::text);
  if (plain != kPlainWords.end()) {
    return OperatorWord{.kind = plain->kind, .axis = plain->axis};
  }
  if (text.starts_with(kReduceWord)) {
    for (const Reduction& reduction : reductions()) {
      if (reduce_word(reduction) == text) {
        return OperatorWord{.kind = OperatorKind::kReduce, .reduction = reduction};
      }
    }
  }
  if (auto chain = find_chain(text)) {
    return OperatorWord{.kind = OperatorKind::kMap, .functions = std::move(*chain)};
  }
  return std::nullopt;
}

std::string unknown_operator_message(std::string_view text) {
  std::vector<std::string> known;
  for (const MatMulWord& word : kMatMulWords) {
    known.emplace_back(word.text);
  }
  for (const PlainWord& word : kPlainWords) {
    known.emplace_back(word.text);
  }
  for (const Reduction& reduction : reductions()) {
    known.push_back(reduce_word(reduction));
  }
  for (const FunctionInfo& function : functions()) {
    known.emplace_back(function.word);
  }
  std::string message = "unknown operator " + in_quotes(text) + "; expected ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    message += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + known[i];
  }
  return message + did_you_mean(text, known);
}

std::string operator_text(const Graph& graph, const Operator& oper) {
  const std::string ending = ending_text(oper);
  const auto with_inputs = [&](std::string text) {
    for (const TensorId input : oper.inputs) {
      text += " " + graph.tensor(input).name;
    }
    text += ending;
    return oper.has_map() ? text + " | " + to_text(oper.map) : text;
  };
  return by_kind(
      oper.kind, [&] { return with_inputs(std::string(matmul_word(oper))); },
      [&] {
        return is_chain(oper.map, oper.inputs.size()) ? chain_text(graph, oper) + ending
                                                      : with_inputs(std::string(kMapWord));
      },
      [&] {
        const std::string word = reduce_word(oper.reduction);
        return oper.map == apply("identity")
                   ? word + " " + graph.tensor(oper.inputs[0]).name + ending
                   : with_inputs(word);
      },
      [&] { return with_inputs(plain_word(oper)); },
      [&] {
        return plain_word(oper) + " " + graph.tensor(oper.inputs[0]).name + " " +
               to_string(oper.range) + ending;
      },
      [&] { return with_inputs(plain_word(oper)); });
}

std::string operator_name(const Operator& oper) {
  return oper.kind == OperatorKind::kMap && oper.map.steps.size() == 1
             ? std::string(function_info(oper.map.steps.front().function).word)
             : to_string(oper.kind);
}

}  // namespace tilewave
