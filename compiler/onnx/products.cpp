// Stacks of matrices: which tensors they are and which of them meet.
#include "compiler/onnx/products.h"

#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/elementwise_maps.h"
#include "compiler/onnx/operators.h"
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
  const SourceValue* source() const { return std::get_if<SourceValue>(&value); }
  const std::vector<TensorId>& slices() const { return *std::get<ComputedValue>(value).slices; }
};

/// The tensors of a stack that has been computed, each of which has to have the wanted shape.
std::vector<TensorId> computed_matrices(GraphBuilder& builder, const Stack& stack, Shape wanted,
                                        std::uint64_t count) {
  if (const auto* mapped = std::get_if<MappedValue>(&stack.value)) {
    return mapped->map->tensors(builder, {count, wanted});
  }
  const std::vector<TensorId>& slices = stack.slices();
  const Shape shape = builder.tensor(slices.front()).shape;
  if (shape != wanted || slices.size() != count) {
    throw InputError("an operand is needed as " + std::to_string(count) + " times " +
                     to_string(wanted) + ", but is computed as " + std::to_string(slices.size()) +
                     " times " + to_string(shape) + ": a computed value cannot be rearranged");
  }
  return slices;
}

/// The tensor of each matrix of a stack.
std::vector<TensorId> matrices(GraphBuilder& builder, const Stack& stack) {
  if (const SourceValue* source = stack.source()) {
    return builder.bind_slices(*source, stack.count(), stack.matrix);
  }
  return computed_matrices(builder, stack, stack.matrix, stack.count());
}

/// The left operand for a shared right one: all rows of a source in one tensor, or the slices of
/// what was computed, however many rows they have.
std::vector<TensorId> rows(GraphBuilder& builder, const Stack& stack) {
  const std::uint64_t all_rows = stack.count() * stack.matrix.rows;
  if (const SourceValue* source = stack.source()) {
    return {builder.bind(*source, {all_rows, stack.matrix.cols})};
  }
  const auto* computed = std::get_if<ComputedValue>(&stack.value);
  const std::size_t count = computed != nullptr ? computed->slices->size() : 1;
  return computed_matrices(builder, stack, {all_rows / count, stack.matrix.cols}, count);
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
  const auto add = [&](TensorId left, TensorId right, std::uint64_t count) {
    const std::string name = builder.slice_name(output, products.size(), count);
    Operator product{
        .inputs = {left, right}, .has_bias = options.bias.has_value(), .zeros = options.zeros};
    if (options.bias) {
      product.inputs.push_back(
          builder.bind(std::get<SourceValue>(*options.bias), {1, b.matrix.cols}));
    }
    products.push_back(builder.graph().add(name, std::move(product)));
  };
  if (b.count() == 1) {
    const std::vector<TensorId> left = rows(builder, a);
    const TensorId right = matrices(builder, b).front();
    for (const TensorId tensor : left) {
      add(tensor, right, left.size());
    }
    return products;
  }
  const std::uint64_t count = element_count(batch);
  if (count > kMaxTensors) {
    throw InputError("a batch of " + std::to_string(count) + " matrices; at most " +
                     std::to_string(kMaxTensors) + " are allowed");
  }
  const std::vector<TensorId> left = matrices(builder, a);
  const std::vector<TensorId> right = matrices(builder, b);
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
  return ComputedValue{std::move(dims), std::make_shared<const std::vector<TensorId>>(multiply(
                                            builder, output, a_stack, b_stack, batch, options))};
}

}  // namespace tilewave
