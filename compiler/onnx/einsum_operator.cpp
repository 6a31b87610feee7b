// Einsum of one or two operands: sums over what the result does not have, and a product of matrices in a batch.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/folds_of_values.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/typed_values.h"

namespace tilewave {
namespace {

/// A letter for each dimension.
struct Operand {
  Value value;
  std::string labels;

  std::uint64_t extent(char label) const { return dims_of(value)[labels.find(label)]; }
  bool has(char label) const { return labels.find(label) != std::string::npos; }
};

struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

bool is_label(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// "ij,jk->ik"; without an arrow the result has what is there once, in the order of letters.
Equation parse(const std::string& text) {
  constexpr std::size_t kMostBytes = 256;
  std::string packed;
  for (const char c : text) {
    if (c != ' ') {
      packed += c;
    }
  }
  const std::size_t arrow = packed.find("->");
  const std::string left = packed.substr(0, arrow);
  Equation equation{{""}, ""};
  bool legal = packed.size() <= kMostBytes;
  for (const char c : left) {
    if (c == ',') {
      equation.operands.emplace_back();
    } else {
      legal = legal && is_label(c);
      equation.operands.back() += c;
    }
  }
  if (arrow != std::string::npos) {
    equation.result = packed.substr(arrow + 2);
    legal = legal && std::ranges::all_of(equation.result, is_label);
  } else {
    for (const char c : std::set<char>(left.begin(), left.end())) {
      if (is_label(c) && std::ranges::count(left, c) == 1) {
        equation.result += c;
      }
    }
  }
  std::vector<std::string> lists = equation.operands;
  lists.push_back(equation.result);
  for (const std::string& labels : lists) {
    legal = legal && std::set<char>(labels.begin(), labels.end()).size() == labels.size();
  }
  if (!legal || equation.operands.size() > 2) {
    throw InputError(
        "its equation is not supported; supported are one or two lists of letters, with each "
        "letter once, and "
        "a result of such, as in \"bij,bjk->bik\"");
  }
  for (const char label : equation.result) {
    if (left.find(label) == std::string::npos) {
      throw InputError(std::string("its equation has the letter ") + label +
                       " in the result alone");
    }
  }
  return equation;
}

/// Sums over what neither the result nor the other operand has.
void sum_out(Node& node, Operand& operand, const std::string& kept, std::size_t index) {
  std::vector<std::size_t> summed;
  std::string labels;
  Dims dims;
  for (std::size_t i = 0; i < operand.labels.size(); ++i) {
    if (kept.find(operand.labels[i]) == std::string::npos) {
      summed.push_back(i);
    } else {
      labels += operand.labels[i];
      dims.push_back(dims_of(operand.value)[i]);
    }
  }
  if (!summed.empty()) {
    GraphBuilder& builder = node.builder();
    const ElementType type = float_type(builder, operand.value);
    const std::string name = node.output() + ".sum" + std::to_string(index);
    Value sum = fold_values(builder, name, Fold::kSum, apply("identity"), {operand.value}, summed);
    if (type != ElementType::kF32) {
      sum = map_values_to(builder, name + ".rounded", type, apply("identity"), {sum});
    }
    operand = {reshaped(sum, dims), labels};
  }
}

/// With its dimensions in the order of `labels`.
Value ordered(GraphBuilder& builder, const Operand& operand, const std::string& labels) {
  std::vector<std::size_t> permutation;
  for (const char label : labels) {
    permutation.push_back(operand.labels.find(label));
  }
  return labels == operand.labels ? operand.value : transposed(builder, operand.value, permutation);
}

Dims extents(const Operand& operand, const std::string& labels) {
  Dims dims;
  for (const char label : labels) {
    dims.push_back(operand.extent(label));
  }
  return dims;
}

/// Batch dimensions first, then rows and columns.
Value as_matrices(GraphBuilder& builder, const Operand& operand, const std::string& batch,
                  const std::string& rows, const std::string& cols) {
  Dims dims = extents(operand, batch);
  dims.push_back(element_count(extents(operand, rows)));
  dims.push_back(element_count(extents(operand, cols)));
  return reshaped(ordered(builder, operand, batch + rows + cols), checked_result(dims));
}

Operand product(Node& node, const Operand& a, const Operand& b, const std::string& result) {
  std::string batch;
  std::string rows;
  std::string cols;
  std::string inner;
  for (const char label : result) {
    (a.has(label) && b.has(label) ? batch : a.has(label) ? rows : cols) += label;
  }
  for (const char label : a.labels) {
    if (b.has(label)) {
      inner += result.find(label) == std::string::npos ? std::string(1, label) : "";
      if (a.extent(label) != b.extent(label)) {
        throw InputError(std::string("the letter ") + label + " is " +
                         std::to_string(a.extent(label)) + " and " +
                         std::to_string(b.extent(label)) + "; they have to be equal");
      }
    }
  }
  GraphBuilder& builder = node.builder();
  const Value matrices =
      multiply_floats(builder, node.output(), as_matrices(builder, a, batch, rows, inner),
                      as_matrices(builder, b, batch, inner, cols));
  Dims dims = extents(a, batch + rows);
  const Dims last = extents(b, cols);
  dims.insert(dims.end(), last.begin(), last.end());
  return {reshaped(matrices, checked_result(dims)), batch + rows + cols};
}

}  // namespace

Value import_einsum(Node& node) {
  const Equation equation = parse(node.word("equation", ""));
  if (equation.operands.size() != node.input_count()) {
    throw InputError("its equation has " + std::to_string(equation.operands.size()) +
                     " operands, the node " + std::to_string(node.input_count()));
  }
  std::vector<Operand> operands;
  for (std::size_t i = 0; i < equation.operands.size(); ++i) {
    operands.push_back({node.input(i), equation.operands[i]});
    if (dims_of(operands[i].value).size() != operands[i].labels.size()) {
      throw InputError("operand " + std::to_string(i) + " has the shape " +
                       to_string(dims_of(operands[i].value)) + ", but \"" + operands[i].labels +
                       "\" in the equation");
    }
  }
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::string other = operands.size() == 2 ? operands[1 - i].labels : "";
    sum_out(node, operands[i], equation.result + other, i);
  }
  const Operand all =
      operands.size() == 2 ? product(node, operands[0], operands[1], equation.result) : operands[0];
  return ordered(node.builder(), all, equation.result);
}

}  // namespace tilewave
