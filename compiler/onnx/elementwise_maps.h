// Elementwise expressions of the model's values, broadcast as NumPy does it, as maps of the graph.
// What depends on inputs and constants alone is kept back until somebody says as which matrices he
// needs it, and then made so; sources are stretched on the host where no row, column or single
// value will do.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/onnx/exact_integers.h"
#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/matrix_view.h"
#include "compiler/onnx/value.h"
#include "compiler/program/expression.h"

namespace tilewave {

/// The expression of one to four operands under the name `output`. Constants of one element become
/// numbers in the expression; what has constants alone is computed here and now. The result has the type
/// of the operands, which is one; of integers it is what ONNX says, exactly. Throws InputError if there
/// are several types, if integers are not exact, if the shapes do not broadcast, or if a computed operand
/// would have to be stretched in a way that no view of the result as a matrix has.
Value map_values(GraphBuilder& builder, const std::string& output, const Expression& expression,
                 std::vector<Value> operands);
/// Of one function with default parameters.
Value map_values(GraphBuilder& builder, const std::string& output, std::string_view function,
                 std::vector<Value> operands);
/// The same of operands of any types, computed in fp32 and rounded to `type` as the graph does it.
Value map_values_to(GraphBuilder& builder, const std::string& output, ElementType type,
                    const Expression& expression, std::vector<Value> operands);
/// Integers of one type as those of another, of which all bits are kept that it has.
Value integers_to(GraphBuilder& builder, const std::string& output, ElementType type,
                  const Value& integers);

/// NumPy's broadcast_to. Throws InputError if a computed value would have to be stretched.
Value expanded(const Value& value, const Dims& dims);

/// An elementwise result: its expression, its type and, of integers, between what they lie.
struct TypedExpression {
  Expression expression;
  ElementType type = ElementType::kF32;
  Interval range = {};
};

/// Kept-back elementwise results.
class ElementwiseMap {
 public:
  /// The operands are sources and kept-back results that broadcast to `dims`.
  ElementwiseMap(std::string name, Dims dims, TypedExpression expression,
                 std::vector<Value> operands);

  const Dims& dims() const { return dims_; }
  ElementType type() const { return expression_.type; }
  const Interval& range() const { return expression_.range; }
  /// Maps on the longest way from a source to here.
  std::size_t depth() const { return depth_; }

  /// The tensors of the graph with these values in this view; made when first asked for.
  std::vector<TensorId> tensors(GraphBuilder& builder, const MatrixView& view);
  /// The same in the view that there is, or the one that takes the least operands.
  std::vector<TensorId> tensors(GraphBuilder& builder);

  /// The same values, grouped as `grouped` and broadcast to `dims`.
  std::shared_ptr<ElementwiseMap> expanded(const Dims& grouped, const Dims& dims);

 private:
  std::uint64_t operand_elements(const MatrixView& view,
                                 std::vector<const ElementwiseMap*>& seen) const;

  std::string name_;
  Dims dims_;
  TypedExpression expression_;
  std::vector<Value> operands_;
  std::size_t depth_ = 1;
  std::vector<std::pair<MatrixView, std::vector<TensorId>>> made_;
  std::map<std::pair<Dims, Dims>, std::shared_ptr<ElementwiseMap>> expanded_;
};

}  // namespace tilewave
