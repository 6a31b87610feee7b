// MatMul and Gemm. Leading dimensions fold into rows where the right operand is shared; otherwise
// there is one matmul for each element of the batch.
#include <algorithm>
#include <span>

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
                               const Stack& b, const Dims& batch) {
  std::vector<TensorId> products;
  const auto add = [&](TensorId left, TensorId right, std::uint64_t count) {
    const std::string name = builder.slice_name(output, products.size(), count);
    products.push_back(builder.graph().add_matmul(name, left, right));
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

/// NumPy's matmul, under the name `output`.
Value multiply_values(GraphBuilder& builder, const std::string& output, const Value& a,
                      const Value& b) {
  Dims left = dims_of(a);
  Dims right = dims_of(b);
  const std::string shapes = "shapes " + to_string(left) + " and " + to_string(right);
  if (left.empty() || right.empty()) {
    throw InputError(shapes + ": a scalar has no product with a matrix");
  }
  const bool left_is_vector = left.size() == 1;
  const bool right_is_vector = right.size() == 1;
  if (left_is_vector) {
    left.insert(left.begin(), 1);
  }
  if (right_is_vector) {
    right.push_back(1);
  }
  const Stack a_stack(a, left);
  const Stack b_stack(b, right);
  if (a_stack.matrix.cols != b_stack.matrix.rows) {
    throw InputError(shapes + ": the inner dimensions " + std::to_string(a_stack.matrix.cols) +
                     " and " + std::to_string(b_stack.matrix.rows) + " differ");
  }
  const Dims batch = broadcast(a_stack.batch, b_stack.batch);
  Dims dims = batch;
  if (!left_is_vector) {
    dims.push_back(a_stack.matrix.rows);
  }
  if (!right_is_vector) {
    dims.push_back(b_stack.matrix.cols);
  }
  if (const std::string problem = dims_problem(dims); !problem.empty()) {
    throw InputError("its result " + problem);
  }
  return ComputedValue{dims, std::make_shared<const std::vector<TensorId>>(
                                 multiply(builder, output, a_stack, b_stack, batch))};
}

/// Sources are scaled on the host, what is computed by a map called `output`.
Value scaled(GraphBuilder& builder, const std::string& output, const Value& value, float factor) {
  if (factor == 1) {
    return value;
  }
  if (const auto* source = std::get_if<SourceValue>(&value)) {
    return SourceValue{source->source, source->arrangement, source->scale * factor};
  }
  return map_values(builder, output,
                    {{make_step("mul", {Argument::operand(0), Argument::number(factor)})}},
                    {value});
}

/// C of a Gemm: a single value as a row, which the matmul adds on its way.
Value bias_of(const Value& c, const Dims& product) {
  const bool is_source = std::holds_alternative<SourceValue>(c);
  return is_source && element_count(dims_of(c)) == 1 ? expanded(reshaped(c, {1}), {product.back()})
                                                     : c;
}

}  // namespace

Value import_matmul(Node& node) {
  return multiply_values(node.builder(), node.output(), node.input(0), node.input(1));
}

Value import_gemm(Node& node) {
  GraphBuilder& builder = node.builder();
  Value a = node.input(0);
  Value b = node.input(1);
  const bool transpose_a = node.integer("transA", 0) != 0;
  const bool transpose_b = node.integer("transB", 0) != 0;
  const float alpha = node.number("alpha", 1);
  const float beta = node.number("beta", 1);
  node.integer("broadcast", 0);  // before operator set 7; the shapes say it
  if (dims_of(a).size() != 2 || dims_of(b).size() != 2) {
    throw InputError("shapes " + to_string(dims_of(a)) + " and " + to_string(dims_of(b)) +
                     ": both have to be matrices");
  }
  a = transpose_a ? transposed(a, {1, 0}) : a;
  b = transpose_b ? transposed(b, {1, 0}) : b;
  const bool scale_b = std::holds_alternative<SourceValue>(b);
  (scale_b ? b : a) = scaled(builder, node.output() + ".scaled", scale_b ? b : a, alpha);
  const bool has_bias = node.has_input(2) && beta != 0;
  const std::string product = node.output() + (has_bias ? ".matmul" : "");
  const Value result = multiply_values(builder, product, a, b);
  if (!has_bias) {
    return result;
  }
  const Value& c = node.input(2);
  if (broadcast(dims_of(result), dims_of(c)) != dims_of(result)) {
    throw InputError("C has the shape " + to_string(dims_of(c)) +
                     ", which does not broadcast to that of the product, " +
                     to_string(dims_of(result)));
  }
  const Value bias = scaled(builder, node.output() + ".scaled", bias_of(c, dims_of(result)), beta);
  return map_values(builder, node.output(), "add", {result, bias});
}

}  // namespace tilewave
