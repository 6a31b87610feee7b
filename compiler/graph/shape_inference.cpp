// A rule for each kind of operator; maps broadcast as NumPy does it.
#include "compiler/graph/shape_inference.h"

#include <algorithm>
#include <array>
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
  const auto factor = [&](std::size_t i) {
    return oper.transposed[i] ? operands[i].transposed() : operands[i];
  };
  const Shape a = factor(0);
  const Shape b = factor(1);
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

/// Of what the expression is of.
InferredShape infer_reduce(const Operator& oper, const std::vector<Shape>& operands) {
  InferredShape inferred = broadcast(operands);
  (oper.reduction.over == FoldAxis::kColumns ? inferred.shape.cols : inferred.shape.rows) = 1;
  return inferred;
}

InferredShape infer_slice(const Operator& oper, const Shape& x) {
  const ElementRange& range = oper.range;
  const bool exists = range.row < range.row_end && range.row_end <= x.rows &&
                      range.col < range.col_end && range.col_end <= x.cols;
  return {{range.rows(), range.cols()},
          exists ? ""
                 : "no elements " + to_string(range) + "; allowed: within " +
                       to_string(ElementRange{0, x.rows, 0, x.cols})};
}

InferredShape infer_concat(const Operator& oper, const std::vector<Shape>& parts) {
  const bool rows = oper.axis == MatrixAxis::kRows;
  std::uint64_t sum = 0;
  for (const Shape& part : parts) {
    if (rows ? part.cols != parts[0].cols : part.rows != parts[0].rows) {
      return {{},
              list_of(std::array{parts[0], part}) + " have not as many " +
                  to_string(rows ? MatrixAxis::kColumns : MatrixAxis::kRows)};
    }
    sum += rows ? part.rows : part.cols;  // of at most 2^31 extents below 2^31
  }
  return {rows ? Shape{sum, parts[0].cols} : Shape{parts[0].rows, sum}, ""};
}

/// Why an operator of so many operands is none; empty if it is one.
std::string operand_problem(const Operator& oper) {
  const bool plain = !oper.has_map() && !oper.relu && !oper.has_bias;
  const auto map = [&]() -> std::string {
    if (oper.inputs.empty()) {
      return std::string("a ") + to_string(oper.kind) + " reads at least one tensor";
    }
    return oper.relu || oper.has_bias ? std::string("a bias or a ReLU of a ") + to_string(oper.kind)
                                      : expression_problem(oper.map, oper.inputs.size());
  };
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
      map, map,
      [&]() -> std::string {
        return oper.inputs.size() == 1 && plain ? "" : "a copy takes one operand";
      },
      [&]() -> std::string {
        return oper.inputs.size() == 1 && plain ? "" : "a slice takes one operand";
      },
      [&]() -> std::string {
        return oper.inputs.size() >= 2 && plain ? "" : "a concat takes two operands or more";
      });
}

}  // namespace

InferredShape infer_shape(const Operator& oper, const std::vector<Shape>& operands) {
  if (std::string problem = operand_problem(oper); !problem.empty()) {
    return {{}, std::move(problem)};
  }
  return by_kind(
      oper.kind, [&] { return infer_matmul(oper, operands); }, [&] { return broadcast(operands); },
      [&] { return infer_reduce(oper, operands); },
      [&] {
        return InferredShape{operands[0], ""};
      },
      [&] { return infer_slice(oper, operands[0]); }, [&] { return infer_concat(oper, operands); });
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

/// What only moves elements has their type.
InferredType infer_moved_type(const Operator& oper, const std::vector<ElementType>& operands) {
  if (oper.type.value_or(operands[0]) != operands[0]) {
    return {{}, std::string("a ") + to_string(oper.kind) + " has the type of its operand"};
  }
  const auto other =
      std::ranges::find_if(operands, [&](ElementType type) { return type != operands[0]; });
  if (other != operands.end()) {
    return {{},
            "parts of " + std::string(to_string(operands[0])) + " and " +
                std::string(to_string(*other))};
  }
  return {operands[0], ""};
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
        return oper.type.value_or(ElementType::kF32) == ElementType::kF32
                   ? InferredType{ElementType::kF32, integers_problem(oper.map, operands)}
                   : InferredType{{}, "a reduce gives f32; a map of it may be of another type"};
      },
      [&] { return infer_moved_type(oper, operands); },
      [&] { return infer_moved_type(oper, operands); },
      [&] { return infer_moved_type(oper, operands); });
}

}  // namespace tilewave
