// Add and ReLU: per slice of what was computed, on whole tensors otherwise.
#include <algorithm>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/onnx/operators.h"

namespace tilewave {
namespace {

/// Whether a value of shape `dims`, broadcast, is one row that every row of `columns` is added to.
bool is_row(const Dims& dims, std::uint64_t columns) {
  return !dims.empty() && dims.back() == columns && element_count(dims) == columns;
}

Shape slice_shape(const GraphBuilder& builder, const ComputedValue& value) {
  return builder.tensor(value.slices->front()).shape;
}

SourceValue expanded(const SourceValue& value, const Dims& dims) {
  return {value.source, value.arrangement.expand(dims), value.scale};
}

/// One tensor of the result for each pair; of a single right operand, for each left one.
ComputedValue add_slices(GraphBuilder& builder, const std::string& output, const Dims& dims,
                         const std::vector<TensorId>& a, const std::vector<TensorId>& b) {
  std::vector<TensorId> sums;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sums.push_back(builder.graph().add_map(builder.slice_name(output, i, a.size()), "add",
                                           {a[i], b.size() == 1 ? b[0] : b[i]}));
  }
  return {dims, std::make_shared<const std::vector<TensorId>>(std::move(sums))};
}

ComputedValue add_sources(GraphBuilder& builder, const std::string& output, const Dims& dims,
                          const SourceValue& a, const SourceValue& b) {
  const Shape shape = folded_shape(dims);
  const auto bound = [&](const SourceValue& value) {
    return is_row(value.arrangement.dims(), shape.cols)
               ? builder.bind(value, {1, shape.cols})
               : builder.bind(expanded(value, dims), shape);
  };
  // One of the two has to have all rows.
  const bool both_rows =
      is_row(a.arrangement.dims(), shape.cols) && is_row(b.arrangement.dims(), shape.cols);
  const TensorId left = both_rows ? builder.bind(expanded(a, dims), shape) : bound(a);
  return add_slices(builder, output, dims, {left}, {bound(b)});
}

ComputedValue add_source(GraphBuilder& builder, const std::string& output, const Dims& dims,
                         const ComputedValue& a, const SourceValue& b) {
  const Shape shape = slice_shape(builder, a);
  if (is_row(b.arrangement.dims(), shape.cols) && folded_shape(dims).cols == shape.cols) {
    return add_slices(builder, output, dims, *a.slices, {builder.bind(b, {1, shape.cols})});
  }
  return add_slices(builder, output, dims, *a.slices,
                    builder.bind_slices(expanded(b, dims), a.slices->size(), shape));
}

std::optional<ComputedValue> add_computed(GraphBuilder& builder, const std::string& output,
                                          const Dims& dims, const ComputedValue& a,
                                          const ComputedValue& b) {
  const Shape left = slice_shape(builder, a);
  const Shape right = slice_shape(builder, b);
  const bool alike = a.slices->size() == b.slices->size() && left == right;
  const bool row =
      b.slices->size() == 1 && right == Shape{1, left.cols} && folded_shape(dims).cols == left.cols;
  const bool whole = element_count(a.dims) == element_count(dims);
  const bool both_whole = whole && element_count(b.dims) == element_count(dims);
  if ((alike && both_whole) || (row && whole && is_row(b.dims, left.cols))) {
    return add_slices(builder, output, dims, *a.slices, *b.slices);
  }
  return std::nullopt;
}

}  // namespace

Value add_values(GraphBuilder& builder, const std::string& output, const Value& a, const Value& b) {
  const Dims dims = broadcast(dims_of(a), dims_of(b));
  const auto* left = std::get_if<ComputedValue>(&a);
  const auto* right = std::get_if<ComputedValue>(&b);
  if (left == nullptr && right == nullptr) {
    return add_sources(builder, output, dims, std::get<SourceValue>(a), std::get<SourceValue>(b));
  }
  std::optional<ComputedValue> sum;
  if (left != nullptr && right != nullptr) {
    sum = add_computed(builder, output, dims, *left, *right);
    if (!sum) {
      sum = add_computed(builder, output, dims, *right, *left);
    }
  } else {
    const ComputedValue& computed = left != nullptr ? *left : *right;
    if (element_count(computed.dims) == element_count(dims)) {
      sum = add_source(builder, output, dims, computed,
                       std::get<SourceValue>(left != nullptr ? b : a));
    }
  }
  if (!sum) {
    throw InputError(
        "cannot broadcast " + to_string(dims_of(a)) + " and " + to_string(dims_of(b)) +
        ": a computed value has to have the shape of the result, or to be a row of it");
  }
  return *sum;
}

Value import_add(Node& node) {
  constexpr std::int64_t kBroadcastsAsNumpy = 7;
  const Value& a = node.input(0);
  Value b = node.input(1);
  if (node.operator_set() < kBroadcastsAsNumpy) {
    // b stands at dimension `axis` of a, by default at the end of it.
    const bool may_broadcast = node.integer("broadcast", 0) != 0;
    const onnx::AttributeProto* axis = node.attribute("axis", onnx::AttributeProto::INT);
    const std::size_t rank = dims_of(a).size();
    Dims dims = dims_of(b);
    if (may_broadcast && axis != nullptr && dims.size() <= rank) {
      const std::int64_t start =
          axis->i() < 0 ? axis->i() + static_cast<std::int64_t>(rank) : axis->i();
      const auto most = static_cast<std::int64_t>(rank - dims.size());
      if (start < 0 || start > most) {
        throw InputError("axis " + std::to_string(axis->i()) + " does not place " +
                         to_string(dims) + " in " + to_string(dims_of(a)));
      }
      dims.insert(dims.end(), static_cast<std::size_t>(most - start), 1);
      b = reshaped(b, dims);
    }
    if (!may_broadcast && dims != dims_of(a)) {
      throw InputError("shapes " + to_string(dims_of(a)) + " and " + to_string(dims) +
                       " differ, and the attribute broadcast is not set");
    }
  }
  return add_values(node.builder(), node.output(), a, b);
}

Value import_relu(Node& node) {
  GraphBuilder& builder = node.builder();
  const Value& x = node.input(0);
  std::vector<TensorId> operands;
  if (const auto* source = std::get_if<SourceValue>(&x)) {
    operands = {builder.bind(*source, folded_shape(dims_of(x)))};
  } else {
    operands = *std::get<ComputedValue>(x).slices;
  }
  std::vector<TensorId> results;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    results.push_back(builder.graph().add_map(builder.slice_name(node.output(), i, operands.size()),
                                              "relu", {operands[i]}));
  }
  return ComputedValue{dims_of(x),
                       std::make_shared<const std::vector<TensorId>>(std::move(results))};
}

}  // namespace tilewave
