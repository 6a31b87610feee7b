// Vector kernels: text, check, and what is read of an operand.
#include "compiler/program/vector_kernel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <optional>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"

namespace tilewave {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::array<std::string_view, kOperandFormCount> kForms = {"tile", "row", "column",
                                                                    "first_column", "value"};
constexpr std::array<std::string_view, kFoldAxisCount> kAxes = {"columns", "rows"};

OperandForm parse_form(std::string_view word, std::size_t operand) {
  const auto* const found = std::find(kForms.begin(), kForms.end(), word);
  if (found == kForms.end()) {
    const std::vector<std::string> allowed(kForms.begin(), kForms.end());
    throw InputError("unknown form " + in_quotes(word) + " of operand x" + std::to_string(operand) +
                     "; allowed: " + joined(allowed) + did_you_mean(word, allowed));
  }
  return static_cast<OperandForm>(found - kForms.begin());
}

/// "tile", "row:i32"
KernelOperand parse_operand(std::string_view word, std::size_t operand) {
  const std::size_t colon = word.find(':');
  KernelOperand parsed{parse_form(word.substr(0, colon), operand)};
  if (colon != std::string_view::npos) {
    parsed.type = read_element_type(word.substr(colon + 1), "operand x" + std::to_string(operand));
  }
  return parsed;
}

/// From the front of `text`; empty at its end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

/// Empty if there is such a one.
std::string reduction_problem(const Reduction& reduction, ElementType result) {
  const auto unknown = [](const char* what, std::size_t index, std::size_t count) {
    return std::string("a reduction by ") + what + " " + std::to_string(index) +
           "; allowed: 0 to " + std::to_string(count - 1);
  };
  if (static_cast<std::size_t>(reduction.fold) >= kFoldCount) {
    return unknown("fold", static_cast<std::size_t>(reduction.fold), kFoldCount);
  }
  if (static_cast<std::size_t>(reduction.over) >= kFoldAxisCount) {
    return unknown("axis", static_cast<std::size_t>(reduction.over), kFoldAxisCount);
  }
  if (result != ElementType::kF32) {
    return "a reduction whose result is of " + std::string(to_string(result)) + "; allowed: f32";
  }
  return "";
}

/// "of columns", behind the fold's word
FoldAxis parse_axis(std::string_view& text, std::string_view fold) {
  const std::string_view of = take_word(text);
  const std::string_view word = take_word(text);
  const auto* const found = std::find(kAxes.begin(), kAxes.end(), word);
  if (of != "of" || found == kAxes.end()) {
    throw InputError("expected 'of columns' or 'of rows' behind " + in_quotes(fold) + ", found " +
                     in_quotes(std::string(of) + (word.empty() ? "" : " ") + std::string(word)));
  }
  return static_cast<FoldAxis>(found - kAxes.begin());
}

/// "i8", "sum of columns", behind the arrow
void parse_result(std::string_view text, VectorKernel& kernel) {
  const std::string_view word = take_word(text);
  if (const std::optional<Fold> fold = find_fold(word)) {
    kernel.reduction = Reduction{*fold, parse_axis(text, word)};
  } else if (const std::optional<ElementType> type = parse_element_type(word)) {
    kernel.result = *type;
  } else {
    std::vector<std::string> allowed(kElementTypeNames.begin(), kElementTypeNames.end());
    std::ranges::transform(folds(), std::back_inserter(allowed),
                           [](const FoldInfo& info) { return std::string(info.word); });
    throw InputError("unknown type or fold " + in_quotes(word) +
                     " of the result; allowed: " + joined(allowed) + did_you_mean(word, allowed));
  }
  if (const std::string_view rest = take_word(text); !rest.empty()) {
    throw InputError(std::string("expected '|' behind the result's ") +
                     (kernel.reduction ? "fold" : "type") + ", found " + in_quotes(rest));
  }
}

}  // namespace

std::string_view to_string(OperandForm form) {
  const auto index = static_cast<std::size_t>(form);
  if (index >= kForms.size()) {
    throw InternalError("no such operand form: " + std::to_string(index));
  }
  return kForms[index];
}

std::string_view to_string(FoldAxis axis) {
  const auto index = static_cast<std::size_t>(axis);
  if (index >= kAxes.size()) {
    throw InternalError("no such axis of a fold: " + std::to_string(index));
  }
  return kAxes[index];
}

std::string kernel_problem(const VectorKernel& kernel) {
  const std::size_t operands = kernel.operands.size();
  if (operands == 0 || operands > kMaxMapOperands) {
    return "a vector kernel of " + std::to_string(operands) + " operands; allowed: 1 to " +
           std::to_string(kMaxMapOperands);
  }
  for (std::size_t i = 0; i < operands; ++i) {
    if (static_cast<std::size_t>(kernel.operands[i].form) >= kOperandFormCount) {
      return "operand x" + std::to_string(i) + " has form " +
             std::to_string(static_cast<unsigned>(kernel.operands[i].form)) + "; allowed: 0 to " +
             std::to_string(kOperandFormCount - 1);
    }
  }
  if (std::string problem = expression_problem(kernel.expression, operands); !problem.empty()) {
    return problem;
  }
  if (kernel.reduction) {
    if (std::string problem = reduction_problem(*kernel.reduction, kernel.result);
        !problem.empty()) {
      return problem;
    }
  }
  std::vector<ElementType> types;
  std::ranges::transform(kernel.operands, std::back_inserter(types), &KernelOperand::type);
  return integers_problem(kernel.expression, types);
}

