// Stacks of matrices: which tensors they are and which of them meet.
#include "compiler/onnx/products.h"

#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
#include "compiler/onnx/view_matrices.h"
#include "compiler/program/program.h"

namespace tilewave {
namespace {

/// A stack of matrices: batch dimensions, then rows and columns.
struct Stack {
  Value value;
  Dims batch;
  Shape matrix;

  Stack(const Value& operand, const Dims& dims)
      : value(reshaped(operand, dims)),
        batch(dims.begin(), dims.end() - 2),
        matrix{dims[dims.size() - 2], dims[dims.size() - 1]} {}

  std::uint64_t count() const { return element_count(batch); }
  MatrixView view() const { return {count(), matrix}; }
};

/// The factors that a stack is in some view.
std::vector<Factor> factors(GraphBuilder& builder, const Stack& stack, const MatrixView& view) {
  if (const auto* computed = std::get_if<ComputedValue>(&stack.value)) {
    return view_factors(builder, *computed, view);
  }
  std::vector<Factor> made;
  for (const TensorId tensor : value_matrices(builder, stack.value, view)) {
    made.push_back({tensor, false});
  }
  return made;
}

/// The left operand for a shared right one: in as few parts as there can be without putting them together, however many
/// rows they have.
std::vector<Factor> rows(GraphBuilder& builder, const Stack& stack) {
  MatrixView view{1, {stack.count() * stack.matrix.rows, stack.matrix.cols}};
  if (const auto* computed = std::get_if<ComputedValue>(&stack.value)) {
    const std::size_t slices = computed->slices->size();
    const Shape shape = builder.tensor(computed->slices->front()).shape;
    const MatrixView as_computed{slices, shape};
    if (shape.cols == view.matrix.cols && as_computed.elements() == view.elements() &&
        computed->view.is_plain()) {
      view = as_computed;
    } else if (!factor_parts(builder, *computed, view)) {
      view = stack.view();
    }
  }
  return factors(builder, stack, view);
}

/// Which matrix of a stack of batch shape `from` element `index` of the broadcast batch uses.
std::uint64_t batch_element(const Dims& index, const Dims& from) {
  std::uint64_t element = 0;
  const std::size_t shift = index.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    element = element * from[i] + (from[i] == 1 ? 0 : index[shift + i]);
  }
  return element;
}

std::vector<TensorId> multiply(GraphBuilder& builder, const std::string& output, const Stack& a,
                               const Stack& b, const Dims& batch, const ProductOptions& options) {
  std::vector<TensorId> products;
  const auto add = [&](const Factor& left, const Factor& right, std::uint64_t count) {
    const std::string name = builder.slice_name(output, products.size(), count);
    Operator product{.inputs = {left.tensor, right.tensor},
                     .has_bias = options.bias.has_value(),
                     .zeros = options.zeros,
                     .transposed = {left.transposed, right.transposed}};
    if (options.bias) {
      product.inputs.push_back(
          builder.bind(std::get<SourceValue>(*options.bias), {1, b.matrix.cols}));
    }
    products.push_back(builder.graph().add(name, std::move(product)));
  };
  if (b.count() == 1) {
    const std::vector<Factor> left = rows(builder, a);
    const Factor right = factors(builder, b, b.view()).front();
    for (const Factor& factor : left) {
      add(factor, right, left.size());
    }
    return products;
  }
  const std::uint64_t count = element_count(batch);
  if (count > kMaxTensors) {
    throw InputError("a batch of " + std::to_string(count) + " matrices; at most " +
                     std::to_string(kMaxTensors) + " are allowed");
  }
  const std::vector<Factor> left = factors(builder, a, a.view());
  const std::vector<Factor> right = factors(builder, b, b.view());
  for (std::uint64_t i = 0; i < count; ++i) {
    const Dims index = unravel(i, batch);
    add(left[batch_element(index, a.batch)], right[batch_element(index, b.batch)], count);
  }
  return products;
}

/// Vectors as matrices of one row or one column.
struct MatrixDims {
  Dims left;
  Dims right;

  MatrixDims(const Dims& left_dims, const Dims& right_dims) : left(left_dims), right(right_dims) {
    if (left.size() == 1) {
      left.insert(left.begin(), 1);
    }
    if (right.size() == 1) {
      right.push_back(1);
    }
  }
};

Dims batch_of(const Dims& matrices) { return {matrices.begin(), matrices.end() - 2}; }

}  // namespace

Dims product_dims(const Dims& left, const Dims& right) {
  const std::string shapes = "shapes " + to_string(left) + " and " + to_string(right);
  if (left.empty() || right.empty()) {
    throw InputError(shapes + ": a scalar has no product with a matrix");
  }
  const MatrixDims matrices(left, right);
  const std::uint64_t inner = matrices.right[matrices.right.size() - 2];
  if (matrices.left.back() != inner) {
    throw InputError(shapes + ": the inner dimensions " + std::to_string(matrices.left.back()) +
                     " and " + std::to_string(inner) + " differ");
  }
  Dims dims = broadcast(batch_of(matrices.left), batch_of(matrices.right));
  if (left.size() > 1) {
    dims.push_back(left[left.size() - 2]);
  }
  if (right.size() > 1) {
    dims.push_back(right.back());
  }
  return checked_result(std::move(dims));
}

Value multiply_values(GraphBuilder& builder, const std::string& output, const Value& a,
                      const Value& b, const ProductOptions& options) {
  Dims dims = product_dims(dims_of(a), dims_of(b));
  const MatrixDims matrices(dims_of(a), dims_of(b));
  const Stack a_stack(a, matrices.left);
  const Stack b_stack(b, matrices.right);
  const Dims batch = broadcast(a_stack.batch, b_stack.batch);
  return computed_value(std::move(dims),
                        multiply(builder, output, a_stack, b_stack, batch, options));
}

}  // namespace tilewave
