// One rule for each kind of operator; maps broadcast as NumPy does it.
#include "compiler/graph/shape_inference.h"

#include <algorithm>
#include <span>

#include "compiler/base/error.h"

namespace tilewave {

bool is_row_vector_of(const Shape& row, const Shape& whole) {
  return row.rows == 1 && row.cols == whole.cols;
}

namespace {

/// "shapes 2x3, 4x3 and 2x1"
std::string list_of(std::span<const Shape> shapes) {
  std::string text = "shapes ";
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    text += i == 0 ? "" : i + 1 == shapes.size() ? " and " : ", ";
    text += to_string(shapes[i]);
  }
  return text;
}

/// Each extent is that of all operands but those in which it is 1.
InferredShape broadcast(std::span<const Shape> shapes) {
  Shape result{1, 1};
  for (const Shape& shape : shapes) {
    result = {std::max(result.rows, shape.rows), std::max(result.cols, shape.cols)};
  }
  const bool fit = std::ranges::all_of(shapes, [&](const Shape& shape) {
    return (shape.rows == 1 || shape.rows == result.rows) &&
           (shape.cols == 1 || shape.cols == result.cols);
  });
  return {result,
          fit ? "" : list_of(shapes) + " do not broadcast: each extent has to be equal or 1"};
}

InferredShape infer_matmul(const Operator& oper, const std::vector<Shape>& operands) {
  const Shape& a = operands[0];
  const Shape& b = operands[1];
  if (a.cols != b.rows) {
    return {{},
            "inner dimensions " + std::to_string(a.cols) + " and " + std::to_string(b.rows) +
                " differ"};
  }
  const Shape result{a.rows, b.cols};
  if (oper.has_bias && !is_row_vector_of(operands[2], result)) {
    return {{},
            "bias " + to_string(operands[2]) + " is not the row vector 1x" +
                std::to_string(result.cols)};
  }
  std::vector<Shape> mapped = {result};
  mapped.insert(mapped.end(), operands.begin() + static_cast<std::ptrdiff_t>(oper.product_inputs()),
                operands.end());
  const InferredShape whole = broadcast(mapped);
  if (!whole.problem.empty() || whole.shape != result) {
    return {{}, list_of(mapped) + " do not broadcast to that of the product"};
  }
  return {result, ""};
}

/// Why an operator of so many operands is none; empty if it is one.
std::string operand_problem(const Operator& oper) {
  return by_kind(
      oper.kind,
      [&]() -> std::string {
        if (oper.inputs.size() < oper.product_inputs()) {
          return "wrong number of operands";
        }
        const std::size_t others = oper.inputs.size() - oper.product_inputs();
        if (!oper.has_map()) {
          return others == 0 ? "" : "operands without an expression that reads them";
        }
        return oper.relu ? "a ReLU and an expression" : expression_problem(oper.map, others + 1);
      },
      [&]() -> std::string {
        if (oper.inputs.empty()) {
          return "a map reads at least one tensor";
        }
        return oper.relu || oper.has_bias ? "a bias or a ReLU of a map"
                                          : expression_problem(oper.map, oper.inputs.size());
      },
      [&]() -> std::string {
        return oper.inputs.size() == 1 && !oper.has_map() && !oper.relu && !oper.has_bias
                   ? ""
                   : "a copy takes one operand";
      });
}

}  // namespace

InferredShape infer_shape(const Operator& oper, const std::vector<Shape>& operands) {
  if (std::string problem = operand_problem(oper); !problem.empty()) {
    return {{}, std::move(problem)};
  }
  return by_kind(
      oper.kind, [&] { return infer_matmul(oper, operands); }, [&] { return broadcast(operands); },
      [&] {
        return InferredShape{operands[0], ""};
      });
}

std::string type_suffix(ElementType type) {
  return type == ElementType::kF32 ? "" : " " + std::string(to_string(type));
}

namespace {

InferredType infer_matmul_type(const Operator& oper, const std::vector<ElementType>& operands) {
  const std::optional<ElementType> sum = product_type(operands[0], operands[1]);
  if (!sum) {
    return {{},
            "no product of " + std::string(to_string(operands[0])) + " and " +
                std::string(to_string(operands[1])) +
                "; allowed: two of f32, bf16 or f16, or i8 and u8"};
  }
  for (std::size_t i = 0; i < oper.zeros.size(); ++i) {
    if (!is_zero_of(operands[i], oper.zeros[i])) {
      return {{},
              std::to_string(oper.zeros[i]) + " stands for zero in no tensor of " +
                  std::string(to_string(operands[i]))};
    }
  }
  if (oper.has_bias && operands[2] != *sum) {
    return {{},
            "a bias of " + std::string(to_string(operands[2])) + " of a sum of " +
                std::string(to_string(*sum))};
  }
  if (oper.has_map()) {
    std::vector<ElementType> read = {*sum};
    read.insert(read.end(), operands.begin() + static_cast<std::ptrdiff_t>(oper.product_inputs()),
                operands.end());
    return {oper.type.value_or(ElementType::kF32), integers_problem(oper.map, read)};
  }
  if (oper.type.value_or(*sum) != *sum) {
    return {{},
            "a sum of " + std::string(to_string(*sum)) + " becomes " +
                std::string(to_string(*oper.type)) + " by an expression, such as '| identity x0'"};
  }
  return {*sum, ""};
}

}  // namespace

InferredType infer_type(const Operator& oper, const std::vector<ElementType>& operands) {
  return by_kind(
      oper.kind, [&] { return infer_matmul_type(oper, operands); },
      [&] {
        return InferredType{oper.type.value_or(ElementType::kF32),
                            integers_problem(oper.map, operands)};
      },
      [&] {
        return oper.type.value_or(operands[0]) == operands[0]
                   ? InferredType{operands[0], ""}
                   : InferredType{{}, "a copy has the type of its operand"};
      });
}

}  // namespace tilewave