std::string to_text(const VectorKernel& kernel) {
  std::string text;
  for (const KernelOperand& operand : kernel.operands) {
    text += to_string(operand.form);
    if (operand.type != ElementType::kF32) {
      text += ':';
      text += to_string(operand.type);
    }
    text += ' ';
  }
  if (kernel.result != ElementType::kF32) {
    text += "-> ";
    text += to_string(kernel.result);
    text += ' ';
  }
  if (kernel.reduction) {
    text += "-> ";
    text += fold_info(kernel.reduction->fold).word;
    text += " of ";
    text += to_string(kernel.reduction->over);
    text += ' ';
  }
  return text + "| " + to_text(kernel.expression);
}

VectorKernel parse_vector_kernel(std::string_view text) {
  const std::size_t bar = text.find('|');
  if (bar == std::string_view::npos) {
    throw InputError(
        "a vector kernel is the forms of its operands, '|' and an expression, such as "
        "'tile row | add x0 x1', not " +
        in_quotes(text));
  }
  VectorKernel kernel;
  std::string_view forms = text.substr(0, bar);
  for (std::string_view word = take_word(forms); !word.empty(); word = take_word(forms)) {
    if (word == "->") {
      parse_result(forms, kernel);
      break;
    }
    if (kernel.operands.size() == kMaxMapOperands) {
      throw InputError("a vector kernel of more than " + std::to_string(kMaxMapOperands) +
                       " operands; allowed: 1 to " + std::to_string(kMaxMapOperands));
    }
    kernel.operands.push_back(parse_operand(word, kernel.operands.size()));
  }
  kernel.expression = parse_expression(text.substr(bar + 1));
  const std::string problem = kernel_problem(kernel);
  if (!problem.empty()) {
    throw InputError(problem);
  }
  return kernel;
}

TileExtent work_tile(const VectorKernel& kernel, const TileExtent& result, std::uint32_t depth) {
  if (!kernel.reduction) {
    return result;
  }
  switch (kernel.reduction->over) {
    case FoldAxis::kColumns: return {result.rows, depth, result.type};
    case FoldAxis::kRows: return {depth, result.cols, result.type};
  }
  throw InternalError("no such axis of a fold");
}

TileExtent operand_extent(const KernelOperand& operand, const TileExtent& result) {
  switch (operand.form) {
    case OperandForm::kTile:
    case OperandForm::kFirstColumn: return result.of(operand.type);
    case OperandForm::kRow: return {1, result.cols, operand.type};
    case OperandForm::kColumn: return {result.rows, 1, operand.type};
    case OperandForm::kValue: return {1, 1, operand.type};
  }
  throw InternalError("no such operand form: " +
                      std::to_string(static_cast<unsigned>(operand.form)));
}

bool operand_fits(const KernelOperand& operand, const TileExtent& tile, const TileExtent& result) {
  switch (operand.form) {
    case OperandForm::kTile:
    case OperandForm::kColumn:
    case OperandForm::kFirstColumn: return tile == operand_extent(operand, result);
    case OperandForm::kRow: return tile.cols == result.cols && tile.type == operand.type;
    case OperandForm::kValue: return tile.type == operand.type;
  }
  throw InternalError("no such form of an operand");
}

std::string operand_requirement(const KernelOperand& operand, const TileExtent& result) {
  const std::string of =
      operand.type == ElementType::kF32 ? "" : " of " + std::string(to_string(operand.type));
  switch (operand.form) {
    case OperandForm::kTile:
    case OperandForm::kColumn:
    case OperandForm::kFirstColumn: return to_string(operand_extent(operand, result));
    case OperandForm::kRow: return std::to_string(result.cols) + " columns" + of;
    case OperandForm::kValue: return "any tile" + of;
  }
  throw InternalError("no such form of an operand");
}

std::uint64_t passes(const VectorKernel& kernel,
                     const std::array<std::uint32_t, kCostClassCount>& cost) {
  std::uint64_t sum = 0;
  for (const ExpressionStep& step : kernel.expression.steps) {
    sum += cost[static_cast<std::size_t>(function_info(step.function).cost)];
  }
  if (kernel.reduction) {
    sum += cost[static_cast<std::size_t>(CostClass::kSimple)];
  }
  return std::max<std::uint64_t>(1, sum);
}

std::uint64_t fold_cycles(const VectorKernel& kernel, std::uint64_t rows, std::uint64_t lanes) {
  if (!kernel.reduction || kernel.reduction->over != FoldAxis::kColumns) {
    return 0;
  }
  return ceil_div(rows, lanes) * static_cast<std::uint64_t>(std::bit_width(lanes - 1));
}

std::uint64_t elements_per_lane(const VectorKernel& kernel) {
  std::uint64_t widest = element_bytes(kernel.result);
  for (const KernelOperand& operand : kernel.operands) {
    widest = std::max(widest, element_bytes(operand.type));
  }
  return kMaxElementBytes / widest;
}

}  // namespace tilewave
